// What predicted labels come to, counted in whole numbers that add up over any parts.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "data/batches/batch.h"
#include "data/text/vocabulary.h"
#include "trainer/eval/evaluators/evaluation.h"

namespace elman {

class LabelFigures {
 public:
  virtual ~LabelFigures() = default;

  // How many numbers are counted.
  virtual int64_t width() const = 0;

  // Adds what `predicted`, laid out like the batch's targets, comes to.
  virtual void Count(const Batch& batch, std::span<const int32_t> predicted,
                     std::span<int64_t> counts) const = 0;

  // Adds figures and tables, and sets the score.
  virtual void Conclude(std::span<const int64_t> counts, Evaluation* evaluation) const = 0;
};

// Of tags: accuracy; where tags mark entities also precision, recall and F1 as conlleval counts
// them. A tag that training has never seen is never predicted right; it counts as an entity of the
// type <unseen>. Tables by entity type or by tag, and by length. The score is F1, or accuracy.
std::unique_ptr<LabelFigures> CreateTagFigures(const Vocabulary& tags);

// Of one label a sequence: accuracy (the score), macro F1, for labels that are numbers the mean
// absolute error; tables by label, of who is taken for whom, and by length.
std::unique_ptr<LabelFigures> CreateClassFigures(const Vocabulary& labels);

}  // namespace elman
