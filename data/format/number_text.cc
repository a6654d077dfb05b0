#include "data/format/number_text.h"

#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"

namespace elman {
namespace {

template <typename Number>
std::string Shortest(Number number) {
  if (std::isnan(number)) return "nan";
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof(buffer), number).ptr};
}

}  // namespace

std::string RoundTripText(double number) { return Shortest(number); }
std::string RoundTripText(float number) { return Shortest(number); }

std::string FixedText(double number, int digits) {
  return std::isnan(number) ? "nan" : absl::StrFormat("%.*f", digits, number);
}

std::string SignificantText(double number, int digits) {
  return std::isnan(number) ? "nan" : absl::StrFormat("%.*g", digits, number);
}

std::string TimeText(double seconds) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC",
                          absl::UnixEpoch() + absl::Seconds(std::floor(seconds)),
                          absl::UTCTimeZone());
}

std::string GroupedText(uint64_t number) {
  std::string text = absl::StrCat(number);
  for (int i = static_cast<int>(text.size()) - 3; i > 0; i -= 3) text.insert(text.begin() + i, ',');
  return text;
}

std::string CountText(uint64_t count, std::string_view singular) {
  return absl::StrCat(count, " ", std::string(singular), count == 1 ? "" : "s");
}

std::string ByteText(double bytes) {
  if (bytes < 1e6) return FixedText(bytes / 1e3, 0) + " kB";
  if (bytes < 1e9) return FixedText(bytes / 1e6, 0) + " MB";
  return FixedText(bytes / 1e9, 1) + " GB";
}

std::string ClockText(int64_t seconds) {
  return absl::StrFormat("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string RoundedText(double number) {
  if (number == std::floor(number) && std::abs(number) < 1e15) return FixedText(number, 0);
  return SignificantText(number, 5);
}

std::string ReadableText(double number, int digits) {
  const double size = std::abs(number);
  const bool whole = number == std::floor(number) && size < 1e15;
  if (!whole && !(size >= 1000 && size < 1e15)) return SignificantText(number, digits);
  const double rounded = std::round(size);
  return absl::StrCat(number < 0 && rounded > 0 ? "-" : "",
                      GroupedText(static_cast<uint64_t>(rounded)));
}

std::string DurationText(double seconds) {
  if (!(std::abs(seconds) < 1e12)) return SignificantText(seconds, 3) + " s";
  if (seconds < 9.95) return SignificantText(seconds, 2) + " s";
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  if (whole < 60) return absl::StrCat(whole, " s");
  if (whole < 3600) return absl::StrCat(whole / 60, " min ", whole % 60, " s");
  if (whole < 86400) return absl::StrCat(whole / 3600, " h ", whole / 60 % 60, " min");
  return absl::StrCat(whole / 86400, " d ", whole / 3600 % 24, " h");
}

}  // namespace elman
