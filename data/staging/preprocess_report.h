// What elman-preprocess has to tell at its end.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "data/format/table_text.h"
#include "data/text/example_parser.h"
#include "data/text/tag_scheme.h"
#include "proto/dataset.pb.h"

namespace elman {

// Examples of a split whose text stands in another one too.
struct SplitOverlap {
  std::string split;
  std::string other;
  uint64_t examples = 0;
  uint64_t example_hash = 0;  // of one of them ...
  std::string place;          // ... which is there, "FILE: line NUMBER", ...
  std::string text;           // ... and reads so, as far as it is shown
};

// Lines that are examples, but look as if they should be none: the first, and how many there are.
struct SuspectLines {
  std::string place;  // "FILE: line NUMBER"
  std::string text;   // as far as it is shown
  std::string what;
  std::string remedy;
  uint64_t lines = 0;
};

struct PreprocessReport {
  DatasetManifest manifest;
  LeftOut left_out;
  uint64_t invalid_examples = 0;         // had bytes that are not UTF-8, and were kept
  std::vector<NamedCount> train_labels;  // of tasks with labels: how many train has of each
  // Labels of valid and test that train does not have, with their counts.
  std::vector<std::pair<std::string, uint64_t>> unseen_labels;
  TagPairs train_tags;  // of TAGGING: how the tags of train follow one another
  std::vector<SplitOverlap> overlaps;
  std::vector<SuspectLines> suspect_lines;
  uint64_t sampled_lines = 0;   // that the subword tokenizer was trained on ...
  uint64_t training_lines = 0;  // ... of so many
};

// A table for people.
std::string ReportText(const PreprocessReport& report);

}  // namespace elman
