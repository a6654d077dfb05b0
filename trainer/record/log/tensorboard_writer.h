// Writes scalars, histograms, texts and hyperparameters for TensorBoard:
// RUN_DIR/tensorboard/events.out.tfevents.*, in the TFRecord framing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/append_file.h"
#include "trainer/record/log/histogram.h"

namespace elman {

class HParamsPluginData;

// A hyperparameter of a run, for the HParams page of TensorBoard.
struct Hyperparameter {
  std::string name;
  std::variant<bool, double, std::string> value;
};

class TensorBoardWriter {
 public:
  // Continues the run in `folder` after `step`. Copies the events of earlier files up to that step
  // (those with tags "train/..." up to `train_step`) to one new file and deletes the earlier files.
  // Hyperparameters are not copied, because a resumed run may have other ones.
  static absl::StatusOr<std::unique_ptr<TensorBoardWriter>> Open(const std::string& folder,
                                                                 int64_t step, int64_t train_step);

  absl::Status Write(int64_t step, const std::vector<std::pair<std::string, double>>& scalars);
  // Leaves out empty buckets at both ends.
  absl::Status WriteHistograms(int64_t step,
                               const std::vector<std::pair<std::string, Histogram>>& histograms);

  // The texts are Markdown, for the text page of TensorBoard.
  absl::Status WriteTexts(int64_t step,
                          const std::vector<std::pair<std::string, std::string>>& texts);

  // Writes the hyperparameters of the run, which is running from now on.
  absl::Status WriteHyperparameters(const std::vector<Hyperparameter>& hyperparameters);
  // Marks the run as finished on the HParams page.
  absl::Status WriteEnd();

 private:
  absl::Status WriteHParams(const std::string& tag, const HParamsPluginData& data);
  explicit TensorBoardWriter(std::unique_ptr<AppendFile> file) : file_(std::move(file)) {}
  const std::unique_ptr<AppendFile> file_;
};

}  // namespace elman
