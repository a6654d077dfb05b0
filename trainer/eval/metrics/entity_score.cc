#include "trainer/eval/metrics/entity_score.h"

#include <algorithm>
#include <cstdlib>

#include "trainer/eval/metrics/ratio.h"

namespace elman {
namespace {

// Returns whether an entity that includes the tag `before` ends there, by the rules of conlleval.
bool Ends(const EntityTag& before, const EntityTag& tag) {
  if (before.letter == 'O') return false;
  return before.letter == 'E' || before.letter == 'S' || tag.letter == 'B' || tag.letter == 'S' ||
         tag.letter == 'O' || before.type != tag.type;
}

std::vector<Entity> FindByConlleval(std::span<const EntityTag> tags) {
  constexpr EntityTag kOutside{'O'};
  std::vector<Entity> entities;
  bool open = false;
  EntityTag before = kOutside;
  for (size_t i = 0; i <= tags.size(); ++i) {
    const EntityTag tag = i < tags.size() && tags[i].letter != 0 ? tags[i] : kOutside;
    if (open && Ends(before, tag)) {
      entities.back().end = static_cast<int64_t>(i);
      open = false;
    }
    if (BeginsEntity(before, tag)) {
      entities.push_back({tag.type, static_cast<int64_t>(i), 0});
      open = true;
    }
    before = tag;
  }
  return entities;
}

// A pattern of two adjacent tags as in scheme.py of seqeval 1.2.2: the letters of both tags and a
// condition on their types.
struct TagPattern {
  enum Types { kAny, kSame, kOther };
  std::string_view before, letters;
  Types types;

  bool Matches(const EntityTag& first, const EntityTag& second) const {
    if (before.find(first.letter) == before.npos || letters.find(second.letter) == letters.npos)
      return false;
    return types == kAny || (first.type == second.type) == (types == kSame);
  }
};

constexpr std::string_view kEveryLetter = "OBIES";

// The pairs where an entity begins at the second tag, those inside an entity, and those where an
// entity ends at the first tag.
struct StrictRules {
  std::vector<TagPattern> begins, inner, ends;
};

const StrictRules& RulesOf(TagScheme scheme) {
  using enum TagPattern::Types;
  static const auto* const iob1 = new StrictRules{
      {{"OB", "I", kAny}, {"I", "I", kOther}, {"IB", "B", kSame}},
      {{"BI", "I", kSame}},
      {{"IB", "I", kOther}, {"IB", "O", kAny}, {"I", "B", kAny}, {"B", "B", kSame}}};
  static const auto* const iob2 = new StrictRules{
      {{kEveryLetter, "B", kAny}}, {{"BI", "I", kSame}}, {{"IB", "OB", kAny}, {"IB", "I", kOther}}};
  static const auto* const ioe1 =
      new StrictRules{{{"OE", "I", kAny}, {"I", "I", kOther}, {"E", "E", kSame}},
                      {{"I", "IE", kSame}},
                      {{"I", "IE", kOther}, {"I", "O", kAny}, {"E", "IE", kSame}}};
  static const auto* const ioe2 = new StrictRules{
      {{"OE", "IE", kAny}, {"I", "IE", kOther}}, {{"I", "IE", kSame}}, {{"E", kEveryLetter, kAny}}};
  static const auto* const iobes = new StrictRules{
      {{kEveryLetter, "BS", kAny}}, {{"BI", "IE", kSame}}, {{"ES", kEveryLetter, kAny}}};
  switch (scheme) {
    case FieldEntry::IOB1:
      return *iob1;
    case FieldEntry::IOB2:
      return *iob2;
    case FieldEntry::IOE1:
      return *ioe1;
    case FieldEntry::IOE2:
      return *ioe2;
    default:
      return *iobes;
  }
}

// The algorithm of seqeval's class Tokens.
std::vector<Entity> FindStrictly(std::span<const EntityTag> tags, TagScheme scheme) {
  const StrictRules& rules = RulesOf(scheme);
  const auto tag_at = [tags](size_t i) {
    return i < tags.size() && tags[i].letter != 0 ? tags[i] : EntityTag{'O'};
  };
  const auto any = [&](const std::vector<TagPattern>& patterns, size_t second) {
    const EntityTag first = second > 0 ? tag_at(second - 1) : EntityTag{'O'};
    return std::ranges::any_of(patterns, [&](const TagPattern& pattern) {
      return pattern.Matches(first, tag_at(second));
    });
  };
  std::vector<Entity> entities;
  for (size_t i = 0; i < tags.size();) {
    if (!any(rules.begins, i)) {
      ++i;
      continue;
    }
    size_t end = i + 1;
    while (end < tags.size() && any(rules.inner, end)) ++end;
    if (any(rules.ends, end))
      entities.push_back({tags[i].type, static_cast<int64_t>(i), static_cast<int64_t>(end)});
    i = end;
  }
  return entities;
}

}  // namespace

std::vector<Entity> FindEntities(std::span<const EntityTag> tags, TagScheme scheme,
                                 EntityMode mode) {
  return mode == EntityMode::kStrict ? FindStrictly(tags, scheme) : FindByConlleval(tags);
}

double EntityCounts::precision() const { return Ratio(correct, found); }
double EntityCounts::recall() const { return Ratio(correct, present); }
double EntityCounts::f1() const { return Ratio(2 * correct, found + present); }

EntityScore::EntityScore(TagScheme scheme, EntityMode mode, std::span<const std::string> types)
    : scheme_(scheme), mode_(mode) {
  for (const std::string& type : types) OfType(type);
}

EntityCounts& EntityScore::OfType(std::string_view type) {
  const auto found = by_type_.find(type);
  return found != by_type_.end() ? found->second : by_type_[std::string(type)];
}

void EntityScore::Add(std::span<const EntityTag> predicted, std::span<const EntityTag> reference) {
  if (predicted.size() != reference.size()) std::abort();
  const std::vector<Entity> found = FindEntities(predicted, scheme_, mode_);
  const std::vector<Entity> present = FindEntities(reference, scheme_, mode_);
  for (const Entity& entity : present) ++OfType(entity.type).present;
  auto next = present.begin();  // both lists are sorted by start
  for (const Entity& entity : found) {
    EntityCounts& counts = OfType(entity.type);
    ++counts.found;
    while (next != present.end() && next->begin < entity.begin) ++next;
    if (next != present.end() && *next == entity) ++counts.correct;
  }
}

EntityScore& EntityScore::operator+=(const EntityScore& other) {
  for (const auto& [type, counts] : other.by_type_) {
    EntityCounts& mine = OfType(type);
    mine.found += counts.found;
    mine.present += counts.present;
    mine.correct += counts.correct;
  }
  return *this;
}

std::vector<int64_t> EntityScore::Counts() const {
  std::vector<int64_t> counts;
  for (const auto& [type, of_type] : by_type_)
    counts.insert(counts.end(), {of_type.found, of_type.present, of_type.correct});
  return counts;
}

void EntityScore::AddCounts(std::span<const int64_t> counts) {
  if (counts.size() != 3 * by_type_.size()) std::abort();
  size_t next = 0;
  for (auto& [type, of_type] : by_type_) {
    of_type.found += counts[next++];
    of_type.present += counts[next++];
    of_type.correct += counts[next++];
  }
}

EntityCounts EntityScore::total() const {
  EntityCounts total;
  for (const auto& [type, counts] : by_type_) {
    total.found += counts.found;
    total.present += counts.present;
    total.correct += counts.correct;
  }
  return total;
}

}  // namespace elman
