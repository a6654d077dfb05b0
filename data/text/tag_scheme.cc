#include "data/text/tag_scheme.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "data/format/named_values.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

// The letters of all schemes, O first. The index kNoLetter stands for all other tags.
constexpr std::string_view kLetters = "OBIESLUMW";
constexpr size_t kNoLetter = kLetters.size();
constexpr size_t kKinds = kLetters.size() + 1;
static_assert(TagPairs::kNumbers == kKinds * kKinds * 2);

// The letters of a scheme except O, and the IOBES letter that each corresponds to.
struct Letters {
  TagScheme scheme;
  std::string_view written, meant;
};
constexpr Letters kSchemes[] = {
    {FieldEntry::IOB1, "BI", "BI"},       {FieldEntry::IOB2, "BI", "BI"},
    {FieldEntry::IOE1, "IE", "IE"},       {FieldEntry::IOE2, "IE", "IE"},
    {FieldEntry::IOBES, "BIES", "BIES"},  {FieldEntry::BILOU, "BILU", "BIES"},
    {FieldEntry::BMES, "BMESW", "BIESS"},
};

const Letters& LettersOf(TagScheme scheme) {
  const auto found = std::ranges::find(kSchemes, scheme, &Letters::scheme);
  return found == std::end(kSchemes) ? kSchemes[0] : *found;
}

// The IOBES letter; 0 if the scheme does not have `written`.
char Meaning(char written, TagScheme scheme) {
  if (written == 'O') return 'O';
  const Letters& letters = LettersOf(scheme);
  const size_t at = letters.written.find(written);
  return at == letters.written.npos ? '\0' : letters.meant[at];
}

// A tag as written: a letter of any scheme, alone or followed by a hyphen and a type.
struct WrittenTag {
  size_t letter = kNoLetter;  // index in kLetters
  bool typed = false;
  std::string_view type = {};
};

WrittenTag Split(std::string_view tag) {
  const size_t letter = tag.empty() ? kLetters.npos : kLetters.find(tag[0]);
  if (letter == kLetters.npos) return {};
  if (tag.size() == 1) return {.letter = letter};
  if (tag[1] != '-' || tag[0] == 'O') return {};
  return {.letter = letter, .typed = true, .type = tag.substr(2)};
}

bool IsInner(char letter) { return letter == 'I' || letter == 'E'; }
bool IsOpen(char letter) { return letter == 'B' || letter == 'I'; }

// Whether a well-formed sentence may have `next` after `tag`. Both have a letter. The tag before
// the first word and after the last word counts as O.
bool WellFormed(TagScheme scheme, const EntityTag& tag, const EntityTag& next) {
  const bool same = tag.type == next.type;
  switch (scheme) {
    case FieldEntry::IOB1:
      return next.letter != 'B' || (IsOpen(tag.letter) && same);
    case FieldEntry::IOB2:
      return next.letter != 'I' || (IsOpen(tag.letter) && same);
    case FieldEntry::IOE1:
      return tag.letter != 'E' || (IsInner(next.letter) && same);
    case FieldEntry::IOE2:
      return tag.letter != 'I' || (IsInner(next.letter) && same);
    default:
      return IsOpen(tag.letter) == IsInner(next.letter) && (!IsOpen(tag.letter) || same);
  }
}

// The sum over pairs of tags of the scheme, not both O, for which `counts` returns true.
template <typename Counts>
uint64_t SumOfPairs(std::span<const uint64_t> pairs, TagScheme scheme, const Counts& counts) {
  uint64_t sum = 0;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const size_t before = i / 2 / kKinds, letter = i / 2 % kKinds;
    if (pairs[i] == 0 || before == kNoLetter || letter == kNoLetter) continue;
    EntityTag first{Meaning(kLetters[before], scheme), "x"};
    EntityTag second{Meaning(kLetters[letter], scheme), i % 2 == 1 ? "x" : "y"};
    if (first.letter == 0 || second.letter == 0) continue;
    if (first.letter == 'O' && second.letter == 'O') continue;
    if (counts(first, second)) sum += pairs[i];
  }
  return sum;
}

// --- Recognition ---

