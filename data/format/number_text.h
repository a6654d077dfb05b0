// Numbers as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace elman {

std::string GroupedText(uint64_t number);                          // "1,234,567"
std::string CountText(uint64_t count, std::string_view singular);  // "1 rank", "2 ranks"
std::string ByteText(double bytes);                                // "28 kB", "28 MB", "2.8 GB"
std::string ClockText(int64_t seconds);                            // "1:05:09", "0:00:09"

// With at most five significant digits, but whole numbers below 1e15 in full.
std::string RoundedText(double number);

// With at most four significant digits, in thousands ("12.35k") from 10,000 on and in millions
// ("1.235M") from 1,000,000 on.
std::string ScaledText(double number);

}  // namespace elman
