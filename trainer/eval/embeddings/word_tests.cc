#include "trainer/eval/embeddings/word_tests.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "data/io/status_macros.h"
#include "data/text/line_reader.h"
#include "trainer/eval/embeddings/analogies.h"
#include "trainer/eval/metrics/rank_correlation.h"

namespace elman {
namespace {

std::vector<std::string> FieldsIn(std::string_view line) {
  return absl::StrSplit(absl::string_view(line.data(), line.size()), absl::ByAnyChar(" \t,"),
                        absl::SkipEmpty());
}

absl::Status WrongLine(const std::string& file, uint64_t line, absl::string_view expected,
                       std::string_view found) {
  constexpr size_t kShown = 80;
  return absl::InvalidArgumentError(absl::StrCat(file, ": line ", line, ": expected ", expected,
                                                 ", found '", std::string(found.substr(0, kShown)),
                                                 "'; give a file of such lines"));
}

double Share(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

struct SimilarityRatings {
  int64_t pairs = 0;
  // Scores by humans and by vectors, of pairs with known words.
  std::vector<double> people, vectors;
};

// FailedPrecondition if no item of a test has only known words, because there is no result then.
absl::Status ExpectKnown(const std::string& file, absl::string_view what, int64_t asked,
                         int64_t known, int64_t needed) {
  if (asked == 0)
    return absl::InvalidArgumentError(absl::StrCat(file, ": expected ", what, ", found none"));
  if (known >= needed) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(file, ": the vectors contain all words of ", known, " of its ", asked, " ", what,
                   ", and ", needed, " are needed. Check the language and the case of the words"));
}

absl::StatusOr<SimilarityRatings> ReadRatings(const WordSpace& space, const std::string& file) {
  SimilarityRatings ratings;
  LineReader lines({file});
  for (LinePiece piece;;) {
    ASSIGN_OR_RETURN(const bool more, lines.Next(&piece));
    if (!more) return ratings;
    const std::vector<std::string> fields = FieldsIn(piece.text);
    if (fields.empty()) continue;
    double score = 0;
    if (fields.size() < 3 || !absl::SimpleAtod(fields[2], &score) || !std::isfinite(score)) {
      if (lines.line() == 1) continue;
      return WrongLine(file, lines.line(), "two words and a number", piece.text);
    }
    ++ratings.pairs;
    const int64_t a = space.Find(fields[0]), b = space.Find(fields[1]);
    if (a < 0 || b < 0) continue;
    ratings.people.push_back(score);
    ratings.vectors.push_back(space.Similarity(a, b));
  }
}

struct Section {
  std::string name;
  int64_t questions = 0;
  std::vector<WordSpace::Analogy> known = {};
  std::vector<int64_t> answers = {};  // for the asked questions
  int64_t right = 0;
};

absl::Status ReadQuestions(const WordSpace& space, const std::string& file,
                           std::vector<Section>* sections) {
  LineReader lines({file});
  sections->push_back({.name = file});
  for (LinePiece piece;;) {
    ASSIGN_OR_RETURN(const bool more, lines.Next(&piece));
    if (!more) return absl::OkStatus();
    const std::vector<std::string> fields = FieldsIn(piece.text);
    if (fields.empty()) continue;
    if (fields[0] == ":") {
      sections->push_back({.name = fields.size() > 1 ? fields[1] : file});
      continue;
    }
    if (fields.size() != 4)
      return WrongLine(file, lines.line(), "four words, or ': SECTION'", piece.text);
    Section& section = sections->back();
    ++section.questions;
    int64_t words[4];
    for (int i = 0; i < 4; ++i) words[i] = space.Find(fields[i]);
    if (*std::ranges::min_element(words) < 0) continue;
    section.known.push_back({words[0], words[1], words[2]});
    section.answers.push_back(words[3]);
  }
}

}  // namespace

absl::Status EvaluateSimilarity(const WordSpace& space, const std::vector<std::string>& files,
                                Evaluation* evaluation) {
  MetricTable table = {.name = "similarity",
                       .columns = {{.name = "spearman"},
                                   {.name = "pairs", .count = true},
                                   {.name = "known", .count = true}},
                       .rows = {}};
  double sum = 0;
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(const SimilarityRatings ratings, ReadRatings(space, file));
    RETURN_IF_ERROR(ExpectKnown(file, "pairs of words", ratings.pairs,
                                static_cast<int64_t>(ratings.people.size()), 2));
    const double spearman = RankCorrelation(ratings.people, ratings.vectors);
    if (std::isnan(spearman)) {
      return absl::FailedPreconditionError(
          absl::StrCat(file,
                       ": the correlation is undefined, because all known pairs have the same "
                       "rating or the same similarity"));
    }
    sum += spearman;
    table.rows.push_back({file,
                          {spearman, static_cast<double>(ratings.pairs),
                           static_cast<double>(ratings.people.size())}});
  }
  evaluation->metrics.push_back({"spearman", sum / static_cast<double>(files.size()),
                                 "rank correlation with human ratings, mean of the files",
                                 /*is_main=*/true});
  evaluation->tables.push_back(std::move(table));
  return absl::OkStatus();
}

absl::Status EvaluateAnalogies(const WordSpace& space, const std::vector<std::string>& files,
                               Evaluation* evaluation) {
  std::vector<Section> sections;
  for (const std::string& file : files) RETURN_IF_ERROR(ReadQuestions(space, file, &sections));
  MetricTable table = {.name = "analogy",
                       .columns = {{.name = "accuracy"},
                                   {.name = "questions", .count = true},
                                   {.name = "known", .count = true}},
                       .rows = {}};
  int64_t right = 0, known = 0, questions = 0;
  for (const Section& section : sections) {
    known += static_cast<int64_t>(section.known.size());
    questions += section.questions;
  }
  RETURN_IF_ERROR(
      ExpectKnown(absl::StrJoin(files, ","), "questions of four words", questions, known, 1));
  for (Section& section : sections) {
    const std::vector<int64_t> answers = SolveAnalogies(space, section.known);
    for (size_t i = 0; i < answers.size(); ++i) section.right += answers[i] == section.answers[i];
    const auto section_known = static_cast<int64_t>(section.known.size());
    right += section.right;
    if (section.questions == 0) continue;
    table.rows.push_back(
        {section.name,
         {Share(section.right, section_known), static_cast<double>(section.questions),
          static_cast<double>(section_known)}});
  }
  evaluation->metrics.push_back({"analogies", Share(right, known),
                                 "solved, of those with known words",
                                 /*is_main=*/true});
  evaluation->metrics.push_back({"questions", static_cast<double>(questions), "", false, true});
  evaluation->metrics.push_back({"known_questions", static_cast<double>(known), "", false, true});
  evaluation->tables.push_back(std::move(table));
  return absl::OkStatus();
}

}  // namespace elman
