#include "trainer/eval/metrics/classification_score.h"

#include <cmath>
#include <cstdlib>
#include <numeric>

#include "trainer/eval/metrics/ratio.h"

namespace elman {

void ClassificationScore::Add(int predicted, int reference) {
  if (predicted < 0 || predicted >= predictable_ || reference < 0 || reference >= labels_)
    std::abort();
  ++counts_[size_t(reference) * size_t(predictable_) + size_t(predicted)];
}

ClassificationScore& ClassificationScore::operator+=(const ClassificationScore& other) {
  AddCounts(other.counts_);
  return *this;
}

void ClassificationScore::AddCounts(std::span<const int64_t> counts) {
  if (counts.size() != counts_.size()) std::abort();
  for (size_t i = 0; i < counts.size(); ++i) counts_[i] += counts[i];
}

int64_t ClassificationScore::examples() const {
  return std::accumulate(counts_.begin(), counts_.end(), int64_t{0});
}

int64_t ClassificationScore::unseen() const {
  int64_t unseen = 0;
  for (int label = predictable_; label < labels_; ++label) unseen += present(label);
  return unseen;
}

int64_t ClassificationScore::present(int label) const {
  int64_t present = 0;
  for (int predicted = 0; predicted < predictable_; ++predicted) present += count(label, predicted);
  return present;
}

int64_t ClassificationScore::predicted(int label) const {
  int64_t predicted = 0;
  for (int reference = 0; label < predictable_ && reference < labels_; ++reference)
    predicted += count(reference, label);
  return predicted;
}

namespace {

// Returns the number of examples with the label as both reference and prediction.
int64_t Correct(const ClassificationScore& score, int label) {
  return label < score.predictable() ? score.count(label, label) : 0;
}

}  // namespace

double ClassificationScore::accuracy() const {
  int64_t correct = 0;
  for (int label = 0; label < predictable_; ++label) correct += count(label, label);
  return Ratio(correct, examples());
}

double ClassificationScore::precision(int label) const {
  return Ratio(Correct(*this, label), predicted(label));
}

double ClassificationScore::recall(int label) const {
  return Ratio(Correct(*this, label), present(label));
}

double ClassificationScore::f1(int label) const {
  return Ratio(2 * Correct(*this, label), predicted(label) + present(label));
}

double ClassificationScore::macro_f1() const {
  double sum = 0;
  int labels = 0;
  for (int label = 0; label < labels_; ++label) {
    if (predicted(label) + present(label) == 0) continue;
    sum += f1(label);
    ++labels;
  }
  return labels == 0 ? 0 : sum / labels;
}

std::optional<double> ClassificationScore::mean_absolute_error(
    std::span<const std::optional<double>> ratings) const {
  double sum = 0;
  for (int reference = 0; reference < labels_; ++reference) {
    const bool counts = reference < predictable_ || present(reference) > 0;
    if (!counts) continue;
    if (!ratings[reference]) return std::nullopt;
    for (int predicted = 0; predicted < predictable_; ++predicted) {
      if (!ratings[predicted]) return std::nullopt;
      const double distance = std::abs(*ratings[predicted] - *ratings[reference]);
      sum += distance * static_cast<double>(count(reference, predicted));
    }
  }
  const int64_t all = examples();
  return all == 0 ? 0 : sum / static_cast<double>(all);
}

}  // namespace elman
