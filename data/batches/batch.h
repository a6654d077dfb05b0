// One batch of training or evaluation data for one lane.
//
// The task of the data set decides which fields of Batch are set and what they contain. T is
// `steps` and B is `rows`:
//
// task            inputs          targets                      other fields
// LANGUAGE_MODEL  tokens [T, B]   next tokens [T, B]           starts_epoch, restarts
// EMBEDDING       tokens [T, B]   next tokens [T, B]           starts_epoch, restarts
// TAGGING         tokens [T, B]   tags [T, B]                  lengths, examples
// CLASSIFICATION  tokens [T, B]   labels [1, B]                lengths, examples
// TRANSLATION     source [T, B]   tokens [decoder.steps, B]    lengths, examples, decoder
// COOCCURRENCE    words [T, B]    context words [T, B]         lengths, examples, weights
//
// Rows are streams in the first two tasks and examples in the others. Word vector models
// (EMBEDDING) read `targets` only. `features` is set for any task if the batch source was created
// with a feature_size.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace elman {

// Target of a position that is not predicted: it has loss 0 and gradient 0.
inline constexpr int32_t kNoTarget = -1;

// Feature vectors of the inputs.
struct BatchFeatures {
  int size = 0;               // numbers per vector; 0: no features
  std::vector<float> values;  // [steps * rows, size]; zeros for inputs without a vector

  // The vector of the input at index t * rows + b.
  std::span<float> of(size_t element) { return std::span(values).subspan(element * size, size); }
};

// Input of a decoder. It begins with <s>; the targets end with </s>.
struct DecoderInputs {
  int steps = 0;
  std::vector<int32_t> lengths;  // per row, including </s>; at least 1
  std::vector<int32_t> ids;      // [steps, rows]
};

// A batch. Ids are stored as [steps, rows]: time step t of row b is at index t * rows + b. Rows
// that are shorter than `steps` are padded with <pad> in the inputs and kNoTarget in the targets.
struct Batch {
  int steps = 0;  // 0: this lane has no data in this step
  int rows = 0;   // sequences of this lane
  // Time steps per row, each at least 1. Empty: all rows have `steps`. Later positions are ignored.
  std::vector<int32_t> lengths;
  std::vector<int32_t> inputs;  // [steps, rows]
  // Ids or kNoTarget; for the shape see the table above. Tags and labels whose id is at least the
  // number of labels stand for labels that do not occur in train: they give no gradient, and every
  // prediction for them counts as wrong.
  std::vector<int32_t> targets;
  int64_t target_count = 0;  // number of targets other than kNoTarget

  std::vector<float> weights;  // [steps, rows]; weight of each pair of input and target
  BatchFeatures features;
  DecoderInputs decoder;

  bool starts_epoch = false;  // the carried state is reset before this batch
  // Indices t * rows + b in ascending order. The carried state of the row is reset before each of
  // them, because a new text begins there.
  std::vector<int32_t> restarts;
  // Number of the example in each row. Numbers count the examples of the split without those that
  // ExampleOrder::left_out removes. Empty if rows are streams.
  std::vector<uint64_t> examples;

  // Sets `features` to zero vectors of `size` numbers for every input. Call it after `inputs` is
  // filled.
  void ClearFeatures(int size) {
    features.size = size;
    features.values.assign(inputs.size() * static_cast<size_t>(size), 0);
  }
};

}  // namespace elman