// Some of the tags, with their counts.
struct TagGroup {
  uint64_t count = 0;
  std::vector<const Vocabulary::Entry*> tags = {};

  void Add(const Vocabulary::Entry& tag) {
    count += tag.count;
    tags.push_back(&tag);
  }
  const std::string& MostFrequent() const {
    return (*std::ranges::max_element(tags, {}, &Vocabulary::Entry::count))->piece;
  }
  bool empty() const { return tags.empty(); }
};

// The two most frequent tags, or the only one.
std::string Examples(TagGroup group) {
  std::ranges::stable_sort(group.tags,
                           [](const auto* a, const auto* b) { return a->count > b->count; });
  std::string text = group.tags[0]->piece;
  if (group.tags.size() > 1) absl::StrAppend(&text, ", ", group.tags[1]->piece);
  return text;
}

bool HasAll(const std::string& letters, TagScheme scheme) {
  return std::ranges::all_of(letters, [&](char letter) { return Meaning(letter, scheme) != 0; });
}

// The scheme that has all `letters`, among them letters that only it has; NONE if no scheme has
// all.
TagScheme SchemeOfLetters(const std::string& letters) {
  const bool two_singles = letters.find('S') != letters.npos && letters.find('W') != letters.npos;
  for (const TagScheme scheme : {FieldEntry::IOB2, FieldEntry::IOE2, FieldEntry::IOBES,
                                 FieldEntry::BILOU, FieldEntry::BMES}) {
    if (HasAll(letters, scheme) && !two_singles) return scheme;
  }
  return FieldEntry::NONE;
}

// For tags without types: whether the letters occur in combinations that schemes have.
bool MarkSegments(const std::string& letters, bool outside) {
  if (letters == "I") return outside;
  const bool begins = letters.find('B') != letters.npos;
  return letters.size() > 1 && (begins || HasAll(letters, FieldEntry::IOE2));
}

// The result for tags with letters that no single scheme has: the scheme that covers the most
// words, and as the stray tag the most frequent tag that it does not cover.
TagSchemeResult Mixture(const TagGroup& shaped) {
  TagSchemeResult result;
  TagGroup stray, fitting;
  for (const Letters& scheme : kSchemes) {
    TagGroup in, out;
    for (const Vocabulary::Entry* tag : shaped.tags)
      (Meaning(tag->piece[0], scheme.scheme) != 0 ? in : out).Add(*tag);
    if (in.empty() || (!fitting.empty() && in.count <= fitting.count)) continue;
    fitting = std::move(in);
    stray = std::move(out);
    result.scheme = scheme.scheme;
  }
  if (stray.empty()) {  // S and W: two letters for the same thing
    fitting = {};
    for (const Vocabulary::Entry* tag : shaped.tags)
      (tag->piece[0] == 'W' ? stray : fitting).Add(*tag);
  }
  result.stray = stray.MostFrequent();
  result.others = Examples(fitting);
  return result;
}

}  // namespace

EntityTag ParseEntityTag(std::string_view tag, TagScheme scheme) {
  const WrittenTag written = Split(tag);
  if (written.letter == kNoLetter) return {};
  const char letter = Meaning(kLetters[written.letter], scheme);
  return letter == 0 ? EntityTag{} : EntityTag{letter, written.type};
}

bool BeginsEntity(const EntityTag& before, const EntityTag& tag) {
  if (tag.letter == 'O') return false;
  return tag.letter == 'B' || tag.letter == 'S' || before.letter == 'O' || before.letter == 'E' ||
         before.letter == 'S' || before.type != tag.type;
}

