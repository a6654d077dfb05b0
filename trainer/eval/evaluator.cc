#include "trainer/eval/evaluator.h"

#include <algorithm>

#include "data/batches/stream_batcher.h"
#include "data/io/status_macros.h"

namespace elman {

absl::StatusOr<std::unique_ptr<Evaluator>> Evaluator::Create(std::shared_ptr<const Dataset> dataset,
                                                             std::string_view split, int batch_size,
                                                             int sequence_length) {
  const int groups = (batch_size + kStreamsPerGroup - 1) / kStreamsPerGroup;
  ASSIGN_OR_RETURN(auto source, CreateStreamBatcher(std::move(dataset), split, batch_size,
                                                    sequence_length, groups));
  return std::unique_ptr<Evaluator>(new Evaluator(std::move(source)));
}

absl::StatusOr<std::vector<LossSums>> Evaluator::EvaluateGroup(
    Model* model, int group, const std::function<bool()>& interrupted) {
  const int rows = source_->end_row(group) - source_->first_row(group);
  std::vector<LossSums> streams(rows);
  carry_.resize(model->carry_size(rows));
  model->Begin(rows, carry_.data());
  for (int64_t step = 0; step < source_->batches_per_epoch(); ++step) {
    if (interrupted && interrupted()) return absl::CancelledError("evaluation was interrupted");
    RETURN_IF_ERROR(source_->Read(/*epoch=*/0, step, group, &batch_));
    losses_.assign(batch_.targets.size(), 0);
    workspace_.Reset();
    model->Evaluate(batch_, carry_.data(), losses_, &workspace_);
    for (int t = 0; t < batch_.steps; ++t) {
      for (int b = 0; b < rows; ++b) {
        streams[b].loss += losses_[t * rows + b];
        streams[b].targets += batch_.targets[t * rows + b] != kNoTarget;
      }
    }
  }
  return streams;
}

absl::StatusOr<LossSums> Evaluator::Evaluate(Model* model) {
  std::vector<LossSums> streams;
  for (int group = 0; group < groups(); ++group) {
    ASSIGN_OR_RETURN(const std::vector<LossSums> more, EvaluateGroup(model, group));
    streams.insert(streams.end(), more.begin(), more.end());
  }
  return Total(streams);
}

LossSums Total(const std::vector<LossSums>& streams) {
  LossSums total;
  for (const LossSums& stream : streams) total += stream;
  return total;
}

}  // namespace elman
