// Metrics of predicted labels: accuracy, precision, recall, F1, confusion matrix, and the mean
// absolute error of ratings. Definitions are those of scikit-learn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace elman {

class ClassificationScore {
 public:
  // `predictable` labels are numbered from 0. They are followed by `others`, the labels that are
  // not in the training data: these occur only as references, and every prediction of them is
  // wrong.
  explicit ClassificationScore(int predictable, int others = 0)
      : predictable_(predictable),
        labels_(predictable + others),
        counts_(size_t(labels_) * size_t(predictable)) {}

  // Requires predicted < predictable() and reference < labels().
  void Add(int predicted, int reference);
  ClassificationScore& operator+=(const ClassificationScore& other);

  // Counts that can be added to those of other scores with the same labels.
  std::vector<int64_t> Counts() const { return counts_; }
  void AddCounts(std::span<const int64_t> counts);

  int predictable() const { return predictable_; }
  int labels() const { return labels_; }  // including the others
  int64_t examples() const;
  int64_t unseen() const;  // examples whose reference is one of the others

  // Number of examples with this reference and prediction.
  int64_t count(int reference, int predicted) const {
    return counts_[size_t(reference) * size_t(predictable_) + size_t(predicted)];
  }
  int64_t present(int label) const;    // examples with this reference
  int64_t predicted(int label) const;  // examples with this prediction

  double accuracy() const;
  double precision(int label) const;  // 0 if the label is never predicted
  double recall(int label) const;     // 0 if the label is never a reference
  double f1(int label) const;
  // The mean F1 of all labels that occur as a reference or a prediction.
  double macro_f1() const;
  // The mean of |rating(predicted) - rating(reference)|, where ratings[label] is the numeric value
  // of a label. No result if a label that can be predicted, or that occurs, is not a number.
  std::optional<double> mean_absolute_error(std::span<const std::optional<double>> ratings) const;

 private:
  int predictable_;
  int labels_;
  std::vector<int64_t> counts_;  // [reference, predicted]
};

}  // namespace elman
