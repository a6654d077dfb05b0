#include "trainer/eval/inspection/inspection.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace elman {

void Inspection::AddLine(std::string_view name, const std::string& value) {
  absl::StrAppend(&text_, absl::StrFormat("%-24s", std::string(name)), value, "\n");
}

void Inspection::AddLine(std::string_view name, double value) {
  AddLine(name, absl::StrCat(value));
}
void Inspection::AddLine(std::string_view name, uint64_t value) {
  AddLine(name, absl::StrCat(value));
}
void Inspection::AddLine(std::string_view name, int64_t value) {
  AddLine(name, absl::StrCat(value));
}

Inspection& Inspection::AddJson(std::string_view name, const std::vector<JsonObject>& values) {
  std::string list;
  for (const JsonObject& value : values)
    absl::StrAppend(&list, list.empty() ? "" : ", ", value.ToString());
  return json_.AddJson(name, "[" + list + "]"), *this;
}

Inspection& Inspection::AddList(std::string_view json_name, std::string_view line_name,
                                const std::vector<std::string>& values) {
  std::string list;
  for (const std::string& value : values) {
    AddLine(line_name, value);
    absl::StrAppend(&list, list.empty() ? "" : ", ", JsonString(value));
  }
  return json_.AddJson(json_name, "[" + list + "]"), *this;
}

}  // namespace elman
