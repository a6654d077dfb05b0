// The figures of a language model.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "data/batches/stream_batcher.h"
#include "data/shards/dataset.h"
#include "trainer/eval/evaluators/evaluator.h"

namespace elman {

inline constexpr int kStreamsPerGroup = 16;

// The split is cut into `batch_size` streams, read `sequence_length` steps at a time, of texts as
// `unit` has it and with vectors of `feature_size` numbers, if that is not 0; a part is a group of
// kStreamsPerGroup of them.
absl::StatusOr<std::unique_ptr<Evaluator>> CreateStreamEvaluator(
    std::shared_ptr<const Dataset> dataset, std::string_view split, int batch_size,
    int sequence_length, TextUnit unit, int feature_size);

}  // namespace elman
