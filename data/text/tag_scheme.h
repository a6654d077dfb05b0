// Tag schemes: how tags of words, such as B-PER and I-PER, mark entities, and which scheme the tags
// of a corpus follow.
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

// A tag with the letters of IOBES, whatever the scheme it is written in.
struct EntityTag {
  char letter = 0;             // O, B, I, E (last word), S (only word); 0: not a tag of the scheme
  std::string_view type = {};  // empty: O, or a tag without type
  bool operator==(const EntityTag&) const = default;
};

// What `tag` means in `scheme`, which is neither UNRECORDED nor NONE. The type is a part of `tag`.
EntityTag ParseEntityTag(std::string_view tag, TagScheme scheme);

// Whether an entity begins at `tag`, which follows `before`, by the rules of conlleval (Tjong Kim
// Sang and Buchholz, 2000), which give a meaning to every sequence of tags. Both have a letter.
bool BeginsEntity(const EntityTag& before, const EntityTag& tag);

// "iob2"; "none" of NONE; "unrecorded".
std::string NameOf(TagScheme scheme);

// The scheme of that name. InvalidArgument lists the names; `flag` is for the message.
absl::StatusOr<TagScheme> ParseTagScheme(std::string_view flag, std::string_view name);

// Counts how tags follow one another, in so far as it matters to any scheme: by their letters, and
// by whether their types are equal.
class TagPairs {
 public:
  // The tags of a sentence.
  void AddSentence(std::span<const std::string_view> tags);
  void Add(const TagPairs& other);

  // Entities by the rules of conlleval.
  uint64_t Entities(TagScheme scheme) const;
  // Pairs of tags that a well-formed sentence does not have, of which one is no O.
  uint64_t Violations(TagScheme scheme) const;
  uint64_t tags() const;  // but for O

  // As numbers that add up, and from as many.
  std::vector<uint64_t> numbers() const { return {counts_.begin(), counts_.end()}; }
  static constexpr size_t kNumbers = 10 * 10 * 2;
  void AddNumbers(std::span<const uint64_t> numbers);

 private:
  std::array<uint64_t, kNumbers> counts_ = {};  // [letter before, letter, whether types are equal]
};

// The outcome of looking at the tags of a corpus.
struct TagSchemeFinding {
  TagScheme scheme = FieldEntry::NONE;
  // A tag that does not go with the others, which makes them a mixture of schemes. Empty: there is
  // none.
  std::string stray = {};
  std::string others = {};  // examples of those it does not go with: "B-PER, L-PER"
};

// The scheme that `tags`, with their counts, follow in the pairs that were counted with them.
// Tags that mark no entities, such as parts of speech, have NONE, also where a few of them happen
// to look like tags of a scheme. Without `pairs` (null), which of IOB1 and IOB2, or IOE1 and IOE2,
// it is cannot be known: the result is then the second.
TagSchemeFinding RecognizeTagScheme(const std::vector<Vocabulary::Entry>& tags,
                                    const TagPairs* pairs);

// Whether all tags are tags of `scheme`; with NONE every one is.
TagSchemeFinding CheckTagScheme(const std::vector<Vocabulary::Entry>& tags, TagScheme scheme);

}  // namespace elman
