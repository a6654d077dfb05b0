// Precision, recall and F1 of the entities that tags mark. An entity is correct if its start, end
// and type are correct. Invalid tag sequences are read by the rules of conlleval (Tjong Kim Sang
// and Buchholz, 2000) or, in strict mode, by those of seqeval (Nakayama, 2018).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/tag_scheme.h"

namespace elman {

// An entity consists of the tokens [begin, end) of a sentence.
struct Entity {
  std::string_view type;
  int64_t begin = 0;
  int64_t end = 0;
  bool operator==(const Entity&) const = default;
};

// How to read tag sequences that violate their scheme, as predictions may. Both modes find the same
// entities in valid sequences.
enum class EntityMode {
  kConlleval,  // as conlleval: for example, an I after O begins an entity
  kStrict,     // as seqeval's mode='strict': only valid entities count
};

// Returns the entities of a sentence, in order. A tag with the letter 0, which is not in the
// scheme, is read as O.
std::vector<Entity> FindEntities(std::span<const EntityTag> tags, TagScheme scheme,
                                 EntityMode mode);

// Counts of one type, or of all types.
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
  // Types are added when they occur. If all are given here, the Counts of two scores have the same
  // size.
  EntityScore(TagScheme scheme, EntityMode mode, std::span<const std::string> types = {});

  // Adds a sentence; both must have the same number of tags.
  void Add(std::span<const EntityTag> predicted, std::span<const EntityTag> reference);
  EntityScore& operator+=(const EntityScore& other);

  // For each type, in order: found, present and correct entities. These counts can be added to
  // those of other scores with the same types.
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
