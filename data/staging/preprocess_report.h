// The report that elman-preprocess prints at the end.
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

// Examples of a split whose text also occurs in another split.
struct SplitOverlap {
  std::string split;
  std::string other;
  uint64_t examples = 0;
  uint64_t example_hash = 0;  // of one of these examples
  std::string place;          // its place in `split`: "FILE: line NUMBER"
  std::string text;           // its text, shortened
};

// Lines that are valid examples but are probably mistakes: the first one, and their number.
struct SuspectLines {
  std::string place;  // "FILE: line NUMBER"
  std::string text;   // shortened
  std::string what;
  std::string remedy;
  uint64_t lines = 0;
};

// The contents of the report.
struct PreprocessReport {
  DatasetManifest manifest;
  LeftOut left_out;
  uint64_t invalid_examples = 0;         // kept although they have bytes that are not UTF-8
  std::vector<NamedCount> train_labels;  // for tasks with labels: count of each label in train
  // Labels of valid and test that do not occur in train, with their counts.
  std::vector<std::pair<std::string, uint64_t>> unseen_labels;
  TagPairs train_tags;  // for TAGGING: pairs of consecutive tags in train
  std::vector<SplitOverlap> overlaps;
  std::vector<SuspectLines> suspect_lines;
  uint64_t sampled_lines = 0;   // lines on which the subword tokenizer was trained
  uint64_t training_lines = 0;  // lines of train
};

// The report as text for people.
std::string ReportText(const PreprocessReport& report);

}  // namespace elman
