#include "data/vectors/vector_match.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "data/format/characters.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr std::string_view kSpaceMark = "\xe2\x96\x81";  // U+2581

enum class Match : uint8_t { kNone, kLowerCased, kExact };

std::string_view WordOf(std::string_view piece) {
  if (piece.size() > kSpaceMark.size() && piece.starts_with(kSpaceMark))
    piece.remove_prefix(kSpaceMark.size());
  return piece;
}

using IdsByWord = absl::flat_hash_map<std::string, std::vector<uint32_t>>;

}  // namespace

absl::StatusOr<VectorCoverage> MatchVectors(
    VectorReader* reader, const Vocabulary& vocabulary,
    const std::function<void(uint32_t id, std::span<const float> vector)>& use) {
  IdsByWord by_word, by_lower_case;
  for (uint32_t id = 0; id < vocabulary.size(); ++id) {
    const std::string word(WordOf(vocabulary.piece(id)));
    by_word[word].push_back(id);
    if (std::string lower = LowerCase(word); lower != word) by_lower_case[lower].push_back(id);
  }

  std::vector<Match> matches(vocabulary.size(), Match::kNone);
  const auto offer = [&](const IdsByWord& ids, Match match, const WordVector& vector) {
    const auto found = ids.find(absl::string_view(vector.word.data(), vector.word.size()));
    if (found == ids.end()) return;
    for (const uint32_t id : found->second) {
      if (matches[id] >= match) continue;
      matches[id] = match;
      use(id, vector.elements);
    }
  };
  for (WordVector vector;;) {
    ASSIGN_OR_RETURN(const bool more, reader->Next(&vector));
    if (!more) break;
    offer(by_word, Match::kExact, vector);
    offer(by_lower_case, Match::kLowerCased, vector);
  }

  VectorCoverage coverage;
  for (uint32_t id = 0; id < vocabulary.size(); ++id) {
    if (vocabulary.is_special(id)) continue;
    ++coverage.pieces;
    coverage.exact += matches[id] == Match::kExact;
    coverage.lower_cased += matches[id] == Match::kLowerCased;
    coverage.all_tokens += vocabulary.count(id);
    if (matches[id] != Match::kNone) coverage.tokens += vocabulary.count(id);
  }
  return coverage;
}

}  // namespace elman
