#include "trainer/validation/nearest_words.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "data/format/characters.h"
#include "data/format/utf8.h"
#include "trainer/eval/embeddings/word_space.h"

namespace elman {
namespace {

constexpr int64_t kNeighbors = 8;
constexpr size_t kSearched = 20'000;  // bounds time and memory of a validation
constexpr size_t kMinWords = 4;
constexpr double kFunctionWords = 30;  // about the number of words that occur in any text
constexpr double kRareWords = 4;       // the words after the first quarter of the words searched

bool HasLetter(std::string_view piece) {
  for (size_t at = 0; at < piece.size();) {
    const DecodedCharacter character = DecodeUtf8(piece.substr(at));
    const CharacterClass of = ClassOf(character.code);
    if (character.valid && (of == CharacterClass::kLetter || of == CharacterClass::kIdeograph))
      return true;
    at += character.size;
  }
  return false;
}

}  // namespace

NearestWordFinder::NearestWordFinder(const Vocabulary* vocabulary, int words, const Model* model)
    : vocabulary_(*vocabulary), model_(model) {
  for (uint32_t id = 0; id < vocabulary->size() && searched_.size() < kSearched; ++id) {
    if (!vocabulary->is_special(id) && HasLetter(vocabulary->piece(id))) searched_.push_back(id);
  }
  if (searched_.size() < kMinWords) return;
  // The distances of the chosen words grow, because the frequencies fall more and more slowly.
  const auto all = static_cast<double>(searched_.size());
  const double first = std::max(1.0, std::min(kFunctionWords, all / kRareWords));
  const double last = std::max(all / kRareWords, first);
  for (int i = 0; i < words; ++i) {
    const double part = words == 1 ? 0 : static_cast<double>(i) / (words - 1);
    auto position = static_cast<size_t>(first * std::pow(last / first, part));
    if (!chosen_.empty()) position = std::max(position, chosen_.back() + 1);
    if (position < searched_.size()) chosen_.push_back(position);
  }
}

std::vector<NearestWords> NearestWordFinder::Find() const {
  const int64_t size = model_->parameters().parameters()[0].cols;
  WordSpace space(size);
  std::vector<float> vector(size);
  for (const uint32_t id : searched_) {
    std::ranges::fill(vector, 0.0f);
    model_->AddWordVector(id, vector);
    space.Add(vocabulary_.piece(id), vector);
  }
  std::vector<NearestWords> found;
  for (const size_t position : chosen_) {
    const auto word = static_cast<int64_t>(position);
    NearestWords& nearest = found.emplace_back();
    nearest.word = space.word(word);
    for (const auto& [neighbor, similarity] : space.Neighbors(word, kNeighbors)) {
      nearest.neighbors.emplace_back(space.word(neighbor));
      nearest.similarity.push_back(similarity);
    }
  }
  return found;
}

}  // namespace elman
