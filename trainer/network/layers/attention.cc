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

// From the gradient of the weights to that of the scores, in place.
void SoftmaxBackward(const float* weights, int64_t size, float* d) {
  double mean = 0;
  for (int64_t i = 0; i < size; ++i) mean += double{weights[i]} * d[i];
  for (int64_t i = 0; i < size; ++i) d[i] = static_cast<float>(weights[i] * (d[i] - mean));
}

// The greatest matrix [queries, words] of a sentence, and the longest sentence.
struct Largest {
  int64_t pairs = 0, words = 0;
};

Largest LargestOf(Attention::Begins words, Attention::Begins queries) {
  Largest largest;
  for (size_t b = 0; b + 1 < words.size(); ++b) {
    const int64_t of_words = words[b + 1] - words[b];
    largest.pairs = std::max(largest.pairs, of_words * (queries[b + 1] - queries[b]));
    largest.words = std::max(largest.words, of_words);
  }
  return largest;
}

}  // namespace

int64_t AttentionWeights(Attention::Begins words, Attention::Begins queries) {
  CHECK_EQ(words.size(), queries.size());
  int64_t count = 0;
  for (size_t b = 0; b + 1 < words.size(); ++b)
    count += (queries[b + 1] - queries[b]) * (words[b + 1] - words[b]);
  return count;
}

struct Attention::Sentence {
  int64_t first_query = 0, first_word = 0;
  ConstMatrix queries, keys, values;
  Matrix weights;
};

template <typename Visit>
void Attention::ForEachSentence(const Memory& memory, Begins query_begins, const Tape& tape,
                                const Visit& visit) {
  float* weights = tape.weights;
  for (size_t b = 0; b + 1 < memory.begins.size(); ++b) {
    const int64_t first_query = query_begins[b], queries = query_begins[b + 1] - first_query;
    const int64_t first_word = memory.begins[b], words = memory.begins[b + 1] - first_word;
    if (queries == 0) continue;
    CHECK_GE(words, 1);
    visit(Sentence{.first_query = first_query,
                   .first_word = first_word,
                   .queries = tape.queries.Rows(first_query, queries),
                   .keys = memory.keys.Rows(first_word, words),
                   .values = memory.values.Rows(first_word, words),
                   .weights = {weights, queries, words}});
    weights += queries * words;
  }
}

Attention::Attention(const std::string& name, Kind kind, int64_t query_size, int64_t memory_size,
                     const Initializer& initializer, ParameterTable* table)
    : kind_(kind), query_size_(query_size), memory_size_(memory_size) {
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
                        Begins query_begins, Matrix context, Tape* tape,
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
  tape->weights = workspace->Floats(AttentionWeights(memory.begins, query_begins));
  const Matrix hidden =
      workspace->Take(direction_ ? LargestOf(memory.begins, query_begins).words : 0, query_size_);
  ForEachSentence(memory, query_begins, *tape, [&](const Sentence& sentence) {
    Score(parameters, sentence, hidden);
    for (int64_t t = 0; t < sentence.weights.rows; ++t)
      Softmax(sentence.weights.row(t), sentence.weights.cols);
    Gemm(Transpose::kNo, Transpose::kNo, 1, sentence.weights, sentence.values, 0,
         context.Rows(sentence.first_query, sentence.queries.rows));
  });
}

// Scores into sentence.weights. `hidden` is scratch for what concat makes of the words.
void Attention::Score(const float* parameters, const Sentence& sentence, Matrix hidden) const {
  if (!direction_) {
    Gemm(Transpose::kNo, Transpose::kYes, 1, sentence.queries, sentence.keys, 0, sentence.weights);
    return;
  }
  const Matrix of_words = hidden.Rows(0, sentence.keys.rows);
  for (int64_t t = 0; t < sentence.queries.rows; ++t) {
    VanillaForward(/*relu=*/false, of_words.rows, query_size_, sentence.queries.row(t),
                   sentence.keys.data, of_words.data);
    Gemm(Transpose::kNo, Transpose::kYes, 1, direction_->In(parameters), of_words, 0,
         sentence.weights.Rows(t, 1));
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
  const Largest largest = LargestOf(memory.begins, query_begins);
  float* const pairs = workspace->Floats(largest.pairs);
  const Matrix hidden = workspace->Take(direction_ ? 2 * largest.words : 0, query_size_);
  float* const d_direction = direction_ ? direction_->In(gradients).data : nullptr;
  ForEachSentence(memory, query_begins, tape, [&](const Sentence& sentence) {
    const auto [queries_count, words] = std::pair(sentence.weights.rows, sentence.weights.cols);
    const ConstMatrix d = d_context.Rows(sentence.first_query, queries_count);
    Gemm(Transpose::kYes, Transpose::kNo, 1, sentence.weights, d, 1,
         d_values.Rows(sentence.first_word, words));
    const Matrix d_scores = {pairs, queries_count, words};
    Gemm(Transpose::kNo, Transpose::kYes, 1, d, sentence.values, 0, d_scores);
    for (int64_t t = 0; t < queries_count; ++t)
      SoftmaxBackward(sentence.weights.row(t), words, d_scores.row(t));
    ScoreBackward(parameters, sentence, d_scores,
                  d_compared.Rows(sentence.first_query, queries_count),
                  d_keys.Rows(sentence.first_word, words), d_direction, hidden);
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

// Overwrites d_queries, adds to d_keys and to the gradient of v.
void Attention::ScoreBackward(const float* parameters, const Sentence& sentence,
                              ConstMatrix d_scores, Matrix d_queries, Matrix d_keys,
                              float* d_direction, Matrix hidden) const {
  if (!direction_) {
    Gemm(Transpose::kNo, Transpose::kNo, 1, d_scores, sentence.keys, 0, d_queries);
    Gemm(Transpose::kYes, Transpose::kNo, 1, d_scores, sentence.queries, 1, d_keys);
    return;
  }
  // What tanh gave is computed once more: kept, it would be the largest array of all.
  const float* direction = direction_->In(parameters).data;
  const int64_t words = sentence.keys.rows;
  const Matrix of_words = hidden.Rows(0, words), d_of_words = hidden.Rows(words, words);
  std::fill_n(d_queries.data, d_queries.size(), 0.0f);
  for (int64_t t = 0; t < sentence.queries.rows; ++t) {
    VanillaForward(/*relu=*/false, words, query_size_, sentence.queries.row(t), sentence.keys.data,
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
