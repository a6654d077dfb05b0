#include "trainer/network/word_vectors/word_vectors.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "trainer/network/math/check.h"
#include "trainer/network/math/gemm.h"
#include "trainer/network/math/random.h"

namespace elman {
namespace {

// Maximum number of loss terms of one row in a block. The gradients of a block are computed at the
// values at its start, so they are stale by up to this number of terms. With few words, or near the
// root of a tree, larger blocks would overshoot the minimum.
constexpr double kMaxTerms = 24;
constexpr double kPull = 0.1;  // measured mean curvature of such a term

std::vector<double> Powers(std::span<const uint64_t> counts, double power) {
  std::vector<double> powers;
  for (const uint64_t count : counts)
    powers.push_back(count == 0 ? 0 : std::pow(static_cast<double>(count), power));
  return powers;
}

// Small initial vectors, so that their products are small; outputs are initially zero.
Initializer InputInitializer(int64_t size) {
  return {.kind = Initializer::Kind::kUniform, .range = 1.0f / static_cast<float>(size)};
}

}  // namespace

WordVectors::WordVectors(const ModelSpec& spec, std::span<const uint64_t> counts, int32_t end_id)
    : spec_(spec.word_vectors()),
      size_(spec.embedding_size()),
      padded_size_(PaddedSize(size_)),
      chooser_(counts, spec_.subsample(), spec_.window(), end_id) {
  const auto ids = static_cast<int64_t>(counts.size());
  int64_t outputs = ids;
  if (spec_.output() == WordVectorSpec::HIERARCHICAL_SOFTMAX) {
    tree_.emplace(counts);
    outputs = tree_->nodes();
  } else {
    negatives_.emplace(Powers(counts, spec_.negatives_power()));
  }
  input_ = parameters_.Add("embedding", ids, size_, InputInitializer(size_), /*decay=*/true,
                           /*sparse=*/true);
  output_ = parameters_.Add("output", outputs, size_, Initializer(), /*decay=*/true,
                            /*sparse=*/true);
  touched_inputs_.Reset(ids);
  touched_outputs_.Reset(outputs);
  ExpectTerms(counts);
}

// Assumes that every word has the mean number of neighbors of a window.
void WordVectors::ExpectTerms(std::span<const uint64_t> counts) {
  const auto all = static_cast<double>(std::accumulate(counts.begin(), counts.end(), uint64_t{0}));
  std::vector<double> kept;  // expected occurrences per word of text
  for (size_t word = 0; word < counts.size(); ++word)
    kept.push_back(static_cast<double>(counts[word]) / all *
                   chooser_.KeepProbability(static_cast<int32_t>(word)));
  const double all_kept = std::accumulate(kept.begin(), kept.end(), 0.0);
  const double pairs = spec_.window() + 1.0;
  const bool cbow = spec_.method() == WordVectorSpec::CBOW;
  const double predictions = cbow ? 1 : pairs;  // per word kept
  output_terms_.assign(output_.rows, 0.0f);
  double each = 1 + spec_.negatives();  // loss terms per prediction
  if (tree_) {
    each = 0;
    for (size_t word = 0; word < kept.size(); ++word) {
      const auto path = tree_->Path(static_cast<int32_t>(word));
      each += kept[word] / all_kept * static_cast<double>(path.size());
      for (const int32_t node : path)
        output_terms_[node] += static_cast<float>(predictions * kept[word]);
    }
    output_uses_ = output_terms_;
  } else {
    const std::vector<double> powers = Powers(counts, spec_.negatives_power());
    const double all_powers = std::accumulate(powers.begin(), powers.end(), 0.0);
    for (size_t word = 0; word < kept.size(); ++word)
      output_terms_[word] = static_cast<float>(
          predictions * (kept[word] + all_kept * spec_.negatives() * powers[word] / all_powers));
    for (size_t word = 0; word < kept.size(); ++word)
      output_uses_.push_back(static_cast<float>(kept[word] + all_kept * spec_.shared_negatives() /
                                                                 spec_.block() * powers[word] /
                                                                 all_powers));
  }
  input_uses_.assign(kept.begin(), kept.end());
  // With CBOW, a context has its part of a mean in the terms of all words around it.
  for (const double word : kept)
    input_terms_.push_back(static_cast<float>(word * predictions * each));
  const float most = std::max(std::ranges::max(input_terms_), std::ranges::max(output_terms_));
  block_size_ =
      std::clamp<int64_t>(static_cast<int64_t>(kMaxTerms * all_kept / most), 1, spec_.block());
}

double WordVectors::ExpectedUse(const Parameter& parameter, int64_t row, double tokens) const {
  const std::vector<float>& uses = parameter.offset == input_.offset ? input_uses_ : output_uses_;
  return -std::expm1(-tokens * uses[row]);
}

void WordVectors::Weigh(const Pass& pass, int64_t tokens, float* gradients) const {
  if (pass.lanes == 1 || pass.rate == 0) return;
  const auto weigh = [&](const Parameter& table, std::span<const int32_t> rows,
                         const std::vector<float>& terms) {
    for (const int32_t row : rows) {
      const double moved =
          -std::expm1(-kPull * pass.rate * terms[row] * static_cast<double>(tokens));
      const auto weight = static_cast<float>(1 / (1 + (pass.lanes - 1) * moved));
      float* const gradient = table.In(gradients).row(row);
      for (int64_t i = 0; i < size_; ++i) gradient[i] *= weight;
    }
  };
  weigh(input_, touched_inputs_.rows(), input_terms_);
  weigh(output_, touched_outputs_.rows(), output_terms_);
}

void WordVectors::AddWordVector(int64_t word, std::span<float> vector) const {
  const float* const row = input_.In(values_).row(word);
  for (size_t i = 0; i < vector.size(); ++i) vector[i] += row[i];
}

void WordVectors::Touch(const Batch&, BlockSet* touched) const {
  touched_inputs_.AddTo(input_, touched);
  touched_outputs_.AddTo(output_, touched);
}

LossSums WordVectors::Train(const Batch& batch, const Pass& pass, float* /*carry*/,
                            float* gradients, Workspace* /*workspace*/) {
  touched_inputs_.Clear();
  touched_outputs_.Clear();
  const LossSums sums = Run(batch, pass, gradients, /*losses=*/{});
  Weigh(pass, batch.target_count, gradients);
  return sums;
}

void WordVectors::Evaluate(const Batch& batch, float* /*carry*/, std::span<double> losses,
                           Workspace* /*workspace*/) {
  std::ranges::fill(losses, 0.0);
  predictions_ = Run(batch, Pass(), /*gradients=*/nullptr, losses).targets;
}

LossSums WordVectors::Run(const Batch& batch, const Pass& pass, float* gradients,
                          std::span<double> losses) {
  LossSums sums = {.positions = batch.target_count,
                   .computed = batch.target_count,
                   .tokens = batch.target_count};
  tokens_.resize(batch.steps);
  for (int64_t row = 0; row < batch.rows; ++row) {
    for (int64_t t = 0; t < batch.steps; ++t) tokens_[t] = batch.targets[t * batch.rows + row];
    Block block = {.row = static_cast<uint32_t>(pass.first_row + row)};
    chooser_.Choose(tokens_, pass, block.row, &windows_);
    for (; block.last < windows_.size(); ++block.number) {
      block.first = block.last;
      block.last = std::min(block.first + block_size_, windows_.size());
      RunBlock(block, pass, gradients);
      sums.multiplications += (std::ssize(pairs_) + block.size() * std::ssize(drawn_)) * size_;
      for (int64_t i = 0; i < block.size(); ++i) {
        sums.loss += losses_[i];
        sums.targets += predicted_[i];
        if (!losses.empty())
          losses[int64_t{windows_.positions[block.first + i]} * batch.rows + row] = losses_[i];
      }
    }
  }
  return sums;
}

// Computes the losses of a block and, if `gradients` is not null, its gradients, at the values at
// the start of the block.
void WordVectors::RunBlock(const Block& block, const Pass& pass, float* gradients) {
  Plan(block);
  drawn_.clear();
  if (negatives_) DrawNegatives(block, pass);
  space_.Reset();
  const Matrix inputs = Take(std::ssize(inputs_)), y = Take(std::ssize(outputs_));
  const Matrix n = Take(std::ssize(drawn_));
  Gather(input_, pass, gradients, inputs_, inputs);
  Gather(output_, pass, gradients, outputs_, y);
  Gather(output_, pass, gradients, drawn_, n);
  const bool cbow = spec_.method() == WordVectorSpec::CBOW;
  const Matrix x = cbow ? Zeros(block.size()) : inputs;
  if (cbow) AddToLeft(means_, mean_factors_, inputs, x);

  losses_.assign(block.size(), 0.0);
  if (gradients == nullptr) {
    RunPairs(x, y, /*d_x=*/{}, /*d_y=*/{});
    RunNegatives(x, n, /*d_x=*/{}, /*d_n=*/{});
    return;
  }
  const Matrix d_x = Zeros(block.size()), d_y = Zeros(y.rows), d_n = Take(n.rows);
  RunPairs(x, y, d_x, d_y);
  RunNegatives(x, n, d_x, d_n);
  Scatter(d_y, output_, outputs_, gradients, &touched_outputs_);
  Scatter(d_n, output_, drawn_, gradients, &touched_outputs_);
  if (cbow) {
    std::fill_n(inputs.data, inputs.size(), 0.0f);
    AddToRight(means_, mean_factors_, d_x, inputs);
  }
  Scatter(cbow ? inputs : d_x, input_, inputs_, gradients, &touched_inputs_);
}

Matrix WordVectors::Zeros(int64_t rows) {
  const Matrix zeros = Take(rows);
  std::fill_n(zeros.data, zeros.size(), 0.0f);
  return zeros;
}

// Computes the losses of pairs_, and their gradients if d_x and d_y have memory.
void WordVectors::RunPairs(ConstMatrix x, ConstMatrix y, Matrix d_x, Matrix d_y) {
  scores_.resize(pairs_.size());
  pair_losses_.resize(pairs_.size());
  PairProducts(x, y, pairs_, scores_);
  LogisticLosses(scores_, labels_, pair_losses_);
  for (size_t p = 0; p < pairs_.size(); ++p) losses_[pairs_[p].left] += pair_losses_[p];
  if (d_x.data == nullptr) return;
  AddToLeft(pairs_, scores_, y, d_x);
  AddToRight(pairs_, scores_, x, d_y);
}

// Determines the rows of both tables that the block needs, and its pairs.
void WordVectors::Plan(const Block& block) {
  const auto begin = windows_.begins.begin(), end = windows_.ends.begin();
  const int32_t low = *std::min_element(begin + block.first, begin + block.last);
  const int32_t high = *std::max_element(end + block.first, end + block.last);
  const auto words = [&](int64_t first, int64_t last) {
    return std::span(windows_.words).subspan(first, last - first);
  };
  const bool cbow = spec_.method() == WordVectorSpec::CBOW;
  const auto read = cbow ? words(low, high) : words(block.first, block.last);
  inputs_.assign(read.begin(), read.end());
  predicted_.assign(block.size(), 0);
  means_.clear();
  mean_factors_.clear();
  pairs_.clear();
  labels_.clear();
  if (cbow) {
    PlanOutputs(block.first, block.last);
  } else {
    PlanOutputs(low, high);
  }
  for (int64_t i = block.first; i < block.last; ++i) {
    const int64_t word = i - block.first;
    const int32_t contexts = windows_.ends[i] - windows_.begins[i] - 1;
    for (int32_t j = windows_.begins[i]; j < windows_.ends[i]; ++j) {
      if (j == i) continue;
      if (cbow) {
        means_.push_back({static_cast<int32_t>(word), j - low});
        mean_factors_.push_back(1.0f / static_cast<float>(contexts));
      } else {
        AddPair(word, j - low);
      }
    }
    if (cbow && contexts > 0) AddPair(word, word);
  }
}

// Determines the rows of the output table that predict the words [first, last).
void WordVectors::PlanOutputs(int64_t first, int64_t last) {
  outputs_.clear();
  output_begins_.clear();
  for (int64_t i = first; i < last; ++i) {
    const int32_t word = windows_.words[i];
    output_begins_.push_back(outputs_.size());
    if (tree_) {
      const std::span<const int32_t> path = tree_->Path(word);
      outputs_.insert(outputs_.end(), path.begin(), path.end());
    } else {
      outputs_.push_back(word);
    }
  }
  output_begins_.push_back(outputs_.size());
  if (!tree_) return;
  turns_.clear();
  for (int64_t i = first; i < last; ++i) {
    const std::span<const float> turns = tree_->Turns(windows_.words[i]);
    turns_.insert(turns_.end(), turns.begin(), turns.end());
  }
}

// Adds a pair: `word` of the block predicts word number `output` of PlanOutputs.
void WordVectors::AddPair(int64_t word, int64_t output) {
  ++predicted_[word];
  for (size_t k = output_begins_[output]; k < output_begins_[output + 1]; ++k) {
    pairs_.push_back({static_cast<int32_t>(word), static_cast<int32_t>(k)});
    labels_.push_back(tree_ ? turns_[k] : 1);
  }
}

// Copies rows of a table, updated by the gradients so far.
void WordVectors::Gather(const Parameter& table, const Pass& pass, const float* gradients,
                         std::span<const int32_t> rows, Matrix to) const {
  const float rate = gradients == nullptr ? 0 : pass.rate;
  const ConstMatrix changes = rate == 0 ? ConstMatrix() : table.In(gradients);
  GatherRows(table.In(values_), changes, rate, rows, to);
}

void WordVectors::Scatter(ConstMatrix from, const Parameter& table, std::span<const int32_t> rows,
                          float* gradients, TouchedRows* touched) {
  ScatterRows(from, rows, table.In(gradients));
  touched->Insert(rows);
}

void WordVectors::DrawNegatives(const Block& block, const Pass& pass) {
  const int64_t shared = spec_.shared_negatives(), words = (2 * shared + 3) / 4 * 4;
  random_.resize(words);
  RandomWords({pass.seed, RandomPurpose::kNegatives}, pass.step, block.row, block.number * words,
              random_);
  for (int64_t n = 0; n < shared; ++n)
    drawn_.push_back(negatives_->Draw(random_[2 * n], random_[2 * n + 1]));
}

// The same for the negatives, if there are any; d_n need not be initialized.
void WordVectors::RunNegatives(Matrix x, Matrix n, Matrix d_x, Matrix d_n) {
  if (n.rows == 0) return;
  const Matrix scores = space_.Take(x.rows, n.rows);
  Gemm(Transpose::kNo, Transpose::kYes, 1, Panel(x, 0, size_), Panel(n, 0, size_), 0, scores);
  pair_losses_.resize(scores.size());
  LogisticLosses({scores.data, static_cast<size_t>(scores.size())}, {}, pair_losses_);
  for (int64_t i = 0; i < scores.rows; ++i) {
    const float weight =
        static_cast<float>(spec_.negatives() * predicted_[i]) / static_cast<float>(n.rows);
    float* const row = scores.row(i);
    float sum = 0;
    for (int64_t k = 0; k < n.rows; ++k) sum += pair_losses_[i * n.rows + k];
    for (int64_t k = 0; k < n.rows; ++k) row[k] *= weight;
    losses_[i] += weight * sum;
  }
  if (d_x.data == nullptr) return;
  Gemm(Transpose::kNo, Transpose::kNo, 1, scores, Panel(n, 0, size_), 1, Panel(d_x, 0, size_));
  Gemm(Transpose::kYes, Transpose::kNo, 1, scores, Panel(x, 0, size_), 0, Panel(d_n, 0, size_));
}

}  // namespace elman
