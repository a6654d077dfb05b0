// How well labels are predicted: accuracy, precision, recall and F1, the confusion matrix, and the
// distance of ratings, as scikit-learn counts them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace elman {

class ClassificationScore {
 public:
  // `predictable` labels, numbered from 0, and `others`, numbered behind them, which training has
  // not seen: they are references only, and no prediction of them is right.
  explicit ClassificationScore(int predictable, int others = 0)
      : predictable_(predictable),
        labels_(predictable + others),
        counts_(size_t(labels_) * size_t(predictable)) {}

  // Requires predicted < predictable() and reference < labels().
  void Add(int predicted, int reference);
  ClassificationScore& operator+=(const ClassificationScore& other);

  // Numbers that add up over scores of the same labels.
  std::vector<int64_t> Counts() const { return counts_; }
  void AddCounts(std::span<const int64_t> counts);

  int predictable() const { return predictable_; }
  int labels() const { return labels_; }  // the others too
  int64_t examples() const;
  int64_t unseen() const;  // examples whose reference is one of the others

  // Examples with this reference and prediction.
  int64_t count(int reference, int predicted) const {
    return counts_[size_t(reference) * size_t(predictable_) + size_t(predicted)];
  }
  int64_t present(int label) const;    // examples with this reference
  int64_t predicted(int label) const;  // examples with this prediction

  double accuracy() const;
  double precision(int label) const;  // 0 where it is never predicted
  double recall(int label) const;     // 0 where it is never a reference
  double f1(int label) const;
  // The mean F1 of the labels that are a reference or a prediction at least once.
  double macro_f1() const;
  // The mean of |rating(predicted) - rating(reference)|, where ratings[label] is the number that a
  // label is. None if a label that can be predicted, or one that is present, is no number.
  std::optional<double> mean_absolute_error(std::span<const std::optional<double>> ratings) const;

 private:
  int predictable_;
  int labels_;
  std::vector<int64_t> counts_;  // [reference, predicted]
};

}  // namespace elman
