// The figures of a language model.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/batches/stream_batcher.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/eval/evaluators/evaluator.h"

namespace elman {

inline constexpr int kStreamsPerGroup = 16;

// The streams that `config.evaluation` cuts the split into, if texts are as `unit` has it.
absl::StatusOr<std::vector<TokenStream>> EvaluationStreams(
    const std::shared_ptr<const Dataset>& dataset, std::string_view split,
    const TrainingConfig& config, TextUnit unit);

// The parts that so many streams make.
int GroupsOf(size_t streams);

// For a model that is read as `config` says: the streams are read config.sequence_length steps at a
// time; a part is a group of about kStreamsPerGroup of them.
absl::StatusOr<std::unique_ptr<Evaluator>> CreateStreamEvaluator(
    std::shared_ptr<const Dataset> dataset, std::string_view split, const TrainingConfig& config);

}  // namespace elman
