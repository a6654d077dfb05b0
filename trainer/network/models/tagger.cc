#include "trainer/network/models/tagger.h"

#include <algorithm>
#include <limits>

#include "trainer/network/math/check.h"
#include "trainer/network/math/sums.h"
#include "trainer/network/models/spec_shapes.h"

namespace elman {

Tagger::Tagger(const ModelSpec& spec, int64_t vocabulary, int64_t tags)
    : tags_(tags), encoder_(spec, vocabulary, &parameters_) {
  const Initializer weights = WeightInitializer(spec.initializer());
  if (spec.tagging().output() == TaggingSpec::SOFTMAX) {
    softmax_.emplace("output", tags, encoder_.output_size(), weights, &parameters_);
    return;
  }
  if (spec.tagging().output() == TaggingSpec::BINARY) {
    CHECK_EQ(tags, 2);
    binary_.emplace("output", encoder_.output_size(), tags, weights, &parameters_);
    return;
  }
  scores_.emplace("output", encoder_.output_size(), tags, weights, &parameters_);
  bias_ = parameters_.Add("output.bias", 1, tags, {}, /*decay=*/false);
  crf_.emplace("chain", tags, weights, &parameters_);
}

void Tagger::UseValues(const float* values) {
  values_ = values;
  encoder_.UseValues(values);
}

void Tagger::PackTargets(const Batch& batch) {
  encoder_.layout().PackInto(batch.targets, &targets_);
  for (int32_t& target : targets_) {
    if (target >= tags_) target = kNoTarget;
  }
}

Matrix Tagger::Scores(ConstMatrix hidden, Workspace* workspace) const {
  const Matrix scores = workspace->Take(hidden.rows, tags_);
  scores_->Forward(values_, hidden, scores);
  const float* bias = bias_->In(values_).data;
  for (int64_t row = 0; row < scores.rows; ++row) {
    for (int64_t tag = 0; tag < tags_; ++tag) scores.row(row)[tag] += bias[tag];
  }
  return scores;
}

Matrix Tagger::Probabilities(ConstMatrix hidden, Workspace* workspace) const {
  const Matrix probabilities = workspace->Take(hidden.rows, tags_);
  if (binary_) binary_->Probabilities(values_, hidden, probabilities);
  if (softmax_) softmax_->Probabilities(values_, hidden, probabilities);
  return probabilities;
}

LossSums Tagger::Train(const Batch& batch, const Pass& pass, float* /*carry*/, float* gradients,
                       Workspace* workspace) {
  const ConstMatrix hidden = encoder_.Forward(batch, pass, workspace);
  PackTargets(batch);
  if (pass.clock) pass.clock->Enter(Phase::kBackward);
  const Matrix d_hidden = workspace->Take(hidden.rows, hidden.cols);
  const double loss = TrainOutput(pass, hidden, d_hidden, gradients, workspace);
  encoder_.Backward(pass, d_hidden, gradients, workspace);
  const int64_t rows = encoder_.layout().rows();
  return {.loss = loss,
          .targets = batch.target_count,
          .positions = rows,
          .computed = rows,
          .multiplications = rows * (encoder_.multiplications() + hidden.cols * tags_),
          .tokens = rows};
}

// Returns the loss and computes its gradient d_hidden.
double Tagger::TrainOutput(const Pass& pass, ConstMatrix hidden, Matrix d_hidden, float* gradients,
                           Workspace* workspace) {
  const TimedSpan span(pass.clock, "output forward and backward");
  if (softmax_) return softmax_->Train(values_, hidden, targets_, d_hidden, gradients, workspace);
  if (binary_) return binary_->Train(values_, hidden, targets_, d_hidden, gradients);
  const Matrix scores = Scores(hidden, workspace);
  const Matrix d_scores = workspace->Take(scores.rows, scores.cols);
  const double loss =
      crf_->Train(values_, encoder_.layout(), scores, targets_, d_scores, gradients);
  AddRows(d_scores, bias_->In(gradients));
  scores_->Backward(values_, hidden, d_scores, d_hidden, gradients);
  return loss;
}

void Tagger::Evaluate(const Batch& batch, float* /*carry*/, std::span<double> losses,
                      Workspace* workspace) {
  CHECK_EQ(losses.size(), batch.targets.size());
  const ConstMatrix hidden = encoder_.Infer(batch, workspace);
  PackTargets(batch);
  const SequenceLayout& layout = encoder_.layout();
  std::ranges::fill(losses, 0.0);
  if (!crf_) {
    losses_.resize(layout.rows());
    if (softmax_) softmax_->Evaluate(values_, hidden, targets_, losses_, workspace);
    if (binary_) binary_->Evaluate(values_, hidden, targets_, losses_);
    for (int64_t row = 0; row < layout.rows(); ++row) {
      const SequenceLayout::Place& place = layout.places()[row];
      losses[place.step * batch.rows + place.sequence] = losses_[row];
    }
    return;
  }
  losses_.resize(layout.batch());
  crf_->Evaluate(values_, layout, Scores(hidden, workspace), targets_, losses_);
  for (int64_t row = 0; row < layout.rows(); ++row) {
    if (targets_[row] < 0) continue;
    // Rows are in the order of time: the first target of a sequence gets its loss, the others get
    // 0.
    const SequenceLayout::Place& place = layout.places()[row];
    losses[place.step * batch.rows + place.sequence] = losses_[place.sequence];
    losses_[place.sequence] = 0;
  }
}

void Tagger::Predict(const Batch& batch, std::span<int32_t> tags, std::span<float> probabilities,
                     Workspace* workspace) {
  CHECK_EQ(tags.size(), batch.targets.size());
  std::ranges::fill(probabilities, std::numeric_limits<float>::quiet_NaN());
  const ConstMatrix hidden = encoder_.Infer(batch, workspace);
  const SequenceLayout& layout = encoder_.layout();
  encoder_.layout().PackInto(batch.targets, &targets_);
  for (int32_t& target : targets_) target = target == kNoTarget ? kNoTarget : 0;
  if (!crf_) {
    const Matrix all = Probabilities(hidden, workspace);
    for (int64_t row = 0; row < layout.rows(); ++row) {
      if (targets_[row] == kNoTarget) continue;
      const float* const p = all.row(row);
      const int64_t best = std::max_element(p, p + tags_) - p;
      targets_[row] = static_cast<int32_t>(best);
      if (probabilities.empty()) continue;
      const SequenceLayout::Place& place = layout.places()[row];
      probabilities[place.step * batch.rows + place.sequence] = p[best];
    }
  } else {
    const Matrix scores = Scores(hidden, workspace);
    crf_->Decode(values_, layout, scores, targets_);
    if (!probabilities.empty()) {
      marginals_.assign(layout.rows(), std::numeric_limits<float>::quiet_NaN());
      crf_->Marginals(values_, layout, scores, targets_, marginals_);
      for (int64_t row = 0; row < layout.rows(); ++row) {
        const SequenceLayout::Place& place = layout.places()[row];
        probabilities[place.step * batch.rows + place.sequence] = marginals_[row];
      }
    }
  }
  std::ranges::fill(tags, kNoTarget);
  for (int64_t row = 0; row < layout.rows(); ++row) {
    const SequenceLayout::Place& place = layout.places()[row];
    tags[place.step * batch.rows + place.sequence] = targets_[row];
  }
}

}  // namespace elman
