#include "data/vectors/vector_line.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "data/text/text_file.h"

namespace elman {
namespace {

bool IsSeparator(char byte) { return byte == ' ' || byte == '\t'; }

std::string_view WithoutEnd(std::string_view line) {
  while (!line.empty() && IsSeparator(line.back())) line.remove_suffix(1);
  return line;
}

// Removes the last field from the line and returns it.
std::string_view TakeLastField(std::string_view* line) {
  *line = WithoutEnd(*line);
  size_t begin = line->size();
  while (begin > 0 && !IsSeparator((*line)[begin - 1])) --begin;
  const std::string_view field = line->substr(begin);
  line->remove_suffix(field.size());
  return field;
}

template <typename Number>
bool ParseNumber(std::string_view field, Number* number) {
  const char* const end = field.data() + field.size();
  const auto [parsed, error] = std::from_chars(field.data(), end, *number);
  return error == std::errc() && parsed == end;
}

// As far as a message shows it.
std::string Shown(std::string_view field) {
  constexpr size_t kMax = 40;
  std::string_view begin = field.substr(0, kMax);
  // Not the first bytes of a character of which the rest is cut off.
  while (begin.size() < field.size() && !begin.empty() &&
         (static_cast<unsigned char>(field[begin.size()]) & 0xc0) == 0x80)
    begin.remove_suffix(1);
  return absl::StrCat("'", absl::Utf8SafeCHexEscape(absl::string_view(begin.data(), begin.size())),
                      begin.size() < field.size() ? "...'" : "'");
}

bool ParseElement(std::string_view field, float* element) {
  const char* const end = field.data() + field.size();
  const auto [parsed, error] = std::from_chars(field.data(), end, *element);
  if (parsed != end) return false;
  if (error == std::errc()) return std::isfinite(*element);
  // Too small or too large. strtod tells them apart, in the locale "C" that programs begin with.
  *element = 0;
  return error == std::errc::result_out_of_range &&
         std::abs(std::strtod(std::string(field).c_str(), nullptr)) < 1;
}

}  // namespace

bool ParseVectorHeader(std::string_view line, VectorHeader* header) {
  const std::string_view size = TakeLastField(&line), words = TakeLastField(&line);
  return WithoutEnd(line).empty() && ParseNumber(words, &header->words) &&
         ParseNumber(size, &header->size);
}

int64_t CountFields(std::string_view line) {
  int64_t fields = 0;
  while (!TakeLastField(&line).empty()) ++fields;
  return fields;
}

bool ParseVectorLine(std::string_view line, int64_t size, std::string_view* word,
                     std::vector<float>* elements) {
  elements->resize(size);
  for (int64_t i = size; i-- > 0;) {
    if (!ParseElement(TakeLastField(&line), &(*elements)[i])) return false;
  }
  if (line.empty() || !IsSeparator(line.back())) return false;
  line.remove_suffix(1);
  *word = line;
  return !word->empty();
}

std::string VectorLineProblem(std::string_view line, int64_t size) {
  if (IsConflictMarker(line)) {
    return absl::StrCat("found a conflict marker of Git, ", Shown(line),
                        "; resolve the conflicts and remove the markers");
  }
  const std::string expected =
      absl::StrCat("expected a word and ", size, size == 1 ? " finite number" : " finite numbers");
  const int64_t fields = CountFields(line);
  int64_t wrong = 0;
  std::string_view found;
  float element = 0;
  for (int64_t number = fields; number > std::max<int64_t>(1, fields - size); --number) {
    const std::string_view field = TakeLastField(&line);
    if (ParseElement(field, &element)) continue;
    wrong = number;
    found = field;
  }
  const std::string place = absl::StrCat("field ", wrong, ": ", Shown(found));
  if (fields > size && wrong > 0) return absl::StrCat(expected, ", found in ", place);
  return absl::StrCat(expected, ", found ", fields, fields == 1 ? " field" : " fields",
                      wrong > 0 ? ", in " + place : "");
}

}  // namespace elman
