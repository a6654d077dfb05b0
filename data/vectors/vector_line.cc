#include "data/vectors/vector_line.h"

#include <charconv>
#include <cmath>

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
    float& element = (*elements)[i];
    if (!ParseNumber(TakeLastField(&line), &element) || !std::isfinite(element)) return false;
  }
  if (line.empty() || !IsSeparator(line.back())) return false;
  line.remove_suffix(1);
  *word = line;
  return !word->empty();
}

}  // namespace elman
