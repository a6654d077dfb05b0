// Precision, recall and F1 of the entities that tags mark, counted as conlleval counts them (Tjong
// Kim Sang and Buchholz, 2000): an entity counts where its begin, its end and its type are all
// right.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace elman {

// Tokens [begin, end) of a sentence.
struct Entity {
  std::string_view type;
  int64_t begin = 0;
  int64_t end = 0;
  bool operator==(const Entity&) const = default;
};

// The entities that the tags of a sentence mark, in order: O, or one of the letters B, I, E and S,
// a hyphen and a type. Reads IOB1, IOB2 and IOBES alike; where tags contradict each other it finds
// what conlleval finds. A tag of any other form is as O.
std::vector<Entity> FindEntities(std::span<const std::string_view> tags);

// Of one type, or of all.
struct EntityCounts {
  int64_t found = 0;    // in the prediction
  int64_t present = 0;  // in the truth
  int64_t correct = 0;  // in both
  double precision() const;
  double recall() const;
  double f1() const;
};

class EntityScore {
 public:
  // Types are found as they come; those known beforehand make the Counts of two scores alike.
  EntityScore() = default;
  explicit EntityScore(std::span<const std::string> types);

  // A sentence; requires as many tags of the one as of the other.
  void Add(std::span<const std::string_view> predicted, std::span<const std::string_view> truth);
  EntityScore& operator+=(const EntityScore& other);

  // Tokens, those correct, and of each type, in order, found, present and correct entities: numbers
  // that add up over scores of the same types.
  std::vector<int64_t> Counts() const;
  void AddCounts(std::span<const int64_t> counts);

  double accuracy() const;  // of tags, O included
  int64_t tokens() const { return tokens_; }
  EntityCounts total() const;
  const std::map<std::string, EntityCounts, std::less<>>& by_type() const { return by_type_; }

 private:
  EntityCounts& OfType(std::string_view type);

  int64_t tokens_ = 0, correct_tokens_ = 0;
  std::map<std::string, EntityCounts, std::less<>> by_type_;
};

}  // namespace elman
