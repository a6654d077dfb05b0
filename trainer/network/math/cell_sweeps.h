// The elementwise part of one time step of each cell, vectorized for the processor at run time.
//
// All arrays are packed rows, [batch, hidden] unless stated otherwise; biases and peepholes are
// single rows that all sequences share. Forward sweeps turn `gates`, which hold the products with
// the weights, into activated gates. Backward sweeps turn activated gates into the gradients of the
// pre-activations. d_after is the gradient of h from the next step; sweeps replace it by the
// elementwise part of the gradient of h before the step, to which the caller adds the products with
// the weights.
#pragma once

#include <cstdint>

#include "trainer/network/math/matrix.h"

namespace elman {

// y = g(gates + bias), where g is tanh or ReLU; y may be the same array as gates.
void VanillaForward(bool relu, int64_t batch, int64_t hidden, const float* bias, const float* gates,
                    float* y);
// d_gates = (d_y + d_after) g'. d_after may be null, and d_gates may be the same array as d_y.
void VanillaBackward(bool relu, int64_t batch, int64_t hidden, const float* y, const float* d_y,
                     const float* d_after, float* d_gates);

// gates [batch, 4 * hidden]; peephole [3, hidden] or empty.
void LstmForward(int64_t batch, int64_t hidden, const float* bias, ConstMatrix peephole,
                 const float* c_before, float* gates, float* c, float* y);
// d_c enters as the gradient of c after the step and leaves as that of c before it. d_after is only
// read. Adds to d_peephole.
void LstmBackward(int64_t batch, int64_t hidden, ConstMatrix peephole, const float* c_before,
                  const float* c, const float* d_y, const float* d_after, float* d_c, float* gates,
                  Matrix d_peephole);

// gates [batch, 3 * hidden]. The first sweep computes the gates u and r, and reset = r * h; the
// second computes the candidate z and the output y.
void GruGatesForward(int64_t batch, int64_t hidden, const float* bias, const float* h_before,
                     float* gates, float* reset);
void GruOutputForward(int64_t batch, int64_t hidden, const float* bias, const float* h_before,
                      float* gates, float* y);
// The first sweep computes the gradients of z and u; the second that of r, from the gradient of
// reset.
void GruOutputBackward(int64_t batch, int64_t hidden, const float* h_before, const float* d_y,
                       float* gates, float* d_after);
void GruGatesBackward(int64_t batch, int64_t hidden, const float* h_before, const float* d_reset,
                      float* gates, float* d_after);

// gates [batch, 3 * hidden], bias [4 * hidden]. recurrent is the product h W_h for z; the forward
// sweep adds its bias, and the backward sweep replaces it by its gradient.
void LinearBeforeResetForward(int64_t batch, int64_t hidden, const float* bias,
                              const float* h_before, float* gates, float* recurrent, float* y);
void LinearBeforeResetBackward(int64_t batch, int64_t hidden, const float* h_before,
                               const float* d_y, float* gates, float* recurrent, float* d_after);

}  // namespace elman
