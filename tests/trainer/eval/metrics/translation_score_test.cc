#include "trainer/eval/metrics/translation_score.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "data/format/utf8.h"

namespace elman {
namespace {

struct Case {
  std::string name;
  std::vector<std::pair<std::string, std::string>> lines;
  std::map<std::string, double> scores;
};

// Replaces escapes such as "\u2003" by their characters.
std::string Unescape(const std::string& text) {
  std::string result;
  for (size_t i = 0; i < text.size();) {
    if (text.compare(i, 2, "\\u") == 0) {
      AppendUtf8(std::strtoul(text.substr(i + 2, 4).c_str(), nullptr, 16), &result);
      i += 6;
    } else {
      result.push_back(text[i++]);
    }
  }
  return result;
}

std::vector<Case> GoldenCases() {
  std::ifstream file(std::string(ELMAN_GOLDEN_FOLDER) + "/translation_scores.txt");
  std::vector<Case> cases;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("case ")) {
      cases.push_back({line.substr(5), {}, {}});
    } else if (line.starts_with("T")) {
      cases.back().lines.emplace_back(Unescape(line.substr(1)), "");
    } else if (line.starts_with("R")) {
      cases.back().lines.back().second = Unescape(line.substr(1));
    } else {
      const size_t space = line.find(' ');
      cases.back().scores[line.substr(0, space)] = std::strtod(line.c_str() + space, nullptr);
    }
  }
  return cases;
}

TEST(TranslationScoreTest, MatchesSacreBleu) {
  const std::vector<Case> cases = GoldenCases();
  ASSERT_GE(cases.size(), 42u);
  int cased = 0;  // number of lines whose score changes in lower case
  for (const Case& a_case : cases) {
    ASSERT_EQ(a_case.scores.size(), 8u);
    cased += a_case.scores.at("13a") != a_case.scores.at("13a-lc") ? 1 : 0;
    for (const bool lowercase : {false, true}) {
      const std::string suffix = lowercase ? "-lc" : "";
      for (const auto tokenization :
           {ScoreTokenization::k13a, ScoreTokenization::kZh, ScoreTokenization::kChar}) {
        Bleu bleu(tokenization, lowercase);
        for (const auto& [translation, reference] : a_case.lines) bleu.Add(translation, reference);
        const std::string name = std::string(NameOf(tokenization)) + suffix;
        EXPECT_NEAR(bleu.Score(), a_case.scores.at(name), 1e-9) << a_case.name << " " << name;
      }
      Chrf chrf(lowercase);
      for (const auto& [translation, reference] : a_case.lines) chrf.Add(translation, reference);
      EXPECT_NEAR(chrf.Score(), a_case.scores.at("chrf" + suffix), 1e-9) << a_case.name << suffix;
    }
  }
  EXPECT_GE(cased, 10);
}

TEST(ScoreTokenizerTest, LowerCaseMatchesPython) {
  EXPECT_EQ(LowerCaseForScore("The \u00c4RZTE, \u0130ZM\u0130R"),
            "the \u00e4rzte, i\u0307zmi\u0307r");
  EXPECT_EQ(LowerCaseForScore("\u03a3\u0391\u03a3 \u03a3'"), "\u03c3\u03b1\u03c2 \u03c3'");
  EXPECT_EQ(LowerCaseForScore("\u0391\u03a3\u0301'\u0392"), "\u03b1\u03c3\u0301'\u03b2");
}

TEST(TranslationScoreTest, PartsAddUp) {
  Bleu whole, first, second;
  Chrf whole_chrf, first_chrf, second_chrf;
  const std::pair<const char*, const char*> lines[] = {
      {"the child reads a slow book", "the child reads a long book"},
      {"a boat on the river", "a boat is on the river today"}};
  for (const auto& [translation, reference] : lines) {
    whole.Add(translation, reference);
    whole_chrf.Add(translation, reference);
  }
  first.Add(lines[0].first, lines[0].second);
  second.Add(lines[1].first, lines[1].second);
  first_chrf.Add(lines[0].first, lines[0].second);
  second_chrf.Add(lines[1].first, lines[1].second);
  EXPECT_NE(first.Score(), whole.Score());
  EXPECT_EQ((first += second).Score(), whole.Score());
  EXPECT_LT(whole.BrevityPenalty(), 1);
  EXPECT_NE(first_chrf.Score(), whole_chrf.Score());
  EXPECT_EQ((first_chrf += second_chrf).Score(), whole_chrf.Score());
}

TEST(TranslationScoreTest, EmptyTextsScoreZero) {
  EXPECT_EQ(Bleu().Score(), 0);
  EXPECT_EQ(Chrf().Score(), 0);
  Bleu bad;
  bad.Add("\xff\xfe words of a kind", "\xff\xfe words of a kind");
  EXPECT_NEAR(bad.Score(), 100, 1e-9) << "what is not UTF-8 is a replacement character";
}

TEST(TranslationScoreTest, HasASignature) {
  EXPECT_EQ(Bleu(ScoreTokenization::kZh).Signature(),
            "nrefs:1|case:mixed|eff:no|tok:zh|smooth:exp");
  EXPECT_EQ(Chrf().Signature(), "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no");
  EXPECT_EQ(Bleu(ScoreTokenization::k13a, /*lowercase=*/true).Signature(),
            "nrefs:1|case:lc|eff:no|tok:13a|smooth:exp");
  EXPECT_EQ(Chrf(/*lowercase=*/true).Signature(), "nrefs:1|case:lc|eff:yes|nc:6|nw:0|space:no");
}

TEST(ScoreTokenizerTest, TokenizesLikeMteval) {
  const auto tokens = [](const char* line) {
    return TokenizeForScore(ScoreTokenization::k13a, line);
  };
  EXPECT_EQ(tokens("Hello, world."), "Hello , world .");
  EXPECT_EQ(tokens("4.5 m, 1,000 and 5- or -5"), "4.5 m , 1,000 and 5 - or -5");
  EXPECT_EQ(tokens("it's \"well-known\" (&amp;) "), "it's \" well-known \" ( & )");
  EXPECT_EQ(tokens(""), "");
}

TEST(ReferenceScriptsTest, ChooseTheTokenization) {
  const auto chosen = [](std::initializer_list<const char*> lines) {
    ReferenceScripts scripts;
    for (const char* line : lines) scripts.Add(line);
    return scripts.Tokenization();
  };
  EXPECT_EQ(chosen({}), ScoreTokenization::k13a);
  EXPECT_EQ(chosen({"1, 2, 3"}), ScoreTokenization::k13a);
  EXPECT_EQ(chosen({"The word \u4e2d\u56fd is Chinese."}), ScoreTokenization::k13a);
  EXPECT_EQ(chosen({"\ud55c\uad6d\uc5b4 \ubb38\uc7a5"}), ScoreTokenization::k13a) << "Korean";
  EXPECT_EQ(
      chosen({"\u6211\u4ece\u53a6\u95e8\u5230\u4e86\u5317\u4eac\u3002", "Tom \u5728\u5bb6\u3002"}),
      ScoreTokenization::kZh);
  EXPECT_EQ(chosen({"\u79c1\u306f\u6771\u4eac\u306b\u4f4f\u3093\u3067\u3044\u307e\u3059\u3002"}),
            ScoreTokenization::kChar)
      << "Japanese";
  EXPECT_EQ(chosen({"\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35"}), ScoreTokenization::kChar) << "Thai";
}

}  // namespace
}  // namespace elman
