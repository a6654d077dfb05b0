#include "trainer/network/layers/attention.h"

#include <algorithm>
#include <cmath>

#include "trainer/network/math/cell_sweeps.h"
#include "trainer/network/math/check.h"
#include "trainer/network/math/gemm.h"
#include "trainer/network/math/sums.h"

namespace elman {
namespace {

void Softmax(float* values, int64_t size) {
  const float highest = *std::max_element(values, values + size);
  double sum = 0;
  for (int64_t i = 0; i < size; ++i) sum += values[i] = std::exp(values[i] - highest);
  for (int64_t i = 0; i < size; ++i) values[i] = static_cast<float>(values[i] / sum);
}

// Turns the gradient of the weights into that of the scores, in place.
void SoftmaxBackward(const float* weights, int64_t size, float* d) {
  double mean = 0;
  for (int64_t i = 0; i < size; ++i) mean += double{weights[i]} * d[i];
  for (int64_t i = 0; i < size; ++i) d[i] = static_cast<float>(weights[i] * (d[i] - mean));
}

int64_t LongestOf(Attention::Begins words) {
  int64_t longest = 0;
  for (size_t b = 0; b + 1 < words.size(); ++b)
    longest = std::max(longest, words[b + 1] - words[b]);
  return longest;
}

// Returns the number of queries per chunk for a sentence of `words` words. Chunks of a sentence
// have about equal sizes.
int64_t QueriesOfChunk(int64_t queries, int64_t words, int64_t most_weights) {
  if (queries <= 1 || queries * words <= most_weights) return queries;
  const int64_t most = std::max<int64_t>(1, most_weights / words);
  const int64_t chunks = (queries + most - 1) / most;
  return (queries + chunks - 1) / chunks;
}

// Decides which weights are kept, for sentences in order: all or none of a sentence.
class KeptWeights {
 public:
  explicit KeptWeights(int64_t most) : left_(most) {}
  bool Keep(int64_t weights) {
    if (weights > left_) return false;
    left_ -= weights;
    return true;
  }

