// Metrics of predicted labels. They are computed from integer counts, which can be added over
// parts.
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

// Key of the table of labels or of entity types in JSON.
inline constexpr char kPerLabel[] = "per_label";

// How to count the entities that tags mark.
struct EntitySpec {
  TagScheme scheme = FieldEntry::UNRECORDED;  // default: as in the data set
  EntityMode mode = EntityMode::kConlleval;
};

// Returns the scheme of the tags of a data set: that of `spec` if it names one, otherwise that of
// the data set. For old data sets, which do not record it, the scheme is recognized from the tags
// of `train`. NONE if tags do not mark entities. InvalidArgument if a tag is not in the scheme of
// `spec`, or if strict counting requires a scheme that the data set does not record.
absl::StatusOr<TagScheme> TagSchemeOf(const Dataset& dataset, const EntitySpec& spec);

// Maximum number of labels in Evaluation::confusion.
inline constexpr int kMostConfusedLabels = 30;

// Interface of the metrics of a task with labels.
class LabelMetrics {
 public:
  virtual ~LabelMetrics() = default;

  // Number of counts.
  virtual int64_t width() const = 0;

  // Adds the counts for `predicted`, which has the layout of the batch's targets.
  virtual void Count(const Batch& batch, std::span<const int32_t> predicted,
                     std::span<int64_t> counts) const = 0;

  // Computes metrics, tables and confusion from the counts, and sets the score.
  virtual void ComputeMetrics(std::span<const int64_t> counts, Evaluation* evaluation) const = 0;
};

// For tags: accuracy; if tags mark entities, also precision, recall and F1 of entities. A tag that
// is not in `train` is never predicted correctly. In references it marks the entity that its name
// indicates or, if the data set does not have its name, one of type <unseen>. Tables by entity type
// (or by tag) and by length. The score is F1, or accuracy without entities. `spec.scheme` must be
// resolved by TagSchemeOf.
std::unique_ptr<LabelMetrics> CreateTagMetrics(const Vocabulary& tags, const EntitySpec& spec);

// For one label per sequence: accuracy (the score), macro F1, and the mean absolute error if labels
// are numbers. Tables by label, of the confusion matrix, and by length. Labels that are not in
// `train` count as in scikit-learn: as references that are never predicted.
std::unique_ptr<LabelMetrics> CreateClassMetrics(const Vocabulary& labels);

}  // namespace elman
