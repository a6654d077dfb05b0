#include "trainer/network/cells/cells.h"

#include "trainer/network/math/cell_sweeps.h"
#include "trainer/network/math/gemm.h"
#include "trainer/network/math/sums.h"

namespace elman {
namespace {

// c = a b; c += a b; c += a^T b.
void Product(const ConstPanel& a, const ConstPanel& b, const Panel& c) {
  Gemm(Transpose::kNo, Transpose::kNo, 1, a, b, 0, c);
}
void AddProduct(const ConstPanel& a, const ConstPanel& b, const Panel& c) {
  Gemm(Transpose::kNo, Transpose::kNo, 1, a, b, 1, c);
}
void AddTransposedProduct(const ConstPanel& a, const ConstPanel& b, const Panel& c) {
  Gemm(Transpose::kYes, Transpose::kNo, 1, a, b, 1, c);
}

}  // namespace

void Vanilla::StepForward(const Step& step) {
  AddProduct(step.before.h, weights().hidden, step.gates);
  VanillaForward(relu_, step.batch, hidden_size(), weights().bias.data, step.gates.data,
                 step.y.data);
}

void Vanilla::StepBackward(const Step& step, ConstMatrix d_y, const RecurrentState& d_after,
                           const RecurrentGradients&) {
  VanillaBackward(relu_, step.batch, hidden_size(), step.y.data, d_y.data, d_after.h.data,
                  step.gates.data);
  Product(step.gates, hidden_transposed(), d_after.h);
}

void Vanilla::AddGradients(ConstMatrix before, const RecurrentTape& tape,
                           const RecurrentGradients& gradients) const {
  AddTransposedProduct(before, tape.gates, gradients.hidden);
  AddRows(tape.gates, gradients.bias);
}

void Lstm::StepForward(const Step& step) {
  AddProduct(step.before.h, weights().hidden, step.gates);
  LstmForward(step.batch, hidden_size(), weights().bias.data, weights().peephole,
              step.before.c.data, step.gates.data, step.extra[0].data, step.y.data);
}

void Lstm::StepBackward(const Step& step, ConstMatrix d_y, const RecurrentState& d_after,
                        const RecurrentGradients& gradients) {
  LstmBackward(step.batch, hidden_size(), weights().peephole, step.before.c.data,
               step.extra[0].data, d_y.data, d_after.h.data, d_after.c.data, step.gates.data,
               gradients.peephole);
  Product(step.gates, hidden_transposed(), d_after.h);
}

void Lstm::AddGradients(ConstMatrix before, const RecurrentTape& tape,
                        const RecurrentGradients& gradients) const {
  AddTransposedProduct(before, tape.gates, gradients.hidden);
  AddRows(tape.gates, gradients.bias);
}

void Gru::StepForward(const Step& step) {
  const int64_t hidden = hidden_size();
  const Matrix reset = step.extra[0];
  AddProduct(step.before.h, {weights().hidden, 0, 2 * hidden}, {step.gates, 0, 2 * hidden});
  GruGatesForward(step.batch, hidden, weights().bias.data, step.before.h.data, step.gates.data,
                  reset.data);
  AddProduct(reset, {weights().hidden, 2 * hidden, hidden}, {step.gates, 2 * hidden, hidden});
  GruOutputForward(step.batch, hidden, weights().bias.data, step.before.h.data, step.gates.data,
                   step.y.data);
}

void Gru::StepBackward(const Step& step, ConstMatrix d_y, const RecurrentState& d_after,
                       const RecurrentGradients&) {
  const int64_t hidden = hidden_size();
  const Matrix d_reset = step.extra[1];
  GruOutputBackward(step.batch, hidden, step.before.h.data, d_y.data, step.gates.data,
                    d_after.h.data);
  Product({step.gates, 2 * hidden, hidden}, hidden_transposed().Rows(2 * hidden, hidden), d_reset);
  GruGatesBackward(step.batch, hidden, step.before.h.data, d_reset.data, step.gates.data,
                   d_after.h.data);
  AddProduct({step.gates, 0, 2 * hidden}, hidden_transposed().Rows(0, 2 * hidden), d_after.h);
}

void Gru::AddGradients(ConstMatrix before, const RecurrentTape& tape,
                       const RecurrentGradients& gradients) const {
  const int64_t hidden = hidden_size();
  AddTransposedProduct(before, {tape.gates, 0, 2 * hidden}, {gradients.hidden, 0, 2 * hidden});
  AddTransposedProduct(tape.extra[0], {tape.gates, 2 * hidden, hidden},
                       {gradients.hidden, 2 * hidden, hidden});
  AddRows(tape.gates, gradients.bias);
}

void LinearBeforeResetGru::StepForward(const Step& step) {
  const int64_t hidden = hidden_size();
  AddProduct(step.before.h, {weights().hidden, 0, 2 * hidden}, {step.gates, 0, 2 * hidden});
  Product(step.before.h, {weights().hidden, 2 * hidden, hidden}, step.extra[0]);
  LinearBeforeResetForward(step.batch, hidden, weights().bias.data, step.before.h.data,
                           step.gates.data, step.extra[0].data, step.y.data);
}

void LinearBeforeResetGru::StepBackward(const Step& step, ConstMatrix d_y,
                                        const RecurrentState& d_after, const RecurrentGradients&) {
  const int64_t hidden = hidden_size();
  LinearBeforeResetBackward(step.batch, hidden, step.before.h.data, d_y.data, step.gates.data,
                            step.extra[0].data, d_after.h.data);
  AddProduct({step.gates, 0, 2 * hidden}, hidden_transposed().Rows(0, 2 * hidden), d_after.h);
  AddProduct(step.extra[0], hidden_transposed().Rows(2 * hidden, hidden), d_after.h);
}

void LinearBeforeResetGru::AddGradients(ConstMatrix before, const RecurrentTape& tape,
                                        const RecurrentGradients& gradients) const {
  const int64_t hidden = hidden_size();
  AddTransposedProduct(before, {tape.gates, 0, 2 * hidden}, {gradients.hidden, 0, 2 * hidden});
  AddTransposedProduct(before, tape.extra[0], {gradients.hidden, 2 * hidden, hidden});
  AddRows(tape.gates, {gradients.bias.data, 1, 3 * hidden});
  AddRows(tape.extra[0], {gradients.bias.data + 3 * hidden, 1, hidden});
}

void Jordan::StepForward(const Step& step) {
  const Matrix a = step.extra[0];
  AddProduct(step.before.h, weights().hidden, step.gates);
  VanillaForward(/*relu=*/false, step.batch, hidden_size(), weights().bias.data, step.gates.data,
                 a.data);
  Product(a, weights().output, step.y);
  VanillaForward(/*relu=*/false, step.batch, hidden_size(), weights().output_bias.data, step.y.data,
                 step.y.data);
}

void Jordan::StepBackward(const Step& step, ConstMatrix d_y, const RecurrentState& d_after,
                          const RecurrentGradients&) {
  const Matrix a = step.extra[0], d_output = step.extra[1], d_fed_back = d_after.h;
  VanillaBackward(/*relu=*/false, step.batch, hidden_size(), step.y.data, d_y.data, d_fed_back.data,
                  d_output.data);
  Product(d_output, output_transposed(), step.gates);
  VanillaBackward(/*relu=*/false, step.batch, hidden_size(), a.data, step.gates.data,
                  /*d_after=*/nullptr, step.gates.data);
  Product(step.gates, hidden_transposed(), d_fed_back);
}

void Jordan::AddGradients(ConstMatrix before, const RecurrentTape& tape,
                          const RecurrentGradients& gradients) const {
  AddTransposedProduct(before, tape.gates, gradients.hidden);
  AddRows(tape.gates, gradients.bias);
  AddTransposedProduct(tape.extra[0], tape.extra[1], gradients.output);
  AddRows(tape.extra[1], gradients.output_bias);
}

}  // namespace elman
