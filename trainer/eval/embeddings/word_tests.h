// Standard tests of word vectors: word similarity and analogies.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "trainer/eval/embeddings/word_space.h"
#include "trainer/eval/evaluators/evaluation.h"

namespace elman {

// Scores similarity files. Each line has two words and a human similarity score, separated by tabs,
// spaces or commas, as in WordSim-353 (Finkelstein et al., 2002) and MEN (Bruni, Tran and Baroni,
// 2014). Further columns are ignored, and so is a first line without a score. Adds the metric
// "spearman" over all files, computed on the pairs whose words are both known, and a table by file.
absl::Status EvaluateSimilarity(const WordSpace& space, const std::vector<std::string>& files,
                                Evaluation* evaluation);

// Scores analogy files in the format of questions-words.txt (Mikolov et al., 2013): a line that
// begins with ":" names a section, other lines have four words A B C D, where A is to B as C is to
// D. An answer is correct if D is the first of WordSpace::Answers. Questions with unknown words are
// skipped. Adds the metric "analogies", the fraction of correct answers, and a table by section.
absl::Status EvaluateAnalogies(const WordSpace& space, const std::vector<std::string>& files,
                               Evaluation* evaluation);

}  // namespace elman
