// What elman-preprocess has to tell at its end.
#pragma once

#include <cstdint>
#include <string>

#include "proto/dataset.pb.h"

namespace elman {

struct PreprocessReport {
  DatasetManifest manifest;
  uint64_t empty_lines = 0;     // left out
  uint64_t invalid_lines = 0;   // had bytes that are not UTF-8
  uint64_t sampled_lines = 0;   // that the subword tokenizer was trained on ...
  uint64_t training_lines = 0;  // ... of so many
};

// A table for people.
std::string ReportText(const PreprocessReport& report);

}  // namespace elman
