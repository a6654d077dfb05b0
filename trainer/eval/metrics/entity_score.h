// Precision, recall and F1 of the entities that tags mark: an entity counts where its begin, its
// end and its type are all right. Malformed sequences of tags are read by the rules of conlleval
// (Tjong Kim Sang and Buchholz, 2000) or, strictly, by those of seqeval (Nakayama, 2018).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/tag_scheme.h"

namespace elman {

// Tokens [begin, end) of a sentence.
struct Entity {
  std::string_view type;
  int64_t begin = 0;
  int64_t end = 0;
  bool operator==(const Entity&) const = default;
};

// What becomes of sequences of tags that break the rules of their scheme, as in predictions. Both
// find the same entities in well-formed ones.
enum class EntityMode {
  kConlleval,  // they have the meaning that conlleval gives them: an I after O begins an entity
  kStrict,     // seqeval's mode='strict': only what the scheme allows is an entity
};

// The entities that the tags of a sentence mark, in order. A tag with the letter 0, which is none
// of the scheme, is read as O.
std::vector<Entity> FindEntities(std::span<const EntityTag> tags, TagScheme scheme,
                                 EntityMode mode);

// Of one type, or of all.
struct EntityCounts {
  int64_t found = 0;    // in the prediction
  int64_t present = 0;  // in the reference
  int64_t correct = 0;  // in both
  double precision() const;
  double recall() const;
  double f1() const;
};

class EntityScore {
 public:
  // Types are found as they come; those known beforehand make the Counts of two scores alike.
  EntityScore(TagScheme scheme, EntityMode mode, std::span<const std::string> types = {});

  // A sentence; requires as many tags of the one as of the other.
  void Add(std::span<const EntityTag> predicted, std::span<const EntityTag> reference);
  EntityScore& operator+=(const EntityScore& other);

  // Of each type, in order, found, present and correct entities: numbers that add up over scores of
  // the same types.
  std::vector<int64_t> Counts() const;
  void AddCounts(std::span<const int64_t> counts);

  EntityCounts total() const;
  const std::map<std::string, EntityCounts, std::less<>>& by_type() const { return by_type_; }

 private:
  EntityCounts& OfType(std::string_view type);

  const TagScheme scheme_;
  const EntityMode mode_;
  std::map<std::string, EntityCounts, std::less<>> by_type_;
};

}  // namespace elman
