// Pools the outputs y(1) ... y(T) of a recurrent network over a sequence into one vector.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "trainer/network/layers/linear.h"
#include "trainer/network/math/matrix.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/network/parameters/sequence_layout.h"

namespace elman {

class Pooling {
 public:
  enum class Kind {
    kLast,       // y(T); for the right-to-left half of a bidirectional layer y(1)
    kMean,       // over time
    kMax,        // over time, for each element separately
    kAttention,  // sum a(t) y(t), a = softmax over time of u . tanh(W y(t)) (Yang et al., 2016)
  };

  // For outputs of `size` elements. If `bidirectional`, the second half of them is read right to
  // left.
  Pooling(const std::string& name, Kind kind, int64_t size, bool bidirectional,
          const Initializer& initializer, ParameterTable* table);

  // What Backward needs from Forward; memory of the workspace.
  struct Tape {
    Matrix hidden;              // kAttention: tanh(W y) [rows, size]
    Matrix weights;             // kAttention: a [rows, 1]
    int32_t* chosen = nullptr;  // kMax: the packed row of each element [batch, size]
  };

  // Maps y [rows, size], packed as `layout`, to pooled [batch, size], in the order of the batch.
  void Forward(const float* values, const SequenceLayout& layout, ConstMatrix y, Matrix pooled,
               Tape* tape, Workspace* workspace) const;

  // Turns the gradient of `pooled` into that of y, which is overwritten; adds to `gradients`. The
  // tape is overwritten.
  void Backward(const float* values, const SequenceLayout& layout, ConstMatrix y,
                ConstMatrix d_pooled, const Tape& tape, Matrix d_y, float* gradients,
                Workspace* workspace) const;

 private:
  void Attend(const float* values, const SequenceLayout& layout, ConstMatrix y, Tape* tape,
              Workspace* workspace) const;
  void AttendBackward(const float* values, const SequenceLayout& layout, ConstMatrix y,
                      ConstMatrix d_pooled, const Tape& tape, Matrix d_y, float* gradients,
                      Workspace* workspace) const;

  const Kind kind_;
  const int64_t size_;
  const int64_t left_to_right_;  // number of elements that are read left to right
  std::optional<Linear> projection_;
  std::optional<Parameter> direction_;  // u [1, size]
};

}  // namespace elman
