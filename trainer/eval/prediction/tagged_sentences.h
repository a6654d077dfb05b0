// Sentences of text that has a word per line, kept with every line of the text, so that what is
// written has the same lines as what was read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "data/text/tagged_columns.h"
#include "trainer/eval/prediction/predictor.h"

namespace elman {

// Not for concurrent use.
class TaggedSentences {
 public:
  explicit TaggedSentences(TagColumns columns) : columns_(std::move(columns)) {}

  // Takes the next lines, the first of which has the number `first` in the input. Appends a
  // prediction input for every sentence that has ended, with all of its lines and those before it.
  // InvalidArgument, which names the line, if a line has no word where one is expected.
  absl::Status Take(const std::vector<std::string>& lines, uint64_t first,
                    std::vector<PredictionInput>* inputs);

  // The text has ended: appends what has not ended yet, a sentence or lines without words.
  void End(std::vector<PredictionInput>* inputs);

 private:
  const TagColumns columns_;
  PredictionInput sentence_;  // that has not ended yet
};

}  // namespace elman
