#include "trainer/network/models/classifier.h"

#include <algorithm>

#include "trainer/network/math/check.h"
#include "trainer/network/models/spec_shapes.h"

namespace elman {
namespace {

Pooling::Kind KindOf(ClassificationSpec::Pooling pooling) {
  switch (pooling) {
    case ClassificationSpec::LAST:
      return Pooling::Kind::kLast;
    case ClassificationSpec::MEAN:
      return Pooling::Kind::kMean;
    case ClassificationSpec::MAX:
      return Pooling::Kind::kMax;
    case ClassificationSpec::ATTENTION:
      return Pooling::Kind::kAttention;
  }
  return Pooling::Kind::kLast;
}

int64_t Median(const float* probabilities, int64_t labels) {
  double below = 0;
  for (int64_t label = 0; label < labels; ++label) {
    below += probabilities[label];
    if (below >= 0.5) return label;
  }
  return labels - 1;
}

}  // namespace

Classifier::Classifier(const ModelSpec& spec, int64_t vocabulary, int64_t labels)
    : labels_(labels),
      encoder_(spec, vocabulary, &parameters_),
      pooling_("pooling", KindOf(spec.classification().pooling()), encoder_.output_size(),
               spec.bidirectional(), WeightInitializer(spec.initializer()), &parameters_) {
  const Initializer weights = WeightInitializer(spec.initializer());
  if (spec.classification().output() == ClassificationSpec::ORDINAL) {
    ordinal_.emplace("output", encoder_.output_size(), labels, weights, &parameters_);
  } else {
    softmax_.emplace("output", labels, encoder_.output_size(), weights, &parameters_);
  }
}

void Classifier::UseValues(const float* values) {
  values_ = values;
  encoder_.UseValues(values);
}

void Classifier::KnownTargets(const Batch& batch) {
  CHECK_EQ(static_cast<int>(batch.targets.size()), batch.rows);
  targets_ = batch.targets;
  for (int32_t& target : targets_) {
    if (target >= labels_) target = kNoTarget;
  }
}

LossSums Classifier::Train(const Batch& batch, const Pass& pass, float* /*carry*/, float* gradients,
                           Workspace* workspace) {
  const ConstMatrix y = encoder_.Forward(batch, pass, workspace);
  KnownTargets(batch);
  if (pass.clock) pass.clock->Enter(Phase::kBackward);
  const Matrix d_y = workspace->Take(y.rows, y.cols);
  const double loss = TrainOutput(pass, y, d_y, gradients, workspace);
  encoder_.Backward(pass, d_y, gradients, workspace);
  return {.loss = loss,
          .targets = batch.target_count,
          .positions = y.rows,
          .computed = y.rows,
          .multiplications = y.rows * encoder_.multiplications() + batch.rows * y.cols * labels_,
          .tokens = y.rows};
}

// Returns the loss and computes its gradient d_y.
double Classifier::TrainOutput(const Pass& pass, ConstMatrix y, Matrix d_y, float* gradients,
                               Workspace* workspace) {
  const TimedSpan span(pass.clock, "output forward and backward");
  const SequenceLayout& layout = encoder_.layout();
  Pooling::Tape tape;
  const Matrix pooled = workspace->Take(layout.batch(), y.cols);
  const Matrix d_pooled = workspace->Take(layout.batch(), y.cols);
  pooling_.Forward(values_, layout, y, pooled, &tape, workspace);
  const double loss =
      softmax_ ? softmax_->Train(values_, pooled, targets_, d_pooled, gradients, workspace)
               : ordinal_->Train(values_, pooled, targets_, d_pooled, gradients);
  pooling_.Backward(values_, layout, y, d_pooled, tape, d_y, gradients, workspace);
  return loss;
}

Matrix Classifier::Infer(const Batch& batch, Workspace* workspace) {
  const ConstMatrix y = encoder_.Infer(batch, workspace);
  Pooling::Tape tape;
  const Matrix pooled = workspace->Take(batch.rows, y.cols);
  pooling_.Forward(values_, encoder_.layout(), y, pooled, &tape, workspace);
  return pooled;
}

void Classifier::Evaluate(const Batch& batch, float* /*carry*/, std::span<double> losses,
                          Workspace* workspace) {
  const Matrix pooled = Infer(batch, workspace);
  KnownTargets(batch);
  if (softmax_) return softmax_->Evaluate(values_, pooled, targets_, losses, workspace);
  ordinal_->Evaluate(values_, pooled, targets_, losses);
}

void Classifier::Predict(const Batch& batch, std::span<int32_t> labels,
                         std::span<float> probabilities, Workspace* workspace) {
  CHECK_EQ(static_cast<int>(labels.size()), batch.rows);
  const Matrix all = workspace->Take(batch.rows, labels_);
  Probabilities(batch, all, workspace);
  for (int row = 0; row < batch.rows; ++row) {
    const float* const p = all.row(row);
    const int64_t label = ordinal_ ? Median(p, labels_) : std::max_element(p, p + labels_) - p;
    labels[row] = static_cast<int32_t>(label);
    if (!probabilities.empty()) probabilities[row] = p[label];
  }
}

void Classifier::Probabilities(const Batch& batch, Matrix probabilities, Workspace* workspace) {
  const Matrix pooled = Infer(batch, workspace);
  if (ordinal_) return ordinal_->Probabilities(values_, pooled, probabilities);
  softmax_->Probabilities(values_, pooled, probabilities);
}

}  // namespace elman
