#include "trainer/eval/metrics/entity_score.h"

#include <algorithm>
#include <cstdlib>

#include "trainer/eval/metrics/ratio.h"

namespace elman {
namespace {

struct Tag {
  char letter = 'O';
  std::string_view type;
};

Tag Parse(std::string_view text) {
  constexpr std::string_view kLetters = "BIES";
  if (text.empty() || kLetters.find(text[0]) == kLetters.npos) return {};
  if (text.size() == 1) return {text[0], ""};
  return text[1] == '-' ? Tag{text[0], text.substr(2)} : Tag{};
}

// Whether an entity that goes up to `before` ends there.
bool Ends(const Tag& before, const Tag& tag) {
  if (before.letter == 'O') return false;
  return before.letter == 'E' || before.letter == 'S' || tag.letter == 'B' || tag.letter == 'S' ||
         tag.letter == 'O' || before.type != tag.type;
}

bool Begins(const Tag& before, const Tag& tag) {
  if (tag.letter == 'O') return false;
  return tag.letter == 'B' || tag.letter == 'S' || before.letter == 'O' || before.letter == 'E' ||
         before.letter == 'S' || before.type != tag.type;
}

}  // namespace

std::vector<Entity> FindEntities(std::span<const std::string_view> tags) {
  std::vector<Entity> entities;
  bool open = false;
  Tag before;
  for (size_t i = 0; i <= tags.size(); ++i) {
    const Tag tag = i < tags.size() ? Parse(tags[i]) : Tag{};
    if (open && Ends(before, tag)) {
      entities.back().end = static_cast<int64_t>(i);
      open = false;
    }
    if (Begins(before, tag)) {
      entities.push_back({tag.type, static_cast<int64_t>(i), 0});
      open = true;
    }
    before = tag;
  }
  return entities;
}

double EntityCounts::precision() const { return Ratio(correct, found); }
double EntityCounts::recall() const { return Ratio(correct, present); }
double EntityCounts::f1() const { return Ratio(2 * correct, found + present); }

EntityScore::EntityScore(std::span<const std::string> types) {
  for (const std::string& type : types) OfType(type);
}

EntityCounts& EntityScore::OfType(std::string_view type) {
  const auto found = by_type_.find(type);
  return found != by_type_.end() ? found->second : by_type_[std::string(type)];
}

void EntityScore::Add(std::span<const std::string_view> predicted,
                      std::span<const std::string_view> truth) {
  if (predicted.size() != truth.size()) std::abort();
  tokens_ += static_cast<int64_t>(truth.size());
  for (size_t i = 0; i < truth.size(); ++i) correct_tokens_ += predicted[i] == truth[i] ? 1 : 0;
  const std::vector<Entity> found = FindEntities(predicted), present = FindEntities(truth);
  for (const Entity& entity : present) ++OfType(entity.type).present;
  for (const Entity& entity : found) {
    EntityCounts& counts = OfType(entity.type);
    ++counts.found;
    if (std::ranges::find(present, entity) != present.end()) ++counts.correct;
  }
}

EntityScore& EntityScore::operator+=(const EntityScore& other) {
  tokens_ += other.tokens_;
  correct_tokens_ += other.correct_tokens_;
  for (const auto& [type, counts] : other.by_type_) {
    EntityCounts& mine = OfType(type);
    mine.found += counts.found;
    mine.present += counts.present;
    mine.correct += counts.correct;
  }
  return *this;
}

std::vector<int64_t> EntityScore::Counts() const {
  std::vector<int64_t> counts = {tokens_, correct_tokens_};
  for (const auto& [type, of_type] : by_type_)
    counts.insert(counts.end(), {of_type.found, of_type.present, of_type.correct});
  return counts;
}

void EntityScore::AddCounts(std::span<const int64_t> counts) {
  if (counts.size() != 2 + 3 * by_type_.size()) std::abort();
  tokens_ += counts[0];
  correct_tokens_ += counts[1];
  size_t next = 2;
  for (auto& [type, of_type] : by_type_) {
    of_type.found += counts[next++];
    of_type.present += counts[next++];
    of_type.correct += counts[next++];
  }
}

double EntityScore::accuracy() const { return Ratio(correct_tokens_, tokens_); }

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
