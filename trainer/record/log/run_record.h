// Reads metrics.jsonl.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace elman {

// Name of the event after which the best validation result no longer counts, because its checkpoint
// is lost or its split has changed. The event names the new best, if there is one: "best_step",
// "best_loss".
inline constexpr char kBestReset[] = "best_reset";

// Name of the events with advice for people; they change nothing in the run.
inline constexpr char kAdvice[] = "advice";

// A line of the log. The name of a member of a nested object is prefixed with the object's:
// "seconds.data". A number that was not finite is NaN, because JSON cannot represent it. true is 1.
struct RecordedLine {
  std::string kind;
  int64_t step = 0;
  std::map<std::string, double> numbers;
  std::map<std::string, std::string> texts;
  std::map<std::string, std::vector<double>> lists;  // lists of numbers
  std::map<std::string, std::vector<std::string>> text_lists;

  std::optional<double> Number(const std::string& key) const;
  // Returns the text, or list, with this name; empty if there is none.
  std::string Text(const std::string& key) const;
  std::vector<double> List(const std::string& key) const;
  std::vector<std::string> TextList(const std::string& key) const;
};

// Returns nothing if the line is not a valid line of the log, such as the last line of a run that
// was killed while it wrote.
std::optional<RecordedLine> ParseRecordedLine(std::string_view line);

// A number of a line, for charts.
struct RecordedPoint {
  double step = 0;
  double value = 0;
};

// The lines of a log in their order.
class RunRecord {
 public:
  // Reads the lines of the file at `path`; skips incomplete ones.
  static absl::StatusOr<RunRecord> Read(const std::string& path);

  void Add(std::string_view line);

  const std::vector<RecordedLine>& lines() const { return lines_; }

  // Returns the best validation; null if there is none.
  const RecordedLine* BestValidation() const;

  // Returns the finite numbers of this name in lines of this kind.
  std::vector<RecordedPoint> Points(std::string_view kind, const std::string& key) const;

 private:
  std::vector<RecordedLine> lines_;
};

}  // namespace elman
