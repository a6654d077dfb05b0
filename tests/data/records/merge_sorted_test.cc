#include "data/records/merge_sorted.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Keys with counts from memory. Reading fails at a count of 0.
class MadeRun {
 public:
  using Key = std::string;
  explicit MadeRun(std::vector<std::pair<std::string, int>> items) : items_(std::move(items)) {}
  absl::StatusOr<bool> Next() {
    if (++at_ == std::ssize(items_)) return false;
    if (count() == 0) return absl::DataLossError("damaged at " + items_[at_].first);
    return true;
  }
  std::string_view key() const { return items_[at_].first; }
  int count() const { return items_[at_].second; }

 private:
  const std::vector<std::pair<std::string, int>> items_;
  std::ptrdiff_t at_ = -1;
};

using Items = std::vector<std::pair<std::string, int>>;

template <typename Plus>
absl::StatusOr<std::vector<std::string>> Merged(const std::vector<Items>& lists, const Plus& plus) {
  std::vector<std::unique_ptr<MadeRun>> runs;
  for (const Items& items : lists) runs.push_back(std::make_unique<MadeRun>(items));
  std::vector<std::string> visited;
  RETURN_IF_ERROR(MergeSorted(runs, plus, [&visited](const std::string& key, int sum) {
    visited.push_back(absl::StrCat(key, " ", sum));
    return absl::OkStatus();
  }));
  return visited;
}

TEST(MergeSorted, VisitsEachKeyOnceWithItsSum) {
  EXPECT_THAT(*Merged({{{"a", 1}, {"c", 2}}, {}, {{"b", 3}, {"c", 4}, {"d", 5}}, {{"c", 6}}},
                      std::plus<>()),
              ElementsAre("a 1", "b 3", "c 12", "d 5"));
  EXPECT_THAT(*Merged({}, std::plus<>()), IsEmpty());
}

TEST(MergeSorted, AddsWithTheGivenFunction) {
  const auto larger = [](int a, int b) { return std::max(a, b); };
  EXPECT_THAT(*Merged({{{"a", -3}}, {{"a", -2}, {"b", -1}}}, larger), ElementsAre("a -2", "b -1"));
}

TEST(MergeSorted, FailsIfARunCannotBeRead) {
  EXPECT_THAT(Merged({{{"a", 1}, {"b", 0}}, {{"a", 1}}}, std::plus<>()),
              FailsWith(absl::StatusCode::kDataLoss, "damaged at b"));
}

}  // namespace
}  // namespace elman
