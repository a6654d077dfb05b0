// What people have asked of word vectors: whether they find alike what people do, and whether words
// differ as others do.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "trainer/eval/embeddings/word_space.h"
#include "trainer/eval/evaluators/evaluation.h"

namespace elman {

// Files with lines of two words and how similar people find them, with tabs, spaces or commas
// between, such as WordSim-353 (Finkelstein et al., 2002) and MEN (Bruni, Tran and Baroni, 2014).
// What follows is ignored, and so is a first line that has no number there. Adds a figure
// "spearman" of all files, that of the pairs of which both words are known, and a table by file.
absl::Status JudgeSimilarity(const WordSpace& space, const std::vector<std::string>& files,
                             Evaluation* evaluation);

// Files of questions-words.txt (Mikolov et al., 2013): lines ": SECTION", and lines of four words
// of which the first two differ as the last two. A question is answered right if the fourth word is
// the first of WordSpace::Answers; one with a word that is not known is not asked. Adds a figure
// "analogies", the part of right answers, and a table by section.
absl::Status JudgeAnalogies(const WordSpace& space, const std::vector<std::string>& files,
                            Evaluation* evaluation);

}  // namespace elman
