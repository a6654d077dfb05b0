// What a model makes of a few examples of a split, for people to see what it has learned by now:
//
//   LANGUAGE_MODEL  the begin of a line, how it goes on, and how the model would go on (drawn)
//   TAGGING         a sentence, its words with their tags, and with those predicted: "Paris/city"
//   CLASSIFICATION  a text, its label, and the one predicted
//   TRANSLATION     a source, its reference, and its translation (as elman-predict searches it)
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/network/models/model.h"

namespace elman {

// UTF-8, each at most a few hundred bytes.
struct Sample {
  std::string input, expected, output;
};

// Not for concurrent use.
class ValidationSamples {
 public:
  virtual ~ValidationSamples() = default;

  // Always of the same examples. What is drawn is a function of the model's values, the
  // configuration's seed and `step`. Takes nothing of the training's random numbers, and leaves the
  // model as it was.
  virtual std::vector<Sample> Make(int64_t step) = 0;
};

// Of the first examples of the split that are neither short nor long, as many as logging.samples of
// the configuration; where there are fewer, of short ones too. The data set and the model, which is
// of its task, must outlive the samples; the model uses values when they are made. Null for word
// vectors, which say nothing, for language models that read vectors with the text, and for a split
// of empty or very long examples alone.
absl::StatusOr<std::unique_ptr<ValidationSamples>> CreateValidationSamples(
    std::shared_ptr<const Dataset> dataset, std::string_view split, const TrainingConfig& config,
    Model* model);

}  // namespace elman
