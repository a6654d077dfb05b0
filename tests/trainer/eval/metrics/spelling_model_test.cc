#include "trainer/eval/metrics/spelling_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace elman {
namespace {

// The probabilities of spelling_model.h, computed by their definition with strings: `^` begins a
// word, `$` ends it.
class SlowSpelling {
 public:
  explicit SlowSpelling(std::vector<std::string> words) : words_(std::move(words)) {}

  double Bits(const std::string& word) const {
    double bits = 0;
    const std::string framed = "^" + word + "$";
    for (size_t i = 1; i < framed.size(); ++i) bits -= std::log2(P(framed.substr(0, i), framed[i]));
    return bits;
  }

  double P(const std::string& before, char symbol) const {
    double p = 1.0 / 257;
    for (size_t order = 0; order <= std::min<size_t>(5, before.size()); ++order) {
      const std::string context = before.substr(before.size() - order);
      double n = 0, of_symbol = 0;
      std::set<char> followers;
      for (const std::string& word : words_) {
        const std::string framed = "^" + word + "$";
        for (size_t at = 1; at < framed.size(); ++at) {
          if (at < order || framed.substr(at - order, order) != context) continue;
          ++n;
          of_symbol += framed[at] == symbol ? 1 : 0;
          followers.insert(framed[at]);
        }
      }
      const auto t = static_cast<double>(followers.size());
      if (n > 0) p = (of_symbol + t * p) / (n + t);
    }
    return p;
  }

 private:
  const std::vector<std::string> words_;
};

SpellingModel ModelOf(const std::vector<std::string>& words) {
  SpellingModel model;
  for (const std::string& word : words) model.Add(word);
  return model;
}

TEST(SpellingModelTest, MatchesTheFormula) {
  const std::vector<std::string> words = {"river", "rivers", "riverbank",   "sea",
                                          "a",     "",       "na\xc3\xafve"};
  const SpellingModel model = ModelOf(words);
  const SlowSpelling slow(words);
  for (const char* word : {"river", "riverside", "rivals", "", "q", "seas", "xyzzy", "na\xff"})
    EXPECT_NEAR(model.Bits(word), slow.Bits(word), 1e-10) << word;
}

TEST(SpellingModelTest, IsUniformWithoutData) {
  EXPECT_NEAR(SpellingModel().Bits("ab"), 3 * std::log2(257), 1e-10);
}

// A code exists only if the probabilities of all words sum to at most 1. Here: all words of up to
// two bytes, plus the probability of longer ones.
TEST(SpellingModelTest, ProbabilitiesSumToAtMostOne) {
  const SpellingModel model = ModelOf({"ab", "abc", "b", "a", "bb"});
  double shorter = std::exp2(-model.Bits("")), longer = 0;
  for (int a = 0; a < 256; ++a) {
    const std::string first(1, static_cast<char>(a));
    shorter += std::exp2(-model.Bits(first));
    for (int b = 0; b < 256; ++b) {
      const std::string two = first + static_cast<char>(b);
      const double p = std::exp2(-model.Bits(two));
      shorter += p;
      // P(two) / P(end | two) is the probability of all words that begin with these bytes.
      if (a == 'a' && b == 'b') {
        for (int c = 0; c < 256; ++c) longer += std::exp2(-model.Bits(two + static_cast<char>(c)));
      }
    }
  }
  EXPECT_LT(shorter + longer, 1);
  EXPECT_GT(shorter + longer, 0.85);
}

TEST(SpellingModelTest, LikelyWordsCostLess) {
  const SpellingModel model = ModelOf({"walking", "talking", "singing", "ringing", "thing"});
  EXPECT_LT(model.Bits("winging"), model.Bits("gniwing"));
  EXPECT_LT(model.Bits("winging"), 8 * 8.0);
}

// Computed symbol by symbol, in any order.
TEST(AdaptiveCodeTest, IsTheSumOfItsSteps) {
  for (const std::vector<uint64_t>& counts :
       {std::vector<uint64_t>{3, 5}, {0, 0, 0, 0}, {7, 0, 2, 1}, {100, 0}}) {
    std::vector<uint64_t> so_far(counts.size());
    double bits = 0, all = 0;
    for (size_t kind = counts.size(); kind-- > 0;) {
      for (; so_far[kind] < counts[kind]; ++so_far[kind], ++all) {
        bits += std::log2((all + static_cast<double>(counts.size()) / 2) /
                          (static_cast<double>(so_far[kind]) + 0.5));
      }
    }
    EXPECT_NEAR(AdaptiveCodeBits(counts), bits, 1e-9);
  }
}

TEST(AdaptiveCodeTest, OneKindCostsHalfALogarithm) {
  const std::vector<uint64_t> counts = {1'000'000, 0};
  EXPECT_NEAR(AdaptiveCodeBits(counts), 0.5 * std::log2(3.14159265 * 1e6), 1e-3);
}

}  // namespace
}  // namespace elman
