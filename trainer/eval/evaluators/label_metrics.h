// Metrics of predicted labels, counted in whole numbers that add up over any parts.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "absl/status/statusor.h"
#include "data/batches/batch.h"
#include "data/shards/dataset.h"
#include "data/text/tag_scheme.h"
#include "data/text/vocabulary.h"
#include "trainer/eval/evaluators/evaluation.h"
#include "trainer/eval/metrics/entity_score.h"

namespace elman {

// How the entities that tags mark are counted.
struct EntitySpec {
  TagScheme scheme = FieldEntry::UNRECORDED;  // that of the data set
  EntityMode mode = EntityMode::kConlleval;
};

// The scheme of the tags of a data set: the one that `spec` names, or that of the data set, which
// in older ones is recognized by the tags of train. NONE where tags mark no entities.
// InvalidArgument if a tag is none of the scheme that `spec` names, or a strict count needs to know
// a scheme that the data set does not tell.
absl::StatusOr<TagScheme> TagSchemeOf(const Dataset& dataset, const EntitySpec& spec);

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

// Of tags: accuracy; where tags mark entities also precision, recall and F1. A tag that train does
// not have is never predicted right; it marks the entity that its name says, or, where the data set
// does not have its name, one of the type <unseen>. Tables by entity type or by tag, and by length.
// The score is F1, or accuracy. `spec.scheme` is known.
std::unique_ptr<LabelFigures> CreateTagFigures(const Vocabulary& tags, const EntitySpec& spec);

// Of one label a sequence: accuracy (the score), macro F1, for labels that are numbers the mean
// absolute error; tables by label, of the confusion matrix, and by length. Labels that train does
// not have count as scikit-learn counts them: as references that nothing predicts.
std::unique_ptr<LabelFigures> CreateClassFigures(const Vocabulary& labels);

}  // namespace elman
