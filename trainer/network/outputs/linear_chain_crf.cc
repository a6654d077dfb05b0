#include "trainer/network/outputs/linear_chain_crf.h"

#include <algorithm>
#include <cmath>

#include "trainer/network/math/check.h"

namespace elman {
namespace {

void CopyRow(ConstMatrix from, std::vector<double>* to) {
  to->assign(from.data, from.data + from.rows * from.cols);
}

}  // namespace

LinearChainCrf::LinearChainCrf(const std::string& name, int64_t tags,
                               const Initializer& initializer, ParameterTable* table)
    : tags_(tags),
      transitions_(table->Add(name + ".transitions", tags, tags, initializer, /*decay=*/true)),
      begin_(table->Add(name + ".begin", 1, tags, initializer, /*decay=*/false)),
      end_(table->Add(name + ".end", 1, tags, initializer, /*decay=*/false)) {}

void LinearChainCrf::ReadTransitions(const float* values) {
  CopyRow(transitions_.In(values), &transition_values_);
  CopyRow(begin_.In(values), &begin_values_);
  CopyRow(end_.In(values), &end_values_);
  exp_transitions_.resize(transition_values_.size());
  std::ranges::transform(transition_values_, exp_transitions_.begin(),
                         [](double x) { return std::exp(x); });
}

void LinearChainCrf::FindChain(const SequenceLayout& layout, int64_t rank,
                               std::span<const int32_t> targets) {
  chain_.clear();
  for (int64_t step = 0; step < static_cast<int64_t>(layout.batches().size()); ++step) {
    if (layout.batches()[step] <= rank) break;
    const int64_t row = layout.RowOf(rank, step);
    CHECK_LT(targets[row], tags_);
    if (targets[row] >= 0) chain_.push_back(row);
  }
}

// The forward algorithm. Each step is scaled so that its probabilities sum to 1. Returns the log of
// the sum over all taggings.
double LinearChainCrf::Forward(ConstMatrix scores) {
  const auto positions = static_cast<int64_t>(chain_.size());
  forward_.assign(positions * tags_, 0);
  potentials_.resize(positions * tags_);
  scales_.resize(positions);
  double log_sum = 0;
  for (int64_t t = 0; t < positions; ++t) {
    const float* score = scores.row(chain_[t]);
    double* const alpha = &forward_[t * tags_];
    double* const potential = &potentials_[t * tags_];
    const double* const before = t > 0 ? alpha - tags_ : nullptr;
    const auto at = [&](int64_t k) {
      return score[k] + (t == 0 ? begin_values_[k] : 0) + (t + 1 == positions ? end_values_[k] : 0);
    };
    double highest = at(0);
    for (int64_t k = 1; k < tags_; ++k) highest = std::max(highest, at(k));
    for (int64_t j = 0; before != nullptr && j < tags_; ++j) {
      for (int64_t k = 0; k < tags_; ++k) alpha[k] += before[j] * exp_transitions_[j * tags_ + k];
    }
    double sum = 0;
    for (int64_t k = 0; k < tags_; ++k) {
      potential[k] = std::exp(at(k) - highest);
      alpha[k] = potential[k] * (before == nullptr ? 1 : alpha[k]);
      sum += alpha[k];
    }
    for (int64_t k = 0; k < tags_; ++k) alpha[k] /= sum;
    scales_[t] = sum;
    log_sum += highest + std::log(sum);
  }
  return log_sum;
}

double LinearChainCrf::ScoreOfTargets(ConstMatrix scores, std::span<const int32_t> targets) const {
  double score = begin_values_[targets[chain_.front()]] + end_values_[targets[chain_.back()]];
  for (size_t t = 0; t < chain_.size(); ++t) {
    const int32_t tag = targets[chain_[t]];
    score += scores.row(chain_[t])[tag];
    if (t > 0) score += transition_values_[targets[chain_[t - 1]] * tags_ + tag];
  }
  return score;
}

// The backward algorithm, after Forward. Calls on_pair(t, j, k, weight) for the tags j at position
// t and k at the next one, and then on_position(t, alpha, beta): alpha[j] * weight is the
// probability of the pair, alpha[k] * beta[k] that of tag k at position t.
template <typename OnPair, typename OnPosition>
void LinearChainCrf::RunBackward(const OnPair& on_pair, const OnPosition& on_position) {
  const auto positions = static_cast<int64_t>(chain_.size());
  backward_.assign(positions * tags_, 1);
  for (int64_t t = positions - 1; t >= 0; --t) {
    double* const beta = &backward_[t * tags_];
    if (t + 1 < positions) {
      // Turns beta of the next position into the scaled product of its potential and beta.
      double* const next = &backward_[(t + 1) * tags_];
      for (int64_t k = 0; k < tags_; ++k)
        next[k] *= potentials_[(t + 1) * tags_ + k] / scales_[t + 1];
      for (int64_t j = 0; j < tags_; ++j) {
        beta[j] = 0;
        for (int64_t k = 0; k < tags_; ++k) {
          const double weight = exp_transitions_[j * tags_ + k] * next[k];
          beta[j] += weight;
          on_pair(t, j, k, weight);
        }
      }
    }
    on_position(t, &forward_[t * tags_], beta);
  }
}

// With the forward pass, the backward pass gives the expected count of each score, from which the
// counts of the target tagging are subtracted.
void LinearChainCrf::Backward(ConstMatrix scores, std::span<const int32_t> targets, Matrix d_scores,
                              float* gradients) {
  const auto positions = static_cast<int64_t>(chain_.size());
  const Matrix d_transitions = transitions_.In(gradients);
  const Matrix d_begin = begin_.In(gradients), d_end = end_.In(gradients);
  CHECK_EQ(scores.cols, tags_);
  const auto add_pair = [&](int64_t t, int64_t j, int64_t k, double weight) {
    d_transitions.row(j)[k] += static_cast<float>(forward_[t * tags_ + j] * weight);
  };
  const auto add_position = [&](int64_t t, const double* alpha, const double* beta) {
    const int32_t target = targets[chain_[t]];
    if (t + 1 < positions) d_transitions.row(target)[targets[chain_[t + 1]]] -= 1;
    float* const d_score = d_scores.row(chain_[t]);
    for (int64_t k = 0; k < tags_; ++k) {
      const auto probability = static_cast<float>(alpha[k] * beta[k]);
      d_score[k] = probability;
      if (t == 0) d_begin.data[k] += probability;
      if (t + 1 == positions) d_end.data[k] += probability;
    }
    d_score[target] -= 1;
    if (t == 0) d_begin.data[target] -= 1;
    if (t + 1 == positions) d_end.data[target] -= 1;
  };
  RunBackward(add_pair, add_position);
}

double LinearChainCrf::Train(const float* values, const SequenceLayout& layout, ConstMatrix scores,
                             std::span<const int32_t> targets, Matrix d_scores, float* gradients) {
  CHECK_EQ(static_cast<int64_t>(targets.size()), layout.rows());
  CHECK_EQ(scores.rows, layout.rows());
  ReadTransitions(values);
  std::fill_n(d_scores.data, d_scores.rows * d_scores.cols, 0.0f);
  double loss = 0;
  for (int64_t rank = 0; rank < layout.batch(); ++rank) {
    FindChain(layout, rank, targets);
    if (chain_.empty()) continue;
    loss += Forward(scores) - ScoreOfTargets(scores, targets);
    Backward(scores, targets, d_scores, gradients);
  }
  return loss;
}

void LinearChainCrf::Evaluate(const float* values, const SequenceLayout& layout, ConstMatrix scores,
                              std::span<const int32_t> targets, std::span<double> losses) {
  CHECK_EQ(static_cast<int64_t>(targets.size()), layout.rows());
  CHECK_EQ(static_cast<int64_t>(losses.size()), layout.batch());
  ReadTransitions(values);
  for (int64_t rank = 0; rank < layout.batch(); ++rank) {
    FindChain(layout, rank, targets);
    losses[layout.order()[rank]] =
        chain_.empty() ? 0 : Forward(scores) - ScoreOfTargets(scores, targets);
  }
}

void LinearChainCrf::Decode(const float* values, const SequenceLayout& layout, ConstMatrix scores,
                            std::span<int32_t> tags) {
  CHECK_EQ(static_cast<int64_t>(tags.size()), layout.rows());
  ReadTransitions(values);
  for (int64_t rank = 0; rank < layout.batch(); ++rank) {
    FindChain(layout, rank, tags);
    const auto positions = static_cast<int64_t>(chain_.size());
    if (positions == 0) continue;
    forward_.resize(positions * tags_);  // here the score of the best tagging that ends in a tag
    best_previous_.resize(positions * tags_);
    for (int64_t t = 0; t < positions; ++t) {
      const float* score = scores.row(chain_[t]);
      double* const best = &forward_[t * tags_];
      for (int64_t k = 0; k < tags_; ++k) {
        if (t == 0) {
          best[k] = begin_values_[k] + score[k];
          continue;
        }
        const double* const before = best - tags_;
        int64_t from = 0;
        for (int64_t j = 1; j < tags_; ++j) {
          if (before[j] + transition_values_[j * tags_ + k] >
              before[from] + transition_values_[from * tags_ + k])
            from = j;
        }
        best[k] = before[from] + transition_values_[from * tags_ + k] + score[k];
        best_previous_[t * tags_ + k] = static_cast<int32_t>(from);
      }
    }
    double* const last = &forward_[(positions - 1) * tags_];
    for (int64_t k = 0; k < tags_; ++k) last[k] += end_values_[k];
    auto tag = static_cast<int32_t>(std::max_element(last, last + tags_) - last);
    for (int64_t t = positions - 1; t >= 0; --t) {
      tags[chain_[t]] = tag;
      if (t > 0) tag = best_previous_[t * tags_ + tag];
    }
  }
}

void LinearChainCrf::Marginals(const float* values, const SequenceLayout& layout,
                               ConstMatrix scores, std::span<const int32_t> tags,
                               std::span<float> probabilities) {
  CHECK_EQ(static_cast<int64_t>(tags.size()), layout.rows());
  CHECK_EQ(probabilities.size(), tags.size());
  ReadTransitions(values);
  for (int64_t rank = 0; rank < layout.batch(); ++rank) {
    FindChain(layout, rank, tags);
    if (chain_.empty()) continue;
    Forward(scores);
    RunBackward([](int64_t, int64_t, int64_t, double) {},
                [&](int64_t t, const double* alpha, const double* beta) {
                  const int32_t tag = tags[chain_[t]];
                  // Rounding may exceed 1.
                  probabilities[chain_[t]] =
                      static_cast<float>(std::min(1.0, alpha[tag] * beta[tag]));
                });
  }
}

}  // namespace elman
