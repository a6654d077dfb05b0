#include "trainer/eval/inspection/word_questions.h"

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/format/near_names.h"
#include "data/format/number_text.h"
#include "data/io/status_macros.h"
#include "trainer/eval/embeddings/vector_source.h"
#include "trainer/eval/embeddings/word_space.h"

namespace elman {
namespace {

// The word with the fewest typos; empty if none is similar.
std::string NearestWord(const WordSpace& space, const std::string& word) {
  std::vector<std::string> words;
  for (int64_t i = 0; i < space.words(); ++i) words.emplace_back(space.word(i));
  return NearestName(word, words);
}

// Returns the words of a question, which must be `count` words.
absl::StatusOr<std::vector<int64_t>> WordsOf(const WordSpace& space, const std::string& path,
                                             const std::string& flag, const std::string& text,
                                             size_t count) {
  // If one word is requested, a comma is part of it.
  const std::vector<std::string> words =
      count == 1 ? std::vector<std::string>{text} : absl::StrSplit(text, ',');
  if (words.size() != count) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag, "=", text, ": expected ", count, " words separated by commas"));
  }
  std::vector<int64_t> found;
  for (const std::string& word : words) {
    found.push_back(space.Find(word));
    if (found.back() < 0) {
      const std::string nearest = NearestWord(space, word);
      return absl::NotFoundError(
          absl::StrCat(path, ": has no vector for '", word, "' or its lower case",
                       nearest.empty() ? "; use a word that occurs in its training text"
                                       : absl::StrCat("; did you mean '", nearest, "'?")));
    }
  }
  return found;
}

void AddAnswers(const WordSpace& space, const std::string& name,
                const std::vector<WordSpace::Neighbor>& neighbors, Inspection* inspection) {
  std::vector<JsonObject> json;
  for (const WordSpace::Neighbor& neighbor : neighbors) {
    const std::string word(space.word(neighbor.word));
    inspection->AddText(word, FixedText(neighbor.similarity, 4));
    json.push_back(JsonObject().Add("word", word).Add("similarity", neighbor.similarity));
  }
  inspection->AddJson(name, json);
}

}  // namespace

absl::StatusOr<Inspection> AnswerWordQuestions(const std::string& path,
                                               const WordQuestions& questions) {
  ASSIGN_OR_RETURN(const std::unique_ptr<VectorReader> reader, OpenVectorSource(path));
  ASSIGN_OR_RETURN(const std::unique_ptr<WordSpace> space, ReadWordSpace(reader.get()));
  Inspection inspection;
  inspection.Add("kind", "vectors")
      .Add("path", path)
      .Add("words", space->words())
      .Add("size", space->size());
  const auto words_of = [&](const char* flag, const std::string& text, size_t count) {
    return WordsOf(*space, path, flag, text, count);
  };
  if (!questions.similarity.empty()) {
    ASSIGN_OR_RETURN(const auto words, words_of("similarity", questions.similarity, 2));
    inspection.Add("similarity", space->Similarity(words[0], words[1]));
  }
  if (!questions.neighbors.empty()) {
    ASSIGN_OR_RETURN(const auto words, words_of("neighbors", questions.neighbors, 1));
    inspection.AddText("neighbors of", questions.neighbors);
    AddAnswers(*space, "neighbors", space->Neighbors(words[0], questions.count), &inspection);
  }
  if (!questions.analogy.empty()) {
    ASSIGN_OR_RETURN(const auto words, words_of("analogy", questions.analogy, 3));
    inspection.AddText("analogy", questions.analogy);
    AddAnswers(*space, "answers", space->Answers({words[0], words[1], words[2]}, questions.count),
               &inspection);
  }
  return inspection;
}

}  // namespace elman
