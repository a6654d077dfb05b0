#include "trainer/network/word_vectors/glove.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "trainer/network/math/random.h"

namespace elman {
namespace {

// Pairs per block: small compared to the vectors, large compared to the cost of a call.
constexpr size_t kBlockPairs = 1024;
constexpr float kLogBound = -0.6931472f;  // log x0, x0 = 1/2
// Estimated sum of pair weights per occurrence of a word: a window of 10 on both sides in lines of
// about 12 words. Only the magnitude of e matters.
constexpr double kWeightOfWord = 5;
constexpr float kMaxExpected = 8;  // above it, q is treated as zero

// Small initial vectors, so that their products are small.
Initializer VectorInitializer(int64_t size) {
  return {.kind = Initializer::Kind::kUniform, .range = 0.5f / static_cast<float>(size)};
}

}  // namespace

void Glove::Terms::Clear() {
  pairs.clear();
  weights.clear();
  logs.clear();
}

Glove::Glove(const ModelSpec& spec, std::span<const uint64_t> counts) : spec_(spec.word_vectors()) {
  const auto ids = static_cast<int64_t>(counts.size());
  const int64_t size = spec.embedding_size();
  const auto add = [&](const char* name, int64_t cols, const Initializer& initializer, bool decay) {
    return parameters_.Add(name, ids, cols, initializer, decay, /*sparse=*/true);
  };
  vectors_[0] = add("embedding", size, VectorInitializer(size), /*decay=*/true);
  vectors_[1] = add("output", size, VectorInitializer(size), /*decay=*/true);
  biases_[0] = add("bias", 1, Initializer(), /*decay=*/false);
  biases_[1] = add("output_bias", 1, Initializer(), /*decay=*/false);
  for (TouchedRows& rows : touched_) rows.Reset(ids);
  if (spec_.zeros() == 0) return;

  const auto all = static_cast<double>(std::accumulate(counts.begin(), counts.end(), uint64_t{0}));
  std::vector<double> powers;
  for (const uint64_t count : counts) {
    const auto seen = static_cast<double>(count);
    powers.push_back(count == 0 ? 0 : std::pow(seen, spec_.negatives_power()));
    frequency_.push_back(static_cast<float>(seen * std::sqrt(kWeightOfWord / all)));
  }
  draws_.emplace(powers);
}

void Glove::AddWordVector(int64_t word, std::span<float> vector) const {
  for (const Parameter& vectors : vectors_) {
    const float* const row = vectors.In(values_).row(word);
    for (size_t i = 0; i < vector.size(); ++i) vector[i] += row[i];
  }
}

void Glove::Touch(const Batch&, BlockSet* touched) const {
  for (int side = 0; side < 2; ++side) {
    touched_[side].AddTo(vectors_[side], touched);
    touched_[side].AddTo(biases_[side], touched);
  }
}

LossSums Glove::Train(const Batch& batch, const Pass& pass, float* /*carry*/, float* gradients,
                      Workspace* /*workspace*/) {
  LossSums sums{.positions = batch.target_count,
                .computed = int64_t{batch.steps} * batch.rows,
                .tokens = batch.target_count};
  for (TouchedRows& rows : touched_) rows.Clear();
  const auto run = [&] {
    RunSeen();
    RunDrawn();
    for (const Terms* terms : {&seen_, &drawn_}) {
      AddGradients(*terms, gradients);
      for (const float loss : terms->losses) sums.loss += loss;
      sums.multiplications += std::ssize(terms->pairs) * vectors_[0].cols;
      for (const RowPair& pair : terms->pairs) {
        touched_[0].Insert(pair.left);
        touched_[1].Insert(pair.right);
      }
    }
    sums.targets += std::ssize(seen_.pairs);
    seen_.Clear();
    drawn_.Clear();
  };
  // Two words per draw, for both orders of a pair.
  const int64_t words = int64_t{2} * 2 * spec_.zeros();
  random_.resize(words * batch.steps);
  for (int64_t row = 0; row < batch.rows; ++row) {
    const auto global_row = static_cast<uint32_t>(pass.first_row + row);
    RandomWords({pass.seed, RandomPurpose::kNegatives}, pass.step, global_row, 0, random_);
    const int64_t steps = batch.lengths.empty() ? batch.steps : batch.lengths[row];
    for (int64_t t = 0; t < steps; ++t) {
      const int64_t element = t * batch.rows + row;
      const std::span<const uint32_t> random(random_.data() + t * words, words);
      AddPair(batch, element);
      DrawFor(batch.inputs[element], random.first(words / 2));
      if (batch.inputs[element] != batch.targets[element])
        DrawFor(batch.targets[element], random.last(words / 2));
      if (seen_.pairs.size() >= kBlockPairs) run();
    }
  }
  run();
  return sums;
}

void Glove::Evaluate(const Batch& batch, float* /*carry*/, std::span<double> losses,
                     Workspace* /*workspace*/) {
  std::ranges::fill(losses, 0.0);
  for (int64_t row = 0; row < batch.rows; ++row) {
    const int64_t steps = batch.lengths.empty() ? batch.steps : batch.lengths[row];
    for (int64_t t = 0; t < steps; ++t) {
      const int64_t element = t * batch.rows + row;
      seen_.Clear();
      AddPair(batch, element);
      RunSeen();
      for (const float loss : seen_.losses) losses[element] += loss;
    }
  }
  seen_.Clear();
}

// Adds both orders of a pair.
void Glove::AddPair(const Batch& batch, int64_t element) {
  const int32_t word = batch.inputs[element], context = batch.targets[element];
  const double x = batch.weights[element], share = x / spec_.x_max();
  const double factor = share < 1 ? std::pow(share, double{spec_.alpha()}) : 1;
  const int orders = word == context ? 1 : 2;
  seen_.pairs.push_back({word, context});
  if (orders == 2) seen_.pairs.push_back({context, word});
  seen_.weights.insert(seen_.weights.end(), orders, static_cast<float>(factor));
  seen_.logs.insert(seen_.logs.end(), orders, static_cast<float>(std::log(x)));
}

void Glove::DrawFor(int32_t word, std::span<const uint32_t> random) {
  for (size_t i = 0; i < random.size(); i += 2) {
    const int32_t context = draws_->Draw(random[i], random[i + 1]);
    const float expected = frequency_[word] * frequency_[context];
    if (expected > kMaxExpected) continue;
    drawn_.pairs.push_back({word, context});
    drawn_.weights.push_back(std::exp(-expected));
  }
}

// Computes z and stores it in `slopes`.
void Glove::ComputeProducts(Terms* terms) const {
  terms->slopes.resize(terms->pairs.size());
  terms->losses.resize(terms->pairs.size());
  PairProducts(vectors_[0].In(values_), vectors_[1].In(values_), terms->pairs, terms->slopes);
  const float* const bias = biases_[0].In(values_).data;
  const float* const output_bias = biases_[1].In(values_).data;
  for (size_t p = 0; p < terms->pairs.size(); ++p)
    terms->slopes[p] += bias[terms->pairs[p].left] + output_bias[terms->pairs[p].right];
}

void Glove::RunSeen() {
  ComputeProducts(&seen_);
  for (size_t p = 0; p < seen_.pairs.size(); ++p) {
    const float error = seen_.slopes[p] - seen_.logs[p];
    seen_.slopes[p] = seen_.weights[p] * error;
    seen_.losses[p] = 0.5f * seen_.slopes[p] * error;
  }
}

void Glove::RunDrawn() {
  ComputeProducts(&drawn_);
  for (float& z : drawn_.slopes) z -= kLogBound;
  LogisticLosses(drawn_.slopes, /*labels=*/{}, drawn_.losses);
  for (size_t p = 0; p < drawn_.pairs.size(); ++p) {
    drawn_.slopes[p] *= drawn_.weights[p];
    drawn_.losses[p] *= drawn_.weights[p];
  }
}

void Glove::AddGradients(const Terms& terms, float* gradients) const {
  AddToLeft(terms.pairs, terms.slopes, vectors_[1].In(values_), vectors_[0].In(gradients));
  AddToRight(terms.pairs, terms.slopes, vectors_[0].In(values_), vectors_[1].In(gradients));
  float* const bias = biases_[0].In(gradients).data;
  float* const output_bias = biases_[1].In(gradients).data;
  for (size_t p = 0; p < terms.pairs.size(); ++p) {
    bias[terms.pairs[p].left] += terms.slopes[p];
    output_bias[terms.pairs[p].right] += terms.slopes[p];
  }
}

}  // namespace elman
