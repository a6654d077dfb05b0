// A linear-chain conditional random field over the tags of a sequence (Lafferty, McCallum and
// Pereira, 2001; on top of a recurrent network: Huang, Xu and Yu, 2015). With scores s(t, k) of tag
// k at position t, transitions A(j, k) from tag j to tag k, and a start and an end score per tag:
//
//   score(y) = begin(y1) + sum s(t, y(t)) + sum A(y(t-1), y(t)) + end(yT)
//   loss = log(sum over all taggings of e^score) - score(y)
//
// Positions without a tag, such as the later pieces of a word, are not part of the chain: their
// neighbors are adjacent to each other.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "trainer/network/math/matrix.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/network/parameters/sequence_layout.h"

namespace elman {

// Not thread-safe: it reuses memory from sequence to sequence.
class LinearChainCrf {
 public:
  LinearChainCrf(const std::string& name, int64_t tags, const Initializer& initializer,
                 ParameterTable* table);

  // `scores` are packed rows of a layout, [rows, tags]; `targets` has one tag per row, negative for
  // none. Returns the loss summed over sequences, in nats. Overwrites d_scores and adds to
  // `gradients`; both are gradients of that sum.
  double Train(const float* values, const SequenceLayout& layout, ConstMatrix scores,
               std::span<const int32_t> targets, Matrix d_scores, float* gradients);

  // Writes the loss of each sequence, indexed by its number in the batch.
  void Evaluate(const float* values, const SequenceLayout& layout, ConstMatrix scores,
                std::span<const int32_t> targets, std::span<double> losses);

  // Writes the tagging with the highest score (Viterbi, 1967) to the elements of `tags` that are
  // not negative.
  void Decode(const float* values, const SequenceLayout& layout, ConstMatrix scores,
              std::span<int32_t> tags);

  // Writes the marginal probability of the tag of each row: the sum of the probabilities of all
  // taggings of its sequence that have this tag there (forward-backward algorithm; Rabiner, 1989).
  // `tags` has one tag per row, negative for none; `probabilities` is not changed for the latter.
  void Marginals(const float* values, const SequenceLayout& layout, ConstMatrix scores,
                 std::span<const int32_t> tags, std::span<float> probabilities);

 private:
  using Doubles = std::vector<double>;

  void ReadTransitions(const float* values);
  void FindChain(const SequenceLayout& layout, int64_t rank, std::span<const int32_t> targets);
  double Forward(ConstMatrix scores);
  double ScoreOfTargets(ConstMatrix scores, std::span<const int32_t> targets) const;
  template <typename OnPair, typename OnPosition>
  void RunBackward(const OnPair& on_pair, const OnPosition& on_position);
  void Backward(ConstMatrix scores, std::span<const int32_t> targets, Matrix d_scores,
                float* gradients);

  const int64_t tags_;
  const Parameter transitions_;  // [from, to]
  const Parameter begin_, end_;  // [1, tags]
  Doubles exp_transitions_, transition_values_, begin_values_, end_values_;
  std::vector<int64_t> chain_;  // the packed rows of the current sequence that have a tag
  // For the positions of the chain: forward probabilities of the tags, backward values up to a
  // factor, exponentials of the scores, and the scaling factor of each forward step.
  Doubles forward_, backward_, potentials_, scales_;
  std::vector<int32_t> best_previous_;
};

}  // namespace elman
