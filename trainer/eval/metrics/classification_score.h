// How well labels were guessed: accuracy, F1, who was taken for whom, and how far off a rating was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace elman {

class ClassificationScore {
 public:
  explicit ClassificationScore(int labels)
      : labels_(labels), counts_(size_t(labels) * labels), said_of_unseen_(labels) {}

  // Labels from 0. A truth of `labels` or more is one that training has never seen: no guess at it
  // is right.
  void Add(int predicted, int truth);
  ClassificationScore& operator+=(const ClassificationScore& other);

  // Numbers that add up over scores of the same labels.
  std::vector<int64_t> Counts() const;
  void AddCounts(std::span<const int64_t> counts);

  int labels() const { return labels_; }
  int64_t examples() const { return examples_; }
  int64_t unseen() const { return unseen_; }  // examples of labels that training has never seen

  // How often `predicted` was said where `truth` was right.
  int64_t count(int truth, int predicted) const { return counts_[truth * labels_ + predicted]; }

  double accuracy() const;
  double precision(int label) const;  // 0 where it was never said
  double recall(int label) const;     // 0 where it never was right
  double f1(int label) const;
  // The mean F1 of the labels that were said or right at least once.
  double macro_f1() const;
  // The mean of |rating(predicted) - rating(truth)|, where ratings[label] is what a label is worth.
  double mean_absolute_error(const std::vector<double>& ratings) const;

 private:
  int64_t Said(int label) const;
  int64_t Right(int label) const;

  int labels_;
  std::vector<int64_t> counts_;  // [truth, predicted]
  int64_t examples_ = 0;
  int64_t unseen_ = 0;
  std::vector<int64_t> said_of_unseen_;
};

}  // namespace elman
