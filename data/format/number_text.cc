#include "data/format/number_text.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace elman {

std::string GroupedText(uint64_t number) {
  std::string text = absl::StrCat(number);
  for (int i = static_cast<int>(text.size()) - 3; i > 0; i -= 3) text.insert(text.begin() + i, ',');
  return text;
}

std::string CountText(uint64_t count, std::string_view singular) {
  return absl::StrCat(count, " ", std::string(singular), count == 1 ? "" : "s");
}

std::string ByteText(double bytes) {
  if (bytes < 1e6) return absl::StrFormat("%.0f kB", bytes / 1e3);
  if (bytes < 1e9) return absl::StrFormat("%.0f MB", bytes / 1e6);
  return absl::StrFormat("%.1f GB", bytes / 1e9);
}

std::string ClockText(int64_t seconds) {
  return absl::StrFormat("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string RoundedText(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15)
    return absl::StrFormat("%.0f", number);
  return absl::StrFormat("%.5g", number);
}

std::string ScaledText(double number) {
  if (std::abs(number) >= 1e6) return absl::StrFormat("%.4gM", number / 1e6);
  if (std::abs(number) >= 1e4) return absl::StrFormat("%.4gk", number / 1e3);
  return absl::StrFormat("%.4g", number);
}

}  // namespace elman
