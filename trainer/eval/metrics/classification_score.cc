#include "trainer/eval/metrics/classification_score.h"

#include <cmath>
#include <cstdlib>

#include "trainer/eval/metrics/ratio.h"

namespace elman {
void ClassificationScore::Add(int predicted, int truth) {
  ++examples_;
  if (truth < labels_) {
    ++counts_[truth * labels_ + predicted];
  } else {
    ++unseen_;
    ++said_of_unseen_[predicted];
  }
}

ClassificationScore& ClassificationScore::operator+=(const ClassificationScore& other) {
  AddCounts(other.Counts());
  return *this;
}

std::vector<int64_t> ClassificationScore::Counts() const {
  std::vector<int64_t> counts = {examples_, unseen_};
  counts.insert(counts.end(), counts_.begin(), counts_.end());
  counts.insert(counts.end(), said_of_unseen_.begin(), said_of_unseen_.end());
  return counts;
}

void ClassificationScore::AddCounts(std::span<const int64_t> counts) {
  if (counts.size() != 2 + counts_.size() + said_of_unseen_.size()) std::abort();
  examples_ += counts[0];
  unseen_ += counts[1];
  size_t next = 2;
  for (int64_t& count : counts_) count += counts[next++];
  for (int64_t& count : said_of_unseen_) count += counts[next++];
}

int64_t ClassificationScore::Said(int label) const {
  int64_t said = said_of_unseen_[label];
  for (int truth = 0; truth < labels_; ++truth) said += count(truth, label);
  return said;
}

int64_t ClassificationScore::Right(int label) const {
  int64_t right = 0;
  for (int predicted = 0; predicted < labels_; ++predicted) right += count(label, predicted);
  return right;
}

double ClassificationScore::accuracy() const {
  int64_t correct = 0;
  for (int label = 0; label < labels_; ++label) correct += count(label, label);
  return Ratio(correct, examples_);
}

double ClassificationScore::precision(int label) const {
  return Ratio(count(label, label), Said(label));
}

double ClassificationScore::recall(int label) const {
  return Ratio(count(label, label), Right(label));
}

double ClassificationScore::f1(int label) const {
  return Ratio(2 * count(label, label), Said(label) + Right(label));
}

double ClassificationScore::macro_f1() const {
  double sum = 0;
  int labels = 0;
  for (int label = 0; label < labels_; ++label) {
    if (Said(label) + Right(label) == 0) continue;
    sum += f1(label);
    ++labels;
  }
  return labels == 0 ? 0 : sum / labels;
}

double ClassificationScore::mean_absolute_error(const std::vector<double>& ratings) const {
  double sum = 0;
  for (int truth = 0; truth < labels_; ++truth) {
    for (int predicted = 0; predicted < labels_; ++predicted) {
      const double distance = std::abs(ratings[predicted] - ratings[truth]);
      sum += distance * static_cast<double>(count(truth, predicted));
    }
  }
  const int64_t seen = examples_ - unseen_;
  return seen == 0 ? 0 : sum / static_cast<double>(seen);
}

}  // namespace elman