 private:
  int64_t left_;
};

int64_t CountKept(Attention::Begins words, Attention::Begins queries, int64_t most) {
  KeptWeights kept(most);
  int64_t count = 0;
  for (size_t b = 0; b + 1 < words.size(); ++b) {
    const int64_t weights = (queries[b + 1] - queries[b]) * (words[b + 1] - words[b]);
    if (kept.Keep(weights)) count += weights;
  }
  return count;
}

}  // namespace

int64_t AttentionWeights(Attention::Begins words, Attention::Begins queries) {
  CHECK_EQ(words.size(), queries.size());
  int64_t count = 0;
  for (size_t b = 0; b + 1 < words.size(); ++b)
    count += (queries[b + 1] - queries[b]) * (words[b + 1] - words[b]);
  return count;
}

struct Attention::Chunk {
  int64_t first_query = 0, first_word = 0;
  ConstMatrix queries, keys, values;
  Matrix weights;
  bool kept = false;  // the weights are those of the tape
};

template <typename Visit>
void Attention::ForEachChunk(const Memory& memory, Begins query_begins, const Tape& tape,
                             int64_t kept, float* scratch, const Visit& visit) const {
  KeptWeights keeps(kept);
  float* next_kept = tape.weights;
  for (size_t b = 0; b + 1 < memory.begins.size(); ++b) {
    const int64_t first_word = memory.begins[b], words = memory.begins[b + 1] - first_word;
    const int64_t queries = query_begins[b + 1] - query_begins[b];
    if (queries == 0) continue;
    CHECK_GE(words, 1);
    const bool is_kept = keeps.Keep(queries * words);
    const int64_t most = QueriesOfChunk(queries, words, limits_.chunk);
    for (int64_t first = 0; first < queries; first += most) {
      const int64_t count = std::min(most, queries - first);
      const int64_t first_query = query_begins[b] + first;
      visit(Chunk{.first_query = first_query,
                  .first_word = first_word,
                  .queries = tape.queries.Rows(first_query, count),
                  .keys = memory.keys.Rows(first_word, words),
                  .values = memory.values.Rows(first_word, words),
                  .weights = {is_kept ? next_kept + first * words : scratch, count, words},
                  .kept = is_kept});
    }
    if (is_kept) next_kept += queries * words;
  }
}

int64_t Attention::LargestChunk(Begins words, Begins queries) const {
  int64_t largest = 0;
  for (size_t b = 0; b + 1 < words.size(); ++b) {
    const int64_t of_words = words[b + 1] - words[b];
    largest = std::max(
        largest, of_words * QueriesOfChunk(queries[b + 1] - queries[b], of_words, limits_.chunk));
  }
  return largest;
}

Attention::Attention(const std::string& name, Kind kind, int64_t query_size, int64_t memory_size,
                     const Initializer& initializer, ParameterTable* table, Limits limits)
    : kind_(kind), query_size_(query_size), memory_size_(memory_size), limits_(limits) {
  if (kind == Kind::kDot) CHECK_EQ(query_size, memory_size);
  if (kind != Kind::kDot)
    of_memory_.emplace(name + ".memory", memory_size, query_size, initializer, table);
  if (kind != Kind::kConcat) return;
  of_query_.emplace(name + ".query", query_size, query_size, initializer, table);
  direction_ = table->Add(name + ".direction", 1, query_size, initializer, /*decay=*/true);
}

Attention::Memory Attention::Remember(const float* parameters, ConstMatrix values, Begins begins,
                                      Workspace* workspace) const {
  CHECK_EQ(values.cols, memory_size_);
  CHECK_EQ(values.rows, begins.back());
  if (kind_ == Kind::kDot) return {.values = values, .keys = values, .begins = begins};
  const Matrix keys = workspace->Take(values.rows, query_size_);
  of_memory_->Forward(parameters, values, keys);
  return {.values = values, .keys = keys, .begins = begins};
}

void Attention::Forward(const float* parameters, const Memory& memory, ConstMatrix queries,
                        Begins query_begins, Matrix context, Keep keep, Tape* tape,
                        Workspace* workspace) const {
  CHECK_EQ(queries.cols, query_size_);
  CHECK_EQ(queries.rows, query_begins.back());
  CHECK_EQ(context.rows, queries.rows);
  tape->queries = queries;
  if (of_query_) {
    const Matrix projected = workspace->Take(queries.rows, query_size_);
    of_query_->Forward(parameters, queries, projected);
    tape->queries = projected;
  }
  const int64_t all = AttentionWeights(memory.begins, query_begins);
  const int64_t most = keep == Keep::kNone ? 0 : keep == Keep::kAll ? all : limits_.kept;
  const int64_t kept = CountKept(memory.begins, query_begins, most);
  tape->weights = workspace->Floats(kept);
  float* const scratch =
      workspace->Floats(kept == all ? 0 : LargestChunk(memory.begins, query_begins));
  const Matrix hidden = workspace->Take(direction_ ? LongestOf(memory.begins) : 0, query_size_);
  ForEachChunk(memory, query_begins, *tape, most, scratch, [&](const Chunk& chunk) {
    Weigh(parameters, chunk, hidden);
    Gemm(Transpose::kNo, Transpose::kNo, 1, chunk.weights, chunk.values, 0,
         context.Rows(chunk.first_query, chunk.queries.rows));
  });
}

// Writes the weights to chunk.weights.
void Attention::Weigh(const float* parameters, const Chunk& chunk, Matrix hidden) const {
  Score(parameters, chunk, hidden);
  for (int64_t t = 0; t < chunk.weights.rows; ++t)
    Softmax(chunk.weights.row(t), chunk.weights.cols);
}

// Writes the scores to chunk.weights. `hidden` is scratch memory for the tanh of kConcat.
void Attention::Score(const float* parameters, const Chunk& chunk, Matrix hidden) const {
  if (!direction_) {
    Gemm(Transpose::kNo, Transpose::kYes, 1, chunk.queries, chunk.keys, 0, chunk.weights);
    return;
  }
  const Matrix of_words = hidden.Rows(0, chunk.keys.rows);
  for (int64_t t = 0; t < chunk.queries.rows; ++t) {
    VanillaForward(/*relu=*/false, of_words.rows, query_size_, chunk.queries.row(t),
                   chunk.keys.data, of_words.data);
    Gemm(Transpose::kNo, Transpose::kYes, 1, direction_->In(parameters), of_words, 0,
         chunk.weights.Rows(t, 1));
  }
}

void Attention::Backward(const float* parameters, const Memory& memory, ConstMatrix queries,
                         Begins query_begins, ConstMatrix d_context, const Tape& tape,
                         Matrix d_queries, Matrix d_values, float* gradients,
                         Workspace* workspace) const {
  CHECK_EQ(d_context.rows, queries.rows);
  CHECK_EQ(d_values.size(), memory.values.size());
  const Matrix d_compared = of_query_ ? workspace->Take(queries.rows, query_size_) : d_queries;
  const Matrix d_keys = workspace->Take(memory.keys.rows, query_size_);
  std::fill_n(d_values.data, d_values.size(), 0.0f);
  std::fill_n(d_keys.data, d_keys.size(), 0.0f);
  float* const pairs = workspace->Floats(LargestChunk(memory.begins, query_begins));
  const bool all_kept = CountKept(memory.begins, query_begins, limits_.kept) ==
                        AttentionWeights(memory.begins, query_begins);
  float* const scratch =
      workspace->Floats(all_kept ? 0 : LargestChunk(memory.begins, query_begins));
  const Matrix hidden = workspace->Take(direction_ ? 2 * LongestOf(memory.begins) : 0, query_size_);
  float* const d_direction = direction_ ? direction_->In(gradients).data : nullptr;
  ForEachChunk(memory, query_begins, tape, limits_.kept, scratch, [&](const Chunk& chunk) {
    if (!chunk.kept) Weigh(parameters, chunk, hidden);
    const auto [queries_count, words] = std::pair(chunk.weights.rows, chunk.weights.cols);
    const ConstMatrix d = d_context.Rows(chunk.first_query, queries_count);
    Gemm(Transpose::kYes, Transpose::kNo, 1, chunk.weights, d, 1,
         d_values.Rows(chunk.first_word, words));
    const Matrix d_scores = {pairs, queries_count, words};
    Gemm(Transpose::kNo, Transpose::kYes, 1, d, chunk.values, 0, d_scores);
    for (int64_t t = 0; t < queries_count; ++t)
      SoftmaxBackward(chunk.weights.row(t), words, d_scores.row(t));
    ScoreBackward(parameters, chunk, d_scores, d_compared.Rows(chunk.first_query, queries_count),
                  d_keys.Rows(chunk.first_word, words), d_direction, hidden);
  });
  if (of_query_) of_query_->Backward(parameters, queries, d_compared, d_queries, gradients);
  Matrix d_of_keys = d_keys;
  if (of_memory_) {
    d_of_keys = workspace->Take(memory.values.rows, memory_size_);
    of_memory_->Backward(parameters, memory.values, d_keys, d_of_keys, gradients);
  }
  Add({d_of_keys.data, static_cast<size_t>(d_of_keys.size())},
      {d_values.data, static_cast<size_t>(d_values.size())});
}

// Overwrites d_queries; adds to d_keys and to the gradient of v.
void Attention::ScoreBackward(const float* parameters, const Chunk& chunk, ConstMatrix d_scores,
                              Matrix d_queries, Matrix d_keys, float* d_direction,
                              Matrix hidden) const {
  if (!direction_) {
    Gemm(Transpose::kNo, Transpose::kNo, 1, d_scores, chunk.keys, 0, d_queries);
    Gemm(Transpose::kYes, Transpose::kNo, 1, d_scores, chunk.queries, 1, d_keys);
    return;
  }
  // The tanh is recomputed: kept, it would be the largest array of all.
  const float* direction = direction_->In(parameters).data;
  const int64_t words = chunk.keys.rows;
  const Matrix of_words = hidden.Rows(0, words), d_of_words = hidden.Rows(words, words);
  std::fill_n(d_queries.data, d_queries.size(), 0.0f);
  for (int64_t t = 0; t < chunk.queries.rows; ++t) {
    VanillaForward(/*relu=*/false, words, query_size_, chunk.queries.row(t), chunk.keys.data,
                   of_words.data);
    const float* d = d_scores.row(t);
    for (int64_t s = 0; s < words; ++s) {
      const float* h = of_words.row(s);
      float* d_h = d_of_words.row(s);
      for (int64_t i = 0; i < query_size_; ++i) {
        d_direction[i] += d[s] * h[i];
        d_h[i] = d[s] * direction[i];
      }
    }
    VanillaBackward(/*relu=*/false, words, query_size_, of_words.data, d_of_words.data,
                    /*d_after=*/nullptr, d_of_words.data);
    AddRows(d_of_words, d_queries.Rows(t, 1));
    Add({d_of_words.data, static_cast<size_t>(d_of_words.size())},
        {d_keys.data, static_cast<size_t>(d_keys.size())});
  }
}

}  // namespace elman
