#include "trainer/eval/inspection/inspection.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace elman {

void Inspection::AddLine(std::string_view name, const std::string& value) {
  absl::StrAppend(&text_, absl::StrFormat("%-24s", std::string(name)), value, "\n");
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

std::string Inspection::NumberText(double value) { return absl::StrCat(value); }
std::string Inspection::NumberText(uint64_t value) { return absl::StrCat(value); }
std::string Inspection::NumberText(int64_t value) { return absl::StrCat(value); }

}  // namespace elman
