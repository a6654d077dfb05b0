// The cells: one time step of each. recurrent.h has their equations.
#pragma once

#include "trainer/network/cells/recurrent.h"

namespace elman {

// Cells with one tanh or ReLU layer.
class Vanilla : public RecurrentKernel {
 public:
  Vanilla(Cell cell, int64_t input_size, int64_t hidden_size)
      : RecurrentKernel(cell, input_size, hidden_size), relu_(cell == Cell::kRelu) {}

 private:
  int extras() const override { return 0; }
  void StepForward(const Step& step) override;
  void StepBackward(const Step& step, ConstMatrix d_y, const RecurrentState& d_after,
                    const RecurrentGradients& gradients) override;
  void AddGradients(ConstMatrix before, const RecurrentTape& tape,
                    const RecurrentGradients& gradients) const override;

  const bool relu_;
};

// LSTM, with or without peepholes. Extra: c.
class Lstm : public RecurrentKernel {
 public:
  using RecurrentKernel::RecurrentKernel;

 private:
  int extras() const override { return 1; }
  void StepForward(const Step& step) override;
  void StepBackward(const Step& step, ConstMatrix d_y, const RecurrentState& d_after,
                    const RecurrentGradients& gradients) override;
  void AddGradients(ConstMatrix before, const RecurrentTape& tape,
                    const RecurrentGradients& gradients) const override;
};

// GRU. Extra: r * h.
class Gru : public RecurrentKernel {
 public:
  using RecurrentKernel::RecurrentKernel;

 private:
  int extras() const override { return 2; }
  void StepForward(const Step& step) override;
  void StepBackward(const Step& step, ConstMatrix d_y, const RecurrentState& d_after,
                    const RecurrentGradients& gradients) override;
  void AddGradients(ConstMatrix before, const RecurrentTape& tape,
                    const RecurrentGradients& gradients) const override;
};

// GRU, linear before reset. Extra: h W_h + b' of z; after Backward its gradient.
class LinearBeforeResetGru : public RecurrentKernel {
 public:
  using RecurrentKernel::RecurrentKernel;

 private:
  int extras() const override { return 1; }
  void StepForward(const Step& step) override;
  void StepBackward(const Step& step, ConstMatrix d_y, const RecurrentState& d_after,
                    const RecurrentGradients& gradients) override;
  void AddGradients(ConstMatrix before, const RecurrentTape& tape,
                    const RecurrentGradients& gradients) const override;
};

// Jordan network. Extra: a, and, after Backward, the gradient of a W_y + b_y.
class Jordan : public RecurrentKernel {
 public:
  using RecurrentKernel::RecurrentKernel;

 private:
  int extras() const override { return 2; }
  void StepForward(const Step& step) override;
  void StepBackward(const Step& step, ConstMatrix d_y, const RecurrentState& d_after,
                    const RecurrentGradients& gradients) override;
  void AddGradients(ConstMatrix before, const RecurrentTape& tape,
                    const RecurrentGradients& gradients) const override;
};

}  // namespace elman
