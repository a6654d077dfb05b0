#include "trainer/eval/ngrams/ngram_estimation.h"

#include <cmath>

#include "tests/data/shards/made_dataset.h"
#include "tests/trainer/eval/ngrams/slow_kneser_ney.h"
#include "trainer/eval/baselines/baseline_file.h"
#include "trainer/eval/ngrams/ngram_table.h"

namespace elman {
namespace {

using testing::DoubleNear;
using testing::Pointwise;

class NgramEstimationTest : public testing::Test {
 protected:
  // Makes a data set of these lines with `tokens` predictable tokens.
  std::shared_ptr<const Dataset> Made(const std::vector<Examples>& shards, uint32_t tokens) {
    const std::string folder = scratch_.Path("data");
    std::filesystem::create_directory(folder);
    WriteMadeDataset(folder, shards, tokens);
    auto dataset = Dataset::Open(folder);
    EXPECT_THAT(dataset, IsOk());
    return *dataset;
  }

  Baseline Estimated(const std::shared_ptr<const Dataset>& dataset,
                     const NgramEstimationSpec& spec) {
    const std::string path = scratch_.Path("model");
    EXPECT_THAT(EstimateNgramModel(dataset, spec, path), IsOk());
    auto baseline = ReadBaseline(path);
    EXPECT_THAT(baseline, IsOk());
    return *std::move(baseline);
  }

