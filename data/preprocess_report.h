// What elman-preprocess has to tell at its end.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "data/text/example_parser.h"
#include "proto/dataset.pb.h"

namespace elman {

struct PreprocessReport {
  DatasetManifest manifest;
  LeftOut left_out;
  uint64_t invalid_examples = 0;  // had bytes that are not UTF-8
  // Labels of valid and test that train does not have, with their counts.
  std::vector<std::pair<std::string, uint64_t>> unseen_labels;
  uint64_t sampled_lines = 0;   // that the subword tokenizer was trained on ...
  uint64_t training_lines = 0;  // ... of so many
};

// A table for people.
std::string ReportText(const PreprocessReport& report);

}  // namespace elman
