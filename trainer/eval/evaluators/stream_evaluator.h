// Evaluates language models.
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

// Returns the streams into which `config.evaluation` divides the split; `unit` defines a text.
absl::StatusOr<std::vector<TokenStream>> EvaluationStreams(
    const std::shared_ptr<const Dataset>& dataset, std::string_view split,
    const TrainingConfig& config, TextUnit unit);

// Returns the number of parts for a number of streams.
int GroupsOf(size_t streams);

// For a model with this `config`: the streams are read config.sequence_length steps at a time, and
// a part is a group of about kStreamsPerGroup streams.
absl::StatusOr<std::unique_ptr<Evaluator>> CreateStreamEvaluator(
    std::shared_ptr<const Dataset> dataset, std::string_view split, const TrainingConfig& config);

}  // namespace elman
