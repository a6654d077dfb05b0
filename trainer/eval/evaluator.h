// The loss of a model over a split, the same to the last bit whoever computes it.
//
// The split is cut into `batch_size` streams, and these into groups of kStreamsPerGroup. A group is
// always computed together, by the same products of the same shapes; losses are summed in double,
// by stream, then over the streams in order. So groups can be divided among any number of ranks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/batches/batch_source.h"
#include "data/shards/dataset.h"
#include "trainer/math/workspace.h"
#include "trainer/models/model.h"

namespace elman {

inline constexpr int kStreamsPerGroup = 16;

class Evaluator {
 public:
  // The model's values may change between calls, but not its structure. `batch_size` streams, read
  // `sequence_length` steps at a time.
  static absl::StatusOr<std::unique_ptr<Evaluator>> Create(std::shared_ptr<const Dataset> dataset,
                                                           std::string_view split, int batch_size,
                                                           int sequence_length);

  int groups() const { return source_->lanes(); }

  // The sums of each stream of a group. `interrupted`, if given, is asked before every batch; when
  // it says yes the result is Cancelled.
  absl::StatusOr<std::vector<LossSums>> EvaluateGroup(
      Model* model, int group, const std::function<bool()>& interrupted = nullptr);

  // All groups, one after another.
  absl::StatusOr<LossSums> Evaluate(Model* model);

 private:
  explicit Evaluator(std::unique_ptr<BatchSource> source) : source_(std::move(source)) {}

  const std::unique_ptr<BatchSource> source_;
  Workspace workspace_;
  Batch batch_;
  std::vector<float> carry_;
  std::vector<double> losses_;
};

// The total of streams in order.
LossSums Total(const std::vector<LossSums>& streams);

}  // namespace elman
