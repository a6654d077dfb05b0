// What metrics.jsonl says, read back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace elman {

// The event after which the validation that was the best no longer is, because its checkpoint or
// its split is another. It names the one that is, if there is one: "best_step", "best_loss".
inline constexpr char kBestReset[] = "best_reset";

// A line. Members of an object within it have its name before theirs: "seconds.data". A number that
// was not finite is NaN here, whatever it was: JSON has no other word for it. true is 1.
struct RecordedLine {
  std::string kind;
  int64_t step = 0;
  std::map<std::string, double> numbers;
  std::map<std::string, std::string> texts;
  std::map<std::string, std::vector<double>> lists;  // of numbers

  std::optional<double> Number(const std::string& key) const;
};

// Nothing where the line is none of ours, as the last one of a run that was killed amid it.
std::optional<RecordedLine> ParseRecordedLine(std::string_view line);

struct RecordedPoint {
  double step = 0;
  double value = 0;
};

class RunRecord {
 public:
  // The lines of the file at `path`, so far as they are whole.
  static absl::StatusOr<RunRecord> Read(const std::string& path);

  void Add(std::string_view line);

  const std::vector<RecordedLine>& lines() const { return lines_; }

  // The validation that is the best; null if there is none.
  const RecordedLine* BestValidation() const;

  // The finite numbers of that name in lines of that kind.
  std::vector<RecordedPoint> Points(std::string_view kind, const std::string& key) const;

 private:
  std::vector<RecordedLine> lines_;
};

}  // namespace elman
