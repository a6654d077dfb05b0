// The configuration of a run without --config: chosen from the task and the size of its data set.
#pragma once

#include <cstdint>
#include <string>

#include "proto/dataset.pb.h"

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

// A configuration and its description for people.
struct DefaultConfig {
  std::string text;     // for ParseRunConfig
  std::string summary;  // such as "for text of 5,120 tokens: at most 20 epochs, ..."
};

// Depends on nothing but `facts`: the same data set gives the same configuration on every machine
// and on every number of ranks.
DefaultConfig ChooseDefaultConfig(const DataFacts& facts);

}  // namespace elman
