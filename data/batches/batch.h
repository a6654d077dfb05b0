// What one lane trains on in one step.
//
// Which parts of a batch are set, and what they hold, by the task of the data:
//
//   LANGUAGE_MODEL  rows are streams; targets are the inputs one step on; restarts, starts_epoch
//   EMBEDDING       the same, of which models read the targets alone
//   TAGGING         rows are examples: lengths, examples; targets are tags
//   CLASSIFICATION  the same; targets are [1, rows] labels
//   TRANSLATION     the same; targets are [decoder.steps, rows] ids of the other vocabulary;
//   decoder COOCCURRENCE    the same; inputs and targets are the two words of pairs; weights
//
// and features where they came with the text.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elman {

// A target that is not predicted: its loss and gradients are zero.
inline constexpr int32_t kNoTarget = -1;

// The vectors that came with the inputs.
struct BatchFeatures {
  int size = 0;               // of a vector; 0: there are none
  std::vector<float> values;  // [steps * rows, size]; zeros where an input has none

  // The vector of an element t * rows + b.
  std::span<float> of(size_t element) { return std::span(values).subspan(element * size, size); }
};

// What a decoder reads to predict the targets: they begin with <s>, the targets end with </s>.
struct DecoderInputs {
  int steps = 0;
  std::vector<int32_t> lengths;  // </s> included, at least 1
  std::vector<int32_t> ids;      // [steps, rows]
};

// Token ids as [steps, rows]: the element of time step t and sequence b is at t * rows + b. Where
// sequences are shorter than `steps`, inputs are <pad> and targets kNoTarget.
struct Batch {
  int steps = 0;  // 0: nothing to do in this step
  int rows = 0;   // sequences of this lane
  // Time steps of each sequence, at least 1; empty: all have `steps`. What lies beyond is ignored.
  std::vector<int32_t> lengths;
  std::vector<int32_t> inputs;  // [steps, rows]
  // Ids or kNoTarget, [steps, rows] unless said otherwise above. Ids from the number of labels on
  // stand for labels that train does not have: nothing can be learned from them, and no prediction
  // of them is right.
  std::vector<int32_t> targets;
  int64_t target_count = 0;  // targets other than kNoTarget

  std::vector<float> weights;  // [steps, rows]: of each pair of an input and its target
  BatchFeatures features;
  DecoderInputs decoder;

  bool starts_epoch = false;  // carried state begins anew with this batch
  // Elements t * rows + b, ascending, before which the state carried in a stream begins anew, since
  // another text begins there.
  std::vector<int32_t> restarts;
  // The number in the split, but for what is left out of it (ExampleOrder), of the example in each
  // row; empty where rows are streams.
  std::vector<uint64_t> examples;

  // Room for vectors of so many numbers of every input; they are zeros.
  void ClearFeatures(int size) {
    features.size = size;
    features.values.assign(inputs.size() * static_cast<size_t>(size), 0);
  }
};

}  // namespace elman
