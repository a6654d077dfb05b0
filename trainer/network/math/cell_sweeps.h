// What cells do element by element in one time step, vectorized for the processor at hand. All
// arrays are packed rows, [batch, hidden] unless said otherwise; biases and peepholes are rows that
// all sequences share. Forward sweeps turn `gates`, the products with the weights, into activated
// gates; backward sweeps turn these into gradients of what they were before activation. d_after is
// the gradient of h that comes from the next step; sweeps turn it into what they can say of the
// gradient of h before the step, to which the products with the weights are still to be added.
#pragma once

#include <cstdint>

#include "trainer/network/math/matrix.h"

namespace elman {

// y = g(gates + bias), which may be in place.
void VanillaForward(bool relu, int64_t batch, int64_t hidden, const float* bias, const float* gates,
                    float* y);
// d_gates = (d_y + d_after) g'; d_after may be null, and d_gates may be d_y.
void VanillaBackward(bool relu, int64_t batch, int64_t hidden, const float* y, const float* d_y,
                     const float* d_after, float* d_gates);

// gates [batch, 4 * hidden]; peephole [3, hidden] or empty.
void LstmForward(int64_t batch, int64_t hidden, const float* bias, ConstMatrix peephole,
                 const float* c_before, float* gates, float* c, float* y);
// d_c: of c after the step, then before it. d_after is only read. Adds to d_peephole.
void LstmBackward(int64_t batch, int64_t hidden, ConstMatrix peephole, const float* c_before,
                  const float* c, const float* d_y, const float* d_after, float* d_c, float* gates,
                  Matrix d_peephole);

// gates [batch, 3 * hidden]: u and r, and reset = r * h; then z and y.
void GruGatesForward(int64_t batch, int64_t hidden, const float* bias, const float* h_before,
                     float* gates, float* reset);
void GruOutputForward(int64_t batch, int64_t hidden, const float* bias, const float* h_before,
                      float* gates, float* y);
// z and u; then, with the gradient of reset, r.
void GruOutputBackward(int64_t batch, int64_t hidden, const float* h_before, const float* d_y,
                       float* gates, float* d_after);
void GruGatesBackward(int64_t batch, int64_t hidden, const float* h_before, const float* d_reset,
                      float* gates, float* d_after);

// gates [batch, 3 * hidden], bias [4 * hidden]. recurrent = h W_h of z, to which its bias is added;
// after the backward sweep its gradient.
void LinearBeforeResetForward(int64_t batch, int64_t hidden, const float* bias,
                              const float* h_before, float* gates, float* recurrent, float* y);
void LinearBeforeResetBackward(int64_t batch, int64_t hidden, const float* h_before,
                               const float* d_y, float* gates, float* recurrent, float* d_after);

}  // namespace elman
