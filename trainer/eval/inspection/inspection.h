// The result of an inspection: facts about a file or folder as text and as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/format/json_writer.h"

namespace elman {

// Named facts in order. They are the lines of the text form and the keys of the JSON form.
class Inspection {
 public:
  // Adds a fact to both forms.
  template <typename Value>
  Inspection& Add(std::string_view name, const Value& value) {
    return AddLine(name, value), json_.Add(name, value), *this;
  }
  // Adds a fact to the text form only; AddJson to the JSON form only.
  Inspection& AddText(std::string_view name, const std::string& value) {
    return AddLine(name, value), *this;
  }
  Inspection& AddJson(std::string_view name, const JsonObject& value) {
    return json_.Add(name, value), *this;
  }
  Inspection& AddJson(std::string_view name, const std::vector<JsonObject>& values);
  // Adds lines to the text form as they are; each must end with a line feed.
  Inspection& AddTable(std::string_view lines) { return text_ += lines, *this; }
  // One line per value, each with the name, in the text; a list of strings in JSON.
  Inspection& AddList(std::string_view json_name, std::string_view line_name,
                      const std::vector<std::string>& values);

  // Problems that verification found; empty if there are none or nothing was verified.
  std::vector<std::string> problems;

  const std::string& text() const { return text_; }
  const JsonObject& json() const { return json_; }

 private:
  void AddLine(std::string_view name, const std::string& value);
  void AddLine(std::string_view name, const char* value) { AddLine(name, std::string(value)); }
  void AddLine(std::string_view name, bool value) {
    AddLine(name, std::string(value ? "yes" : "no"));
  }
  void AddLine(std::string_view name, double value);
  void AddLine(std::string_view name, uint64_t value);
  void AddLine(std::string_view name, int64_t value);

  std::string text_;
  JsonObject json_;
};

}  // namespace elman