std::string NameOf(TagScheme scheme) {
  std::string name = FieldEntry::TagScheme_Name(scheme);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

absl::StatusOr<TagScheme> ParseTagScheme(std::string_view flag, std::string_view name) {
  std::vector<TagScheme> schemes = {FieldEntry::NONE};
  for (const Letters& known : kSchemes) schemes.push_back(known.scheme);
  std::vector<std::string> names;
  for (const TagScheme scheme : schemes) names.push_back(NameOf(scheme));
  schemes.push_back(FieldEntry::IOBES);
  names.emplace_back("bioes");
  schemes.push_back(FieldEntry::IOB2);
  names.emplace_back("bio");
  ASSIGN_OR_RETURN(const size_t found,
                   FindName(absl::StrCat("--", std::string(flag)), name,
                            std::vector<std::string_view>(names.begin(), names.end())));
  return schemes[found];
}

void TagPairs::AddSentence(std::span<const std::string_view> tags) {
  WrittenTag before{.letter = 0};
  for (size_t i = 0; i <= tags.size(); ++i) {
    const WrittenTag tag = i < tags.size() ? Split(tags[i]) : WrittenTag{.letter = 0};
    ++counts_[(before.letter * kKinds + tag.letter) * 2 + (before.type == tag.type ? 1 : 0)];
    before = tag;
  }
}

void TagPairs::Add(const TagPairs& other) { AddNumbers(other.counts_); }

void TagPairs::AddNumbers(std::span<const uint64_t> numbers) {
  for (size_t i = 0; i < counts_.size() && i < numbers.size(); ++i) counts_[i] += numbers[i];
}

uint64_t TagPairs::Entities(TagScheme scheme) const {
  return SumOfPairs(counts_, scheme, BeginsEntity);
}

uint64_t TagPairs::Violations(TagScheme scheme) const {
  return SumOfPairs(counts_, scheme, [scheme](const EntityTag& tag, const EntityTag& next) {
    return !WellFormed(scheme, tag, next);
  });
}

uint64_t TagPairs::tags() const {
  uint64_t sum = 0;
  for (size_t i = 0; i < counts_.size(); ++i) sum += i / 2 % kKinds == 0 ? 0 : counts_[i];
  return sum;
}

TagSchemeResult RecognizeTagScheme(const std::vector<Vocabulary::Entry>& tags,
                                   const TagPairs* pairs) {
  TagGroup typed, bare, others;
  std::string letters;
  bool outside = false;
  for (const Vocabulary::Entry& tag : tags) {
    const WrittenTag written = Split(tag.piece);
    if (written.letter == 0) {
      outside = true;
      continue;
    }
    (written.letter == kNoLetter ? others : written.typed ? typed : bare).Add(tag);
    if (written.letter == kNoLetter) continue;
    const char letter = kLetters[written.letter];
    if (letters.find(letter) == letters.npos) letters += letter;
  }
  if (typed.empty() && (bare.empty() || !others.empty())) return {};
  if (typed.empty() && !MarkSegments(letters, outside)) return {};
  // A few parts of speech may look like B-TYPE; but if most tags do, the others are errors.
  if (!others.empty()) {
    if (typed.count <= others.count) return {};
    return {FieldEntry::NONE, others.MostFrequent(), Examples(typed)};
  }
  if (!typed.empty() && !bare.empty()) {
    const bool mostly_typed = typed.count >= bare.count;
    return {FieldEntry::NONE, (mostly_typed ? bare : typed).MostFrequent(),
            Examples(mostly_typed ? typed : bare)};
  }
  TagScheme scheme = SchemeOfLetters(letters);
  if (scheme == FieldEntry::NONE) return Mixture(typed.empty() ? bare : typed);
  if (pairs == nullptr) return {scheme};
  for (const auto& [second, first] : {std::pair(FieldEntry::IOB2, FieldEntry::IOB1),
                                      std::pair(FieldEntry::IOE2, FieldEntry::IOE1)}) {
    if (scheme == second && pairs->Violations(first) < pairs->Violations(second)) scheme = first;
  }
  // Letters alone are not proof: tags of entities follow the rules for the most part.
  if (2 * pairs->Violations(scheme) > pairs->tags()) return {};
  return {scheme};
}

TagSchemeResult CheckTagScheme(const std::vector<Vocabulary::Entry>& tags, TagScheme scheme) {
  if (scheme == FieldEntry::NONE) return {};
  TagSchemeResult result{scheme};
  TagGroup fitting;
  for (const Vocabulary::Entry& tag : tags) {
    if (ParseEntityTag(tag.piece, scheme).letter == 0) {
      if (result.stray.empty()) result.stray = tag.piece;
    } else {
      fitting.Add(tag);
    }
  }
  if (!result.stray.empty() && !fitting.empty()) result.others = Examples(std::move(fitting));
  return result;
}

}  // namespace elman
