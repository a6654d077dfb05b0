// Tag schemes: how tags of words, such as B-PER and I-PER, mark entities, and how to recognize the
// scheme of a corpus.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/text/vocabulary.h"
#include "proto/dataset.pb.h"

namespace elman {

using TagScheme = FieldEntry::TagScheme;

// A tag converted to the letters of IOBES from any scheme.
struct EntityTag {
  char letter = 0;             // O, B, I, E (last word), S (only word); 0: not a tag of the scheme
  std::string_view type = {};  // empty: O, or a tag without type
  bool operator==(const EntityTag&) const = default;
};

// The meaning of `tag` in `scheme`, which must not be UNRECORDED or NONE. The type is a part of
// `tag`.
EntityTag ParseEntityTag(std::string_view tag, TagScheme scheme);

// Whether an entity begins at `tag`, which follows `before`, by the rules of conlleval (Tjong Kim
// Sang and Buchholz, 2000), which are defined for every sequence of tags. Both must have a letter.
bool BeginsEntity(const EntityTag& before, const EntityTag& tag);

// The name of a scheme, such as "iob2", "none" or "unrecorded".
std::string NameOf(TagScheme scheme);

// The scheme with this name. InvalidArgument lists the names; `flag` is used in the message.
absl::StatusOr<TagScheme> ParseTagScheme(std::string_view flag, std::string_view name);

// Counts pairs of consecutive tags by what schemes depend on: their letters, and whether their
// types are equal.
class TagPairs {
 public:
  // Adds the tags of a sentence.
  void AddSentence(std::span<const std::string_view> tags);
  void Add(const TagPairs& other);

  // Number of entities by the rules of conlleval.
  uint64_t Entities(TagScheme scheme) const;
  // Number of pairs, not both O, that do not occur in a well-formed sentence.
  uint64_t Violations(TagScheme scheme) const;
  uint64_t tags() const;  // without O

  // Converts to numbers that can be added; adds such numbers.
  std::vector<uint64_t> numbers() const { return {counts_.begin(), counts_.end()}; }
  static constexpr size_t kNumbers = size_t{10} * 10 * 2;
  void AddNumbers(std::span<const uint64_t> numbers);

 private:
  std::array<uint64_t, kNumbers> counts_ = {};  // [letter before, letter, types are equal]
};

// The result of examining the tags of a corpus.
struct TagSchemeResult {
  TagScheme scheme = FieldEntry::NONE;
  // A tag that does not fit the others, because tags of different schemes are mixed. Empty if there
  // is none.
  std::string stray = {};
  std::string others = {};  // examples of tags that it does not fit: "B-PER, L-PER"
};

// Recognizes the scheme of `tags`, given with their counts, and of the pairs counted with them.
// Tags that do not mark entities, such as parts of speech, give NONE, even if a few of them look
// like tags of a scheme. Without `pairs` (null), IOB1 and IOB2, or IOE1 and IOE2, cannot be
// distinguished: the result is the second.
TagSchemeResult RecognizeTagScheme(const std::vector<Vocabulary::Entry>& tags,
                                   const TagPairs* pairs);

// Checks that all tags are tags of `scheme`; for NONE they always are.
TagSchemeResult CheckTagScheme(const std::vector<Vocabulary::Entry>& tags, TagScheme scheme);

}  // namespace elman
