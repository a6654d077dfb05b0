// ContextLayers made of recurrent layers, whose hidden states represent the text read before.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "trainer/network/recurrent/context_layers.h"
#include "trainer/network/recurrent/rnn_stack.h"

namespace elman {

class RecurrentContext : public ContextLayers {
 public:
  RecurrentContext(const std::string& name, const RnnStackShape& shape, ParameterTable* table)
      : stack_(name, shape, table) {}

  void UseValues(const float* values) override { stack_.UseValues(values); }
  int64_t carry_states() const override { return stack_.states(); }
  int64_t carry_width() const override { return stack_.hidden_size(); }
  void Begin(const Pass* pass, const SequenceLayout& layout, float* carry) const override {
    stack_.Begin(pass, layout, carry);
  }
  std::span<const int32_t> Read(const SequenceLayout&, std::span<const int32_t> inputs,
                                float*) override {
    return inputs;
  }
  ConstMatrix Forward(const Pass& pass, const SequenceLayout& layout, ConstMatrix x, float* carry,
                      Workspace* workspace) override {
    return stack_.Forward(pass, layout, x, carry, &tape_, workspace);
  }
  ConstMatrix Infer(const SequenceLayout& layout, ConstMatrix x, float* carry,
                    Workspace* workspace) override {
    return stack_.Infer(layout, x, carry, workspace);
  }
  Matrix Backward(const SequenceLayout& layout, Matrix d_y, bool begun, float* gradients,
                  Workspace* workspace) override {
    return stack_.Backward(tape_, layout, d_y, begun, gradients, workspace);
  }
  int64_t output_size() const override { return stack_.output_size(); }
  int64_t multiplications() const override { return stack_.shape().multiplications(); }

 private:
  RnnStack stack_;
  RnnStack::Tape tape_;
};

}  // namespace elman
