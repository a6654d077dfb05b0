// What one lane trains on in one step.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elman {

// A target that is not predicted: its loss and gradients are zero.
inline constexpr int32_t kNoTarget = -1;

// Token ids as [steps, rows]: the element of time step t and sequence b is at t * rows + b. Where
// sequences are shorter than `steps`, inputs are <pad> and targets kNoTarget.
struct Batch {
  int steps = 0;  // 0: nothing to do in this step
  int rows = 0;   // sequences of this lane
  // Time steps of each sequence, at least 1; empty: all have `steps`. What lies beyond is ignored.
  std::vector<int32_t> lengths;
  std::vector<int32_t> inputs;  // [steps, rows]
  // Ids or kNoTarget: [steps, rows], or [1, rows] where a sequence has one target, or
  // [target_steps, rows] where it is to become another. The number of labels stands for a label
  // that train does not have: nothing can be learned from it, and no prediction of it is right.
  std::vector<int32_t> targets;
  std::vector<float> weights;  // of co-occurrences, [steps, rows]: of each input beside its target
  // The vectors that came with the inputs, [steps * rows, feature_size]; zeros where there is none.
  int feature_size = 0;  // 0: there are no vectors
  std::vector<float> features;
  int64_t target_count = 0;   // targets other than kNoTarget
  bool starts_epoch = false;  // carried state begins anew with this batch
  // Elements t * rows + b, ascending, before which the state carried in a stream begins anew, since
  // another text begins there.
  std::vector<int32_t> restarts;

  // What a sequence is to become: a decoder reads target_inputs, which begin with <s>, to predict
  // targets, which end with </s>. Empty but in translation.
  int target_steps = 0;
  std::vector<int32_t> target_lengths;  // </s> included, at least 1
  std::vector<int32_t> target_inputs;   // [target_steps, rows]

  // The number in the split of the example in each row; empty where rows are streams.
  std::vector<uint64_t> examples;

  // The vector of an element t * rows + b.
  std::span<float> feature(size_t element) {
    return std::span(features).subspan(element * feature_size, feature_size);
  }
  // Room for vectors of so many numbers of every input; they are zeros.
  void ClearFeatures(int size) {
    feature_size = size;
    features.assign(inputs.size() * static_cast<size_t>(size), 0);
  }
};

}  // namespace elman
