#include "trainer/record/log/recorded_step.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"
#include "trainer/record/log/metrics_log.h"
#include "trainer/record/log/run_record.h"

namespace elman {
namespace {}  // namespace

absl::StatusOr<std::optional<RecordedStep>> FindRecordedStep(const std::string& path,
                                                             int64_t step) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxLogBytes));
  const std::string wanted = absl::StrCat("\"step\": ", step, ",");
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (!absl::StrContains(line, wanted)) continue;
    const std::optional<RecordedLine> recorded = ParseRecordedLine({line.data(), line.size()});
    if (!recorded || recorded->step != step) continue;
    const auto loss = recorded->Number("step_loss"), norm = recorded->Number("gradient_norm"),
               rate = recorded->Number("learning_rate");
    if (loss && norm && rate) return RecordedStep{*loss, *norm, *rate};
  }
  return std::nullopt;
}

}  // namespace elman
