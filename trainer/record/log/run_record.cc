#include "trainer/record/log/run_record.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_split.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"
#include "trainer/record/log/metrics_log.h"

namespace elman {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr double kNotFinite = std::numeric_limits<double>::quiet_NaN();
constexpr double kMostSteps = 1e15;  // a larger number of a step is damage

void Flatten(const Struct& object, const std::string& prefix, RecordedLine* line) {
  for (const auto& [name, value] : object.fields()) {
    const std::string key = prefix + name;
    switch (value.kind_case()) {
      case Value::kNumberValue:
        line->numbers[key] = value.number_value();
        break;
      case Value::kNullValue:
        line->numbers[key] = kNotFinite;
        break;
      case Value::kBoolValue:
        line->numbers[key] = value.bool_value() ? 1 : 0;
        break;
      case Value::kStringValue:
        line->texts[key] = value.string_value();
        break;
      case Value::kStructValue:
        Flatten(value.struct_value(), key + ".", line);
        break;
      case Value::kListValue:
        for (const Value& element : value.list_value().values()) {
          if (element.has_string_value()) {
            line->text_lists[key].push_back(element.string_value());
            continue;
          }
          line->lists[key].push_back(element.has_number_value() ? element.number_value()
                                                                : kNotFinite);
        }
        break;
      default:
        break;
    }
  }
}

// Returns a value of a map; an empty one if there is none.
template <typename T>
T Find(const std::map<std::string, T>& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? T() : found->second;
}

}  // namespace

std::optional<double> RecordedLine::Number(const std::string& key) const {
  const auto found = numbers.find(key);
  if (found == numbers.end()) return std::nullopt;
  return found->second;
}

std::string RecordedLine::Text(const std::string& key) const { return Find(texts, key); }

std::vector<double> RecordedLine::List(const std::string& key) const { return Find(lists, key); }

std::vector<std::string> RecordedLine::TextList(const std::string& key) const {
  return Find(text_lists, key);
}

std::optional<RecordedLine> ParseRecordedLine(std::string_view line) {
  Struct object;
  if (!google::protobuf::util::JsonStringToMessage(std::string(line), &object).ok())
    return std::nullopt;
  RecordedLine recorded;
  Flatten(object, "", &recorded);
  const auto kind = recorded.texts.find("kind");
  const std::optional<double> step = recorded.Number("step");
  if (kind == recorded.texts.end() || !step || !(std::abs(*step) < kMostSteps)) return std::nullopt;
  recorded.kind = kind->second;
  recorded.step = static_cast<int64_t>(*step);
  return recorded;
}

absl::StatusOr<RunRecord> RunRecord::Read(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxLogBytes));
  RunRecord record;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty()))
    record.Add({line.data(), line.size()});
  return record;
}

void RunRecord::Add(std::string_view line) {
  if (std::optional<RecordedLine> recorded = ParseRecordedLine(line))
    lines_.push_back(*std::move(recorded));
}

const RecordedLine* RunRecord::BestValidation() const {
  const RecordedLine* best = nullptr;
  std::map<int64_t, const RecordedLine*> validations;  // those that were the best, by step
  for (const RecordedLine& line : lines_) {
    if (line.kind == "valid" && line.Number("best") == 1) best = validations[line.step] = &line;
    const auto event = line.texts.find("event");
    if (line.kind != "event" || event == line.texts.end() || event->second != kBestReset) continue;
    const double step = line.Number("best_step").value_or(0);
    const auto found = std::abs(step) < kMostSteps ? validations.find(static_cast<int64_t>(step))
                                                   : validations.end();
    best = found == validations.end() ? nullptr : found->second;
  }
  return best;
}

std::vector<RecordedPoint> RunRecord::Points(std::string_view kind, const std::string& key) const {
  std::vector<RecordedPoint> points;
  for (const RecordedLine& line : lines_) {
    if (line.kind != kind) continue;
    const std::optional<double> value = line.Number(key);
    if (value && std::isfinite(*value)) points.push_back({static_cast<double>(line.step), *value});
  }
  return points;
}

}  // namespace elman
