// ContextLayers with a fixed window: the concatenated vectors of the last tokens, followed by a
// stack of tanh layers (Bengio et al., 2003). With x the vectors of the last n tokens, the oldest
// first,
//
//   h(1) = tanh(x W(1) + b(1)),   h(l) = tanh(h(l-1) W(l) + b(l)),   y = h(L), or [h(L) x]
//
// x is appended to the output of the last layer if the output layer has direct connections to it.
//
// The carried state is the ids of the last n - 1 tokens rather than their vectors. So a window that
// begins before the batch is computed with the current values, and its gradient is complete:
// nothing is truncated, and the division of the text into batches only determines when values
// change. Before the start of a text there is no token (id -1), represented by a vector of zeros.
#pragma once

#include <string>
#include <vector>

#include "trainer/network/layers/dropout.h"
#include "trainer/network/layers/tanh_layer.h"
#include "trainer/network/parameters/initializer.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/network/recurrent/context_layers.h"

namespace elman {

// Sizes and options of a fixed window.
struct WindowShape {
  int tokens = 4;  // window size, including the current token
  int layers = 1;
  int64_t embedding_size = 0;
  int64_t hidden_size = 0;
  bool direct_connections = false;
  float input_dropout = 0;  // on the input of the first layer
  float layer_dropout = 0;  // between layers
  bool variational_dropout = false;
  Initializer initializer = {.kind = Initializer::Kind::kUniform, .range = 0.1f};

  int64_t input_size() const { return tokens * embedding_size; }
  int64_t output_size() const { return hidden_size + (direct_connections ? input_size() : 0); }
};

class WindowContext : public ContextLayers {
 public:
  // Ids are carried as floats, which represent integers exactly up to this limit.
  static constexpr int64_t kMaxIds = 1 << 24;

  WindowContext(const std::string& name, const WindowShape& shape, ParameterTable* table);

  void UseValues(const float* values) override { values_ = values; }
  int64_t carry_states() const override { return 1; }
  int64_t carry_width() const override { return shape_.tokens - 1; }
  void Begin(const Pass* pass, const SequenceLayout& layout, float* carry) const override;
  std::span<const int32_t> Read(const SequenceLayout& layout, std::span<const int32_t> inputs,
                                float* carry) override;
  ConstMatrix Forward(const Pass& pass, const SequenceLayout& layout, ConstMatrix x, float* carry,
                      Workspace* workspace) override;
  ConstMatrix Infer(const SequenceLayout& layout, ConstMatrix x, float* carry,
                    Workspace* workspace) override;
  Matrix Backward(const SequenceLayout& layout, Matrix d_y, bool begun, float* gradients,
                  Workspace* workspace) override;
  int64_t output_size() const override { return shape_.output_size(); }
  int64_t multiplications() const override;

 private:
  struct Layer {
    std::string forward_name, backward_name;  // of spans in the timeline
    Dropout dropout;                          // of the layer's input
    TanhLayer tanh;
  };
  // What Backward needs from the last Forward.
  struct Record {
    ConstMatrix x, y;
    Dropout::Mask mask;
  };

  // Maps x [tokens read, embedding] to the concatenated vectors [rows, input_size()].
  ConstMatrix SideBySide(const SequenceLayout& layout, ConstMatrix x) const;
  // Returns the input of the output layer.
  ConstMatrix Output(ConstMatrix hidden, ConstMatrix x, Workspace* workspace) const;

  const WindowShape shape_;
  std::vector<Layer> layers_;
  const float* values_ = nullptr;
  std::vector<int32_t> windows_;  // the tokens of every row
  std::vector<Record> records_;
  const PhaseClock* clock_ = nullptr;
};

}  // namespace elman
