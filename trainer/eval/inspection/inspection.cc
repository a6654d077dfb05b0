#include "trainer/eval/inspection/inspection.h"

#include "absl/strings/str_cat.h"
#include "data/format/number_text.h"
#include "data/format/table_text.h"

namespace elman {

void Inspection::AddLine(std::string_view name, const std::string& value) {
  // Keeps a space after names that are longer than the column.
  absl::StrAppend(&text_, LeftAligned(std::string(name) + " ", 24), value, "\n");
}

void Inspection::AddLine(std::string_view name, double value) {
  AddLine(name, SignificantText(value, 6));
}
void Inspection::AddLine(std::string_view name, uint64_t value) {
  AddLine(name, absl::StrCat(value));
}
void Inspection::AddLine(std::string_view name, int64_t value) {
  AddLine(name, absl::StrCat(value));
}

Inspection& Inspection::AddJson(std::string_view name, const std::vector<JsonObject>& values) {
  const auto json_of = [](const JsonObject& value) { return value.ToString(); };
  return json_.AddJson(name, JsonArray(values, json_of)), *this;
}

Inspection& Inspection::AddList(std::string_view json_name, std::string_view line_name,
                                const std::vector<std::string>& values) {
  for (const std::string& value : values) AddLine(line_name, value);
  return json_.AddJson(json_name, JsonArray(values, JsonString)), *this;
}

}  // namespace elman
