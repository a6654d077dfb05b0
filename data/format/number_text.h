// Numbers as text. What programs read has every bit of a number (RoundTripText, and JsonNumber of
// json_writer.h); what people read has a stated number of digits. No locale has a say. What is no
// number is "nan", without the sign that the processor happens to give it; infinities are "inf" and
// "-inf", as strtod and Python's float() read them. JSON has neither: there both are null.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace elman {

// For programs: the shortest text that reads back as the same number.
std::string RoundTripText(double number);
std::string RoundTripText(float number);

// For people, as %.*f and %.*g: with `digits` digits after the point; with at most `digits`
// significant ones.
std::string FixedText(double number, int digits);
std::string SignificantText(double number, int digits);

// "2026-11-30 17:23:41 UTC", of seconds since 1970.
std::string TimeText(double seconds);

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
