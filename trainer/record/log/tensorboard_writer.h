// Writes scalars, histograms and texts for TensorBoard: RUN_DIR/tensorboard/events.out.tfevents.*,
// in the TFRecord framing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/append_file.h"
#include "trainer/record/log/histogram.h"

namespace elman {

class TensorBoardWriter {
 public:
  // Continues the run in `folder` after `step`. Copies the events of earlier files up to that step
  // (those with tags "train/..." up to `train_step`) to one new file and deletes the earlier files.
  static absl::StatusOr<std::unique_ptr<TensorBoardWriter>> Open(const std::string& folder,
                                                                 int64_t step, int64_t train_step);

  absl::Status Write(int64_t step, const std::vector<std::pair<std::string, double>>& scalars);
  // Leaves out empty buckets at both ends.
  absl::Status WriteHistograms(int64_t step,
                               const std::vector<std::pair<std::string, Histogram>>& histograms);

  // The texts are Markdown, for the text page of TensorBoard.
  absl::Status WriteTexts(int64_t step,
                          const std::vector<std::pair<std::string, std::string>>& texts);

 private:
  explicit TensorBoardWriter(std::unique_ptr<AppendFile> file) : file_(std::move(file)) {}
  const std::unique_ptr<AppendFile> file_;
};

}  // namespace elman
