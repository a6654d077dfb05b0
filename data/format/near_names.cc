#include "data/format/near_names.h"

#include <algorithm>
#include <utility>

namespace elman {

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = std::exchange(last, row);
  }
  return last[b.size()];
}

size_t MaxEdits(std::string_view name) { return std::max<size_t>(1, name.size() / 3); }

std::string NearestName(std::string_view name, const std::vector<std::string>& known) {
  constexpr size_t kLongestName = 200;  // the distance takes quadratic time
  if (name.size() > kLongestName) return "";
  size_t nearest = MaxEdits(name) + 1;
  std::string found;
  for (const std::string& each : known) {
    if (const size_t distance = EditDistance(name, each); distance < nearest) {
      nearest = distance;
      found = each;
    }
  }
  return found;
}

}  // namespace elman
