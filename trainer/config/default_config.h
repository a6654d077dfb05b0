// The configuration of a run without --config: chosen from the task and the size of its data set.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proto/dataset.pb.h"
#include "proto/training.pb.h"

namespace elman {

// What the choice depends on. Sums over all data sets of the run, or facts of the first one.
struct DataFacts {
  Task task = TASK_UNSPECIFIED;  // of the data
  uint64_t examples = 0;         // in train
  uint64_t tokens = 0;           // in train, of the first field; for word pairs: pairs
  uint32_t outputs = 0;          // number of predicted pieces or labels: the size of the last field
  bool shared_vocabulary = false;  // for TRANSLATION: of source and target
  bool entities = false;           // for TAGGING: the tags mark entities
  bool characters = false;         // the tokens are characters or bytes
  bool features = false;           // the data set has feature vectors
};

// Returns the text of a configuration for ParseRunConfig. Depends on nothing but its arguments: the
// same data set gives the same configuration on every machine and on every number of ranks.
// `epochs`: the number of epochs that the user requests; the learning rate then falls over these.
std::string ChooseDefaultConfig(const DataFacts& facts, std::optional<int64_t> epochs = {});

// Returns the text of the default schedule of a run of this length: the learning rate is constant
// for the first half of the epochs and then falls to a tenth.
std::string DefaultSchedule(int64_t epochs);

// Returns the default for people: "the default for tagging with 5,120 tokens in train".
std::string DescribeDefault(const DataFacts& facts);

// Returns when a run ends: "ends after 20 epochs or 300 steps, whichever is first".
std::string DescribeLength(const TrainingConfig& config);

}  // namespace elman
