#include "trainer/record/log/metrics_log.h"

#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "data/io/atomic_file.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

// Parses the number after "step": in a line of metrics.jsonl; false for an incomplete line or
// another kind of line.
bool ParseStep(absl::string_view line, int64_t* step) {
  constexpr absl::string_view kKey = "\"step\": ";
  const size_t found = line.find(kKey);
  if (found == absl::string_view::npos || line.back() != '}') return false;
  line.remove_prefix(found + kKey.size());
  return absl::SimpleAtoi(line.substr(0, line.find_first_of(",}")), step);
}

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsLog>> MetricsLog::Open(const std::string& path, int64_t step,
                                                             int64_t train_step) {
  // Opened before it is read, because this refuses files that are not regular files of our own.
  ASSIGN_OR_RETURN(auto file, AppendFile::Open(path));
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxLogBytes));
  std::string kept;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const bool is_train = absl::StartsWith(line, "{\"kind\": \"train\"");
    int64_t line_step = 0;
    if (ParseStep(line, &line_step) && line_step <= (is_train ? train_step : step))
      kept.append(line.data(), line.size()).append("\n");
  }
  if (kept != text) {
    RETURN_IF_ERROR(WriteFile(path, kept));
    ASSIGN_OR_RETURN(file, AppendFile::Open(path));
  }
  return std::unique_ptr<MetricsLog>(new MetricsLog(std::move(file)));
}

}  // namespace elman