  Scratch scratch_;
};

double ProbabilityOf(const NgramTable& table, std::vector<uint32_t> context, uint32_t token) {
  std::reverse(context.begin(), context.end());
  return std::pow(10, table.Log10Probability(context, token));
}

// Visits the contexts of up to `longest` tokens that can occur in text.
template <typename Visit>
void ForEachContext(const Vocabulary& vocabulary, size_t longest, const Visit& visit,
                    std::vector<uint32_t> context = {}) {
  visit(context);
  if (context.size() == longest || (!context.empty() && context[0] == vocabulary.start_id()))
    return;
  context.insert(context.begin(), 0);
  for (uint32_t token = 0; token < vocabulary.size(); ++token) {
    if (token == vocabulary.end_id() || token == vocabulary.pad_id()) continue;
    context[0] = token;
    ForEachContext(vocabulary, longest, visit, context);
  }
}

// Lines in which small ids are frequent and bigrams are not independent.
Examples SkewedExamples(int lines, uint32_t tokens) {
  Examples examples(lines);
  uint64_t x = 3;
  const auto draw = [&x] { return (x = x * 6364136223846793005u + 1442695040888963407u) >> 33; };
  for (auto& example : examples) {
    uint32_t last = 0;
    for (uint64_t length = draw() % 9; length > 0; --length) {
      const auto drawn =
          static_cast<uint32_t>(draw() % (tokens - 2) * (draw() % (tokens - 2)) / (tokens - 2));
      last = 2 + (drawn + (draw() % 3 == 0 ? last : 0)) % (tokens - 2);
      example.push_back(last);
    }
    example.push_back(1);
  }
  return examples;
}

void ExpectMatchesTheFormulas(const Baseline& read, const Examples& lines,
                              const Vocabulary& vocabulary, int order,
                              const std::vector<uint64_t>& prune) {
  Baseline baseline = read;
  const auto table = NgramTable::Create("model", &baseline);
  ASSERT_THAT(table, IsOk());
  ASSERT_EQ(table->order(), order);
  const SlowKneserNey slow(lines, vocabulary, order, prune);
  for (int n = 1; n <= order; ++n) {
    const NgramModelSpec::Order& described = baseline.header.ngram().orders(n - 1);
    EXPECT_EQ(described.fallback(), slow.fallback(n)) << n;
    const std::vector<double> discounts(described.discounts().begin(), described.discounts().end());
    const std::vector<double> wanted(slow.discounts(n).begin() + 1, slow.discounts(n).end());
    EXPECT_THAT(discounts, Pointwise(DoubleNear(1e-12), wanted)) << n;
  }
  ForEachContext(vocabulary, static_cast<size_t>(order) - 1, [&](const auto& context) {
    double sum = 0;
    for (uint32_t token = 0; token < vocabulary.predicted_size(); ++token) {
      const double p = ProbabilityOf(*table, context, token);
      ASSERT_NEAR(p / slow.Probability(context, token), 1, 2e-6)
          << testing::PrintToString(context) << " " << token;
      sum += p;
    }
    ASSERT_NEAR(sum, 1, 1e-6) << testing::PrintToString(context);
  });
}

TEST_F(NgramEstimationTest, MatchesTheFormulas) {
  // For the first data set, discounts of all orders come from the counts; for the others, some are
  // defaults.
  for (const auto& [count, tokens] : {std::pair(2000, 20u), std::pair(30, 6u), std::pair(1, 4u)}) {
    const Examples lines = SkewedExamples(count, tokens);
    const auto dataset = Made({lines}, tokens);
    for (const int order : {1, 2, 3}) {
      SCOPED_TRACE(absl::StrCat(count, " lines, order ", order));
      const Baseline baseline = Estimated(dataset, {.order = order});
      ExpectMatchesTheFormulas(baseline, lines, dataset->vocabulary(), order, {0, 0, 0});
    }
    std::filesystem::remove_all(dataset->folder());
  }
}

TEST_F(NgramEstimationTest, UsesDiscountsOfTheTextIfPossible) {
  const auto dataset = Made({SkewedExamples(2000, 20)}, 20);
  const Baseline baseline = Estimated(dataset, {.order = 3});
  EXPECT_TRUE(baseline.header.ngram().orders(0).fallback());
  EXPECT_FALSE(baseline.header.ngram().orders(2).fallback());
}

TEST_F(NgramEstimationTest, SupportsOrderFive) {
  const Examples lines = SkewedExamples(200, 5);
  const auto dataset = Made({lines}, 5);
  ExpectMatchesTheFormulas(Estimated(dataset, {.order = 5}), lines, dataset->vocabulary(), 5,
                           {0, 0, 0, 0, 0});
}

TEST_F(NgramEstimationTest, PrunedProbabilityGoesToTheBackoff) {
  const Examples lines = SkewedExamples(300, 8);
  const auto dataset = Made({lines}, 8);
  for (const std::vector<uint64_t>& prune :
       {std::vector<uint64_t>{0, 0, 1}, {0, 2, 5}, {0, 1000, 1000}}) {
    const Baseline baseline = Estimated(dataset, {.order = 3, .prune = prune});
    ExpectMatchesTheFormulas(baseline, lines, dataset->vocabulary(), 3, prune);
    EXPECT_GT(baseline.header.ngram().orders(2).pruned(), 0);
    EXPECT_EQ(baseline.header.ngram().orders(2).ngrams() == 0, prune[2] == 1000);
  }
}

TEST_F(NgramEstimationTest, MatchesManualResults) {
  // "a a" and "a b", with a = 2, b = 3, and <unk>. Counts of counts are too small for discounts, so
  // the defaults 0.5 and 1 are used.
  const auto dataset = Made({{{2, 2, 1}, {2, 3, 1}}}, 4);
  Baseline baseline = Estimated(dataset, {.order = 2});
  const auto table = NgramTable::Create("model", &baseline);
  ASSERT_THAT(table, IsOk());
  // a and </s> follow two different tokens each, b follows one: 5 bigrams, of which 2.5 is
  // discounted.
  EXPECT_NEAR(ProbabilityOf(*table, {}, 2), 1 / 5. + 0.5 / 4, 1e-7);
  EXPECT_NEAR(ProbabilityOf(*table, {}, 3), 0.5 / 5 + 0.5 / 4, 1e-7);
  EXPECT_NEAR(ProbabilityOf(*table, {}, 0), 0.5 / 4, 1e-7);
  // a, b and </s> follow a once each.
  EXPECT_NEAR(ProbabilityOf(*table, {2}, 3), 0.5 / 3 + 0.5 * 0.225, 1e-7);
  EXPECT_NEAR(ProbabilityOf(*table, {2}, 0), 0.5 * 0.125, 1e-7);
  // Two lines begin with a.
  const uint32_t start = dataset->vocabulary().start_id();
  EXPECT_NEAR(ProbabilityOf(*table, {start}, 2), 1 / 2. + 0.5 * 0.325, 1e-7);
  EXPECT_NEAR(ProbabilityOf(*table, {start}, 3), 0.5 * 0.225, 1e-7);
}

TEST_F(NgramEstimationTest, BytesDoNotDependOnMemoryAndThreads) {
  // So little memory that the runs must be merged in several rounds.
  std::vector<Examples> shards;
  for (uint32_t seed = 1; seed <= 3; ++seed) shards.push_back(RandomExamples(9000, 30, 60, seed));
  const auto dataset = Made(shards, 60);
  const auto bytes = [&](uint64_t memory, int threads) {
    const std::string name = absl::StrCat(memory, "-", threads);
    EXPECT_THAT(
        EstimateNgramModel(dataset, {.order = 4, .memory_bytes = memory, .threads = threads},
                           scratch_.Path(name)),
        IsOk());
    return scratch_.Read(name);
  };
  const std::string wanted = bytes(uint64_t{1} << 30, 1);
  EXPECT_TRUE(bytes(1, 1) == wanted);
  EXPECT_TRUE(bytes(1, 3) == wanted);
  EXPECT_TRUE(bytes(uint64_t{1} << 30, 8) == wanted);
  // There are no temporary files left.
  EXPECT_EQ(scratch_.Names().size(), 5);
}

TEST_F(NgramEstimationTest, DividedLinesAreContinued) {
  // An example without </s> is continued by the next one.
  const auto dataset = Made({{{2, 3}, {2, 3, 1}}}, 5);
  Baseline baseline = Estimated(dataset, {.order = 3});
  const auto table = NgramTable::Create("model", &baseline);
  ASSERT_THAT(table, IsOk());
  const uint32_t start = dataset->vocabulary().start_id();
  std::vector<std::vector<uint32_t>> trigrams;
  EXPECT_THAT(table->ForEach(3,
                             [&](std::span<const uint32_t> tokens, float, auto) {
                               trigrams.emplace_back(tokens.begin(), tokens.end());
                               return absl::OkStatus();
                             }),
              IsOk());
  EXPECT_THAT(trigrams, testing::UnorderedElementsAreArray(std::vector<std::vector<uint32_t>>{
                            {start, 2, 3}, {2, 3, 2}, {3, 2, 3}, {2, 3, 1}}));
}

TEST_F(NgramEstimationTest, RejectsInvalidSpecs) {
  const auto dataset = Made({{{2, 3, 1}}}, 5);
  const auto estimate = [&](const NgramEstimationSpec& spec) {
    return EstimateNgramModel(dataset, spec, scratch_.Path("model"));
  };
  const auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(estimate({.order = 0}), FailsWith(kInvalid, "--order=0"));
  EXPECT_THAT(estimate({.order = 43}), FailsWith(kInvalid, "from 1 to 42"));
  EXPECT_THAT(estimate({.order = 42}), IsOk());
  EXPECT_THAT(estimate({.order = 3, .prune = {0, 2, 1}}), FailsWith(kInvalid, "--prune"));
  EXPECT_THAT(estimate({.order = 3, .prune = {1}}), FailsWith(kInvalid, "--prune"));
  EXPECT_THAT(estimate({.order = 2, .prune = {0, 0, 0}}), FailsWith(kInvalid, "--prune"));
}

}  // namespace
}  // namespace elman
