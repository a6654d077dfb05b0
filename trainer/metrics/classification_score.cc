#include "trainer/metrics/classification_score.h"

#include <cmath>

namespace elman {
namespace {

double Ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void ClassificationScore::Add(int predicted, int truth) {
  ++examples_;
  if (truth < labels_) {
    ++counts_[truth * labels_ + predicted];
  } else {
    ++unseen_;
    said_of_unseen_.resize(labels_);
    ++said_of_unseen_[predicted];
  }
}

ClassificationScore& ClassificationScore::operator+=(const ClassificationScore& other) {
  for (size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  examples_ += other.examples_;
  unseen_ += other.unseen_;
  if (!other.said_of_unseen_.empty()) said_of_unseen_.resize(labels_);
  for (size_t i = 0; i < other.said_of_unseen_.size(); ++i)
    said_of_unseen_[i] += other.said_of_unseen_[i];
  return *this;
}

int64_t ClassificationScore::Said(int label) const {
  int64_t said = said_of_unseen_.empty() ? 0 : said_of_unseen_[label];
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
