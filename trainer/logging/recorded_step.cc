#include "trainer/logging/recorded_step.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/io/file.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr uint64_t kMaxLogBytes = uint64_t{1} << 32;

// Nothing if it is not there at all, NaN if it is null.
std::optional<double> Number(const Struct& line, const char* key) {
  const auto found = line.fields().find(key);
  if (found == line.fields().end()) return std::nullopt;
  if (found->second.kind_case() == Value::kNumberValue) return found->second.number_value();
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

absl::StatusOr<std::optional<RecordedStep>> FindRecordedStep(const std::string& path,
                                                             int64_t step) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxLogBytes));
  const std::string wanted = absl::StrCat("\"step\": ", step, ",");
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (!absl::StrContains(line, wanted)) continue;
    Struct object;
    // A line that a killed run left unfinished says nothing.
    if (!google::protobuf::util::JsonStringToMessage(std::string(line), &object).ok()) continue;
    if (Number(object, "step") != static_cast<double>(step)) continue;
    const auto loss = Number(object, "step_loss"), norm = Number(object, "gradient_norm"),
               rate = Number(object, "learning_rate");
    if (loss && norm && rate) return RecordedStep{*loss, *norm, *rate};
  }
  return std::nullopt;
}

}  // namespace elman
