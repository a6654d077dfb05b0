// What a file or folder of ours is and holds, as facts for people and for scripts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/json_writer.h"

namespace elman {

// Facts in order, each with a name: the lines of the text form and the keys of the JSON form.
class Inspection {
 public:
  template <typename Value>
  Inspection& Add(std::string_view name, const Value& value) {
    return AddLine(name, value), json_.Add(name, value), *this;
  }
  // A fact too long for JSON, or for the text.
  Inspection& AddText(std::string_view name, const std::string& value) {
    return AddLine(name, value), *this;
  }
  Inspection& AddJson(std::string_view name, const JsonObject& value) {
    return json_.Add(name, value), *this;
  }
  Inspection& AddJson(std::string_view name, const std::vector<JsonObject>& values);
  // Lines of the text, each with the name; strings of a list in JSON.
  Inspection& AddList(std::string_view json_name, std::string_view line_name,
                      const std::vector<std::string>& values);

  // What verification found wrong; none: all is well, or nothing was verified.
  std::vector<std::string> problems;

  const std::string& text() const { return text_; }
  const JsonObject& json() const { return json_; }

 private:
  void AddLine(std::string_view name, const std::string& value);
  void AddLine(std::string_view name, const char* value) { AddLine(name, std::string(value)); }
  void AddLine(std::string_view name, bool value) {
    AddLine(name, std::string(value ? "yes" : "no"));
  }
  template <typename Number>
  void AddLine(std::string_view name, Number value) {
    AddLine(name, NumberText(value));
  }
  static std::string NumberText(double value);
  static std::string NumberText(uint64_t value);
  static std::string NumberText(int64_t value);

  std::string text_;
  JsonObject json_;
};

// Looks at a data set's folder, a shard, a run directory (its latest checkpoint, and how it went)
// a checkpoint or the file of a floor; with `verify`, at every byte of it, and in a run directory
// at every checkpoint. An error if it is none of these or cannot be read.
absl::StatusOr<Inspection> Inspect(const std::string& path, bool verify);

// Puts the marks of a run directory in order, as RepairRun does: what was done and what is there
// now. There are problems only if no run can go on from it.
absl::StatusOr<Inspection> Repair(const std::string& path);

}  // namespace elman
