// Formats numbers as text, independent of the locale. Numbers for programs are exact
// (RoundTripText, and JsonNumber of json_writer.h); numbers for people have a stated number of
// digits. NaN is "nan", without a sign; infinities are "inf" and "-inf", as read by strtod and
// Python's float(). In JSON all of them are null.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace elman {

// For programs: the shortest text that reads back as the same number.
std::string RoundTripText(double number);
std::string RoundTripText(float number);

// For people, like %.*f and %.*g: `digits` digits after the point, and at most `digits` significant
// digits.
std::string FixedText(double number, int digits);
std::string SignificantText(double number, int digits);

// The time in seconds since 1970, as "2026-11-30 17:23:41 UTC".
std::string TimeText(double seconds);

std::string GroupedText(uint64_t number);                          // "1,234,567"
std::string CountText(uint64_t count, std::string_view singular);  // "1 rank", "2 ranks"
std::string ByteText(double bytes);                                // "28 kB", "28 MB", "2.8 GB"
std::string ClockText(int64_t seconds);                            // "1:05:09", "0:00:09"

// At most five significant digits; whole numbers below 1e15 are written in full.
std::string RoundedText(double number);

// For texts and tables that people read: whole numbers below 1e15 in full, others with at most
// `digits` significant digits or, from 1,000, as whole numbers: "1,234,567", "12.346", "-1,234".
std::string ReadableText(double number, int digits = 5);

// A duration: "0.53 s", "42 s", "3 min 5 s", "2 h 8 min", "3 d 4 h".
std::string DurationText(double seconds);

}  // namespace elman
