#include "data/splits/restoration.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "data/format/characters.h"
#include "data/format/utf8.h"

namespace elman {
namespace {

struct RestoredCharacter {
  std::string_view bytes;
  char32_t code = 0;
  bool valid = true;
};

std::vector<RestoredCharacter> CharactersOf(std::string_view text) {
  std::vector<RestoredCharacter> characters;
  while (!text.empty()) {
    const DecodedCharacter decoded = DecodeUtf8(text);
    const auto size = static_cast<size_t>(decoded.size);
    characters.push_back({text.substr(0, size), decoded.code, decoded.valid});
    text.remove_prefix(size);
  }
  return characters;
}

LineRestoration::Side SideOf(const RestoredCharacter& character) {
  if (!character.valid) return LineRestoration::kOtherCharacter;
  switch (ClassOf(character.code)) {
    case CharacterClass::kSpace:
      return LineRestoration::kSpaceCharacter;
    case CharacterClass::kPunctuation:
      return LineRestoration::kPunctuationCharacter;
    default:
      return LineRestoration::kOtherCharacter;
  }
}

// The operations for one line. Every sequence that gives the raw line is valid. This one is found
// greedily from left to right and is short if the lines have few differences.
class LineEdits {
 public:
  LineEdits(std::string_view raw, std::string_view restored, LineRestoration* counts)
      : raw_(CharactersOf(raw)), restored_(CharactersOf(restored)), counts_(counts) {}

  void Count() {
    size_t i = 0, j = 0;  // next characters
    while (i < raw_.size() || j < restored_.size()) {
      if (i < raw_.size() && j < restored_.size() && Matches(i, j)) {
        const bool copied = raw_[i].bytes == restored_[j].bytes;
        Count(j, copied ? LineRestoration::kCopy : LineRestoration::kRaise);
        ++i;
        ++j;
        continue;
      }
      const auto [inserted, deleted] = Skip(i, j);
      for (const size_t end = i + inserted; i < end; ++i) {
        for (const char byte : raw_[i].bytes)
          Count(j, byte == ' ' ? LineRestoration::kInsertSpace : LineRestoration::kInsertByte);
      }
      for (const size_t end = j + deleted; j < end; ++j) Count(j, LineRestoration::kDelete);
    }
    Count(j, LineRestoration::kCopy);
  }

 private:
  // Maximum number of characters to look ahead for a match of both lines.
  static constexpr size_t kReach = 32;

  void Count(size_t at, LineRestoration::Operation operation) {
    const int before = at == 0 ? LineRestoration::kNoCharacter : SideOf(restored_[at - 1]);
    const int after =
        at == restored_.size() ? LineRestoration::kNoCharacter : SideOf(restored_[at]);
    ++counts_->operations[kRestorationKinds * (4 * before + after) + operation];
  }

  bool Matches(size_t i, size_t j) const {
    const RestoredCharacter &raw = raw_[i], &restored = restored_[j];
    return raw.bytes == restored.bytes ||
           (raw.valid && restored.valid && raw.code == RaisedCase(restored.code));
  }

  // Whether the lines are equal from here, for two characters or to their ends.
  bool ContinueAlike(size_t i, size_t j) const {
    for (int characters = 0; characters < 2; ++characters, ++i, ++j) {
      if (i == raw_.size() || j == restored_.size())
        return i == raw_.size() && j == restored_.size();
      if (!Matches(i, j)) return false;
    }
    return true;
  }

  // Number of characters to insert and to delete: white space that only one line has; otherwise the
  // smallest numbers after which the lines match, or one of each.
  std::pair<size_t, size_t> Skip(size_t i, size_t j) const {
    const size_t raw_left = raw_.size() - i, restored_left = restored_.size() - j;
    const bool raw_space = raw_left > 0 && SideOf(raw_[i]) == LineRestoration::kSpaceCharacter;
    const bool restored_space =
        restored_left > 0 && SideOf(restored_[j]) == LineRestoration::kSpaceCharacter;
    if (raw_space != restored_space) return {raw_space ? 1 : 0, restored_space ? 1 : 0};
    for (size_t both = 1; both <= std::min(kReach, raw_left + restored_left); ++both) {
      for (size_t inserted = 0; inserted <= std::min(both, raw_left); ++inserted) {
        const size_t deleted = both - inserted;
        if (deleted <= restored_left && ContinueAlike(i + inserted, j + deleted))
          return {inserted, deleted};
      }
    }
    return {std::min<size_t>(1, raw_left), std::min<size_t>(1, restored_left)};
  }

  const std::vector<RestoredCharacter> raw_, restored_;
  LineRestoration* const counts_;
};

}  // namespace

void LineRestoration::Add(std::string_view raw, std::string_view restored) {
  if (raw == restored) {
    ++exact_lines;
    return;
  }
  ++edited_lines;
  LineEdits(raw, restored, this).Count();
}

LineRestoration& LineRestoration::operator+=(const LineRestoration& other) {
  exact_lines += other.exact_lines;
  edited_lines += other.edited_lines;
  for (size_t i = 0; i < operations.size(); ++i) operations[i] += other.operations[i];
  return *this;
}

}  // namespace elman
