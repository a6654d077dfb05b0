#include "trainer/network/layers/attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>
#include <vector>

#include "tests/support/gradient_check.h"
#include "trainer/network/parameters/rows_by_sequence.h"

namespace elman {
namespace {

// Three sentences; the second one has no queries.
const std::vector<int64_t> kWords = {0, 4, 6, 7}, kQueries = {0, 2, 2, 5};
constexpr int64_t kMemorySize = 6;

// Whole sentences, and chunks of one or two queries, of which some, none or all are kept.
constexpr Attention::Limits kLimits[] = {{}, {.chunk = 4, .kept = 8}, {.chunk = 2, .kept = 0}};

class AttentionTest
    : public testing::TestWithParam<std::tuple<Attention::Kind, Attention::Limits>> {
 protected:
  AttentionTest()
      : kind_(std::get<0>(GetParam())),
        size_(kind_ == Attention::Kind::kDot ? kMemorySize : 5),
        attention_("attention", kind_, size_, kMemorySize, {}, &table_, std::get<1>(GetParam())),
        values_(RandomFloats(table_.size(), 1, 1)),
        memory_(RandomFloats(7 * kMemorySize, 2, 1)),
        queries_(RandomFloats(5 * size_, 3, 1)),
        d_context_(RandomFloats(5 * kMemorySize, 4, 1)) {}

  ConstMatrix Queries() const { return {queries_.data(), 5, size_}; }

  // Returns the sum of the contexts, weighted by d_context_.
  double Value(Attention::Keep keep = Attention::Keep::kForBackward) {
    workspace_.Reset();
    context_ = workspace_.Take(5, kMemorySize);
    remembered_ =
        attention_.Remember(values_.data(), {memory_.data(), 7, kMemorySize}, kWords, &workspace_);
    attention_.Forward(values_.data(), remembered_, Queries(), kQueries, context_, keep, &tape_,
                       &workspace_);
    double value = 0;
    for (int64_t i = 0; i < context_.size(); ++i) value += double{context_.data[i]} * d_context_[i];
    return value;
  }

  double Score(const float* query, const float* memory) const {
    const auto parameter = [&](size_t i) { return table_.parameters()[i].In(values_.data()); };
    const auto product = [&](const float* x, ConstMatrix weights, int64_t column) {
      double sum = 0;
      for (int64_t i = 0; i < weights.rows; ++i) sum += double{x[i]} * weights.row(i)[column];
      return sum;
    };
    double score = 0;
    for (int64_t i = 0; i < size_; ++i) {
      switch (kind_) {
        case Attention::Kind::kDot:
          score += double{query[i]} * memory[i];
          break;
        case Attention::Kind::kGeneral:
          score += query[i] * product(memory, parameter(0), i);
          break;
        case Attention::Kind::kConcat:
          score += parameter(2).data[i] *
                   std::tanh(product(memory, parameter(0), i) + product(query, parameter(1), i));
      }
    }
    return score;
  }

  const Attention::Kind kind_;
  const int64_t size_;
  ParameterTable table_;
  Attention attention_;
  std::vector<float> values_, memory_, queries_;
  const std::vector<float> d_context_;
  Workspace workspace_;
  Attention::Memory remembered_;
  Attention::Tape tape_;
  Matrix context_;
};

TEST_P(AttentionTest, ContextIsTheSoftmaxWeightedMean) {
  Value(Attention::Keep::kAll);
  EXPECT_EQ(AttentionWeights(kWords, kQueries), 2 * 4 + 3 * 1);
  const float* weights = tape_.weights;
  for (int sentence = 0; sentence < 3; ++sentence) {
    for (int64_t query = kQueries[sentence]; query < kQueries[sentence + 1]; ++query) {
      std::vector<double> exponentials, expected(kMemorySize, 0);
      double sum = 0;
      for (int64_t word = kWords[sentence]; word < kWords[sentence + 1]; ++word) {
        exponentials.push_back(
            std::exp(Score(queries_.data() + query * size_, memory_.data() + word * kMemorySize)));
        sum += exponentials.back();
      }
      for (size_t i = 0; i < exponentials.size(); ++i) {
        EXPECT_NEAR(*weights++, exponentials[i] / sum, 1e-5);
        for (int64_t j = 0; j < kMemorySize; ++j) {
          expected[j] += exponentials[i] / sum * memory_[(kWords[sentence] + i) * kMemorySize + j];
        }
      }
      for (int64_t j = 0; j < kMemorySize; ++j)
        EXPECT_NEAR(context_.row(query)[j], expected[j], 1e-5) << query;
    }
  }
}

TEST_P(AttentionTest, GradientsMatchDifferences) {
  Value();
  std::vector<float> d_queries(queries_.size(), 99), d_memory(memory_.size(), 99);
  std::vector<float> gradients(values_.size(), 0);
  attention_.Backward(values_.data(), remembered_, Queries(), kQueries,
                      {d_context_.data(), 5, kMemorySize}, tape_, {d_queries.data(), 5, size_},
                      {d_memory.data(), 7, kMemorySize}, gradients.data(), &workspace_);
  const auto value = [&] { return Value(); };
  ExpectGradient(value, queries_, d_queries, "queries");
  ExpectGradient(value, memory_, d_memory, "memory");
  for (const Parameter& parameter : table_.parameters()) {
    ExpectGradient(value, std::span(values_).subspan(parameter.offset, parameter.size()),
                   std::span<const float>(gradients).subspan(parameter.offset, parameter.size()),
                   parameter.name.c_str());
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, AttentionTest,
                         testing::Combine(testing::Values(Attention::Kind::kDot,
                                                          Attention::Kind::kGeneral,
                                                          Attention::Kind::kConcat),
                                          testing::ValuesIn(kLimits)));

// One forward and backward pass over a sentence with the given numbers of words and queries.
struct LongPass {
  LongPass(Attention::Kind kind, int64_t length, Attention::Limits limits)
      : begins{0, length},
        memory(RandomFloats(length * kMemorySize, 2, 1)),
        queries(RandomFloats(length * kMemorySize, 3, 1)),
        d_queries(queries.size()),
        d_memory(memory.size()) {
    ParameterTable table;
    const Attention attention("attention", kind, kMemorySize, kMemorySize, {}, &table, limits);
    const std::vector<float> values = RandomFloats(table.size(), 1, 1);
    gradients.resize(values.size());
    const Matrix out = workspace.Take(length, kMemorySize);
    const ConstMatrix asked = {queries.data(), length, kMemorySize};
    const auto remembered =
        attention.Remember(values.data(), {memory.data(), length, kMemorySize}, begins, &workspace);
    Attention::Tape tape;
    attention.Forward(values.data(), remembered, asked, begins, out, Attention::Keep::kForBackward,
                      &tape, &workspace);
    attention.Backward(values.data(), remembered, asked, begins, out, tape,
                       {d_queries.data(), length, kMemorySize},
                       {d_memory.data(), length, kMemorySize}, gradients.data(), &workspace);
    context.assign(out.data, out.data + out.size());
  }

  const std::vector<int64_t> begins;
  const std::vector<float> memory, queries;
  std::vector<float> context, d_queries, d_memory, gradients;
  Workspace workspace;
};

class LongAttentionTest : public testing::TestWithParam<Attention::Kind> {};

TEST_P(LongAttentionTest, BitsDoNotDependOnKeptWeights) {
  const LongPass kept(GetParam(), 40, {.chunk = 200, .kept = 40 * 40});
  const LongPass computed_again(GetParam(), 40, {.chunk = 200, .kept = 0});
  EXPECT_EQ(computed_again.context, kept.context);
  EXPECT_EQ(computed_again.d_queries, kept.d_queries);
  EXPECT_EQ(computed_again.d_memory, kept.d_memory);
  EXPECT_EQ(computed_again.gradients, kept.gradients);
}

// The weights of 3,000 queries and 3,000 words are 36 MB, and so are their gradients.
TEST_P(LongAttentionTest, MemoryStaysWithinTheLimits) {
  const LongPass pass(GetParam(), 3000, {.chunk = 1 << 16, .kept = 1 << 16});
  EXPECT_LT(pass.workspace.capacity(), size_t{8} << 20);
}

INSTANTIATE_TEST_SUITE_P(Kinds, LongAttentionTest,
                         testing::Values(Attention::Kind::kDot, Attention::Kind::kGeneral,
                                         Attention::Kind::kConcat));

TEST(RowsBySequenceTest, GathersTheRowsOfEachSequence) {
  const SequenceLayout layout(std::vector<int32_t>{2, 4, 1});
  RowsBySequence rows;
  rows.Assign(layout);
  EXPECT_EQ(rows.begins, (std::vector<int64_t>{0, 2, 6, 7}));
  std::vector<float> packed;
  for (const auto& [sequence, step] : layout.places())
    packed.push_back(static_cast<float>(10 * sequence + step));
  Workspace workspace;
  const Matrix gathered = rows.Gather({packed.data(), 7, 1}, &workspace);
  EXPECT_EQ(std::vector<float>(gathered.data, gathered.data + 7),
            (std::vector<float>{0, 1, 10, 11, 12, 13, 20}));
  const Matrix scattered = rows.Scatter(gathered, &workspace);
  EXPECT_EQ(std::vector<float>(scattered.data, scattered.data + 7), packed);
}

}  // namespace
}  // namespace elman
