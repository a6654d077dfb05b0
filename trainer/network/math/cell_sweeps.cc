#include "trainer/network/math/cell_sweeps.h"

#include <cstring>

// Highway compiles this file once for each instruction set; the order of the next lines matters.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "trainer/network/math/cell_sweeps.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "trainer/network/math/vector_functions.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace elman::HWY_NAMESPACE {

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

// Loads the first `count` elements of a vector: all of them except at the end of a row.
V Load(const float* from, size_t count) {
  const D d;
  if (count == hn::Lanes(d)) return hn::LoadU(d, from);
  HWY_ALIGN float padded[HWY_MAX_BYTES / sizeof(float)] = {};
  std::memcpy(padded, from, count * sizeof(float));
  return hn::Load(d, padded);
}

void Store(V v, float* to, size_t count) {
  const D d;
  if (count == hn::Lanes(d)) return hn::StoreU(v, d, to);
  HWY_ALIGN float padded[HWY_MAX_BYTES / sizeof(float)];
  hn::Store(v, d, padded);
  std::memcpy(to, padded, count * sizeof(float));
}

// Calls sweep(row, first, count) for every vector of every row.
template <typename Sweep>
void ForEachVector(int64_t batch, int64_t hidden, const Sweep& sweep) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(D()));
  for (int64_t row = 0; row < batch; ++row) {
    for (int64_t i = 0; i < hidden; i += lanes)
      sweep(row, i, static_cast<size_t>(hidden - i < lanes ? hidden - i : lanes));
  }
}

V One() { return hn::Set(D(), 1.0f); }
V Sigmoid(V x) { return nan_safe::Sigmoid(D(), x); }
V Tanh(V x) { return nan_safe::Tanh(D(), x); }
// Derivatives as functions of the activated value.
V SigmoidSlope(V y) { return hn::Mul(y, hn::Sub(One(), y)); }
V TanhSlope(V y) { return hn::NegMulAdd(y, y, One()); }

void VanillaForward(bool relu, int64_t batch, int64_t hidden, const float* bias, const float* gates,
                    float* y) {
  ForEachVector(batch, hidden, [&](int64_t row, int64_t i, size_t n) {
    const int64_t at = row * hidden + i;
    const V sum = hn::Add(Load(gates + at, n), Load(bias + i, n));
    Store(relu ? nan_safe::Relu(D(), sum) : Tanh(sum), y + at, n);
  });
}

void VanillaBackward(bool relu, int64_t batch, int64_t hidden, const float* y, const float* d_y,
                     const float* d_after, float* d_gates) {
  ForEachVector(batch, hidden, [&](int64_t row, int64_t i, size_t n) {
    const int64_t at = row * hidden + i;
    const V y_i = Load(y + at, n);
    V d_h = Load(d_y + at, n);
    if (d_after) d_h = hn::Add(d_h, Load(d_after + at, n));
    const auto off = hn::Le(y_i, hn::Zero(D()));
    Store(
        relu ? nan_safe::KeepNan(y_i, hn::IfThenZeroElse(off, d_h)) : hn::Mul(d_h, TanhSlope(y_i)),
        d_gates + at, n);
  });
}

void LstmForward(int64_t batch, int64_t hidden, const float* bias, ConstMatrix peephole,
                 const float* c_before, float* gates, float* c, float* y) {
  const bool peeps = peephole.size() > 0;
  ForEachVector(batch, hidden, [&](int64_t row, int64_t i, size_t n) {
    const int64_t at = row * hidden + i;
    float* gate = gates + 4 * row * hidden + i;
    const auto sum = [&](int g) {
      return hn::Add(Load(gate + g * hidden, n), Load(bias + g * hidden + i, n));
    };
    V in = sum(0), forget = sum(1), out = sum(3);
    const V before = Load(c_before + at, n);
    if (peeps) {
      in = hn::MulAdd(Load(peephole.row(0) + i, n), before, in);
      forget = hn::MulAdd(Load(peephole.row(1) + i, n), before, forget);
    }
    in = Sigmoid(in);
    forget = Sigmoid(forget);
    const V z = Tanh(sum(2));
    const V cell = hn::MulAdd(forget, before, hn::Mul(in, z));
    if (peeps) out = hn::MulAdd(Load(peephole.row(2) + i, n), cell, out);
    out = Sigmoid(out);
    Store(in, gate, n);
    Store(forget, gate + hidden, n);
    Store(z, gate + 2 * hidden, n);
    Store(out, gate + 3 * hidden, n);
    Store(cell, c + at, n);
    Store(hn::Mul(out, Tanh(cell)), y + at, n);
  });
}

void LstmBackward(int64_t batch, int64_t hidden, ConstMatrix peephole, const float* c_before,
                  const float* c, const float* d_y, const float* d_after, float* d_c, float* gates,
                  Matrix d_peephole) {
  const bool peeps = peephole.size() > 0;
  ForEachVector(batch, hidden, [&](int64_t row, int64_t i, size_t n) {
    const int64_t at = row * hidden + i;
    float* gate = gates + 4 * row * hidden + i;
    const V in = Load(gate, n), forget = Load(gate + hidden, n), z = Load(gate + 2 * hidden, n),
            out = Load(gate + 3 * hidden, n);
    const V before = Load(c_before + at, n), cell = Load(c + at, n), tanh_c = Tanh(cell);
    const V d_h = hn::Add(Load(d_y + at, n), Load(d_after + at, n));

    const V d_out = hn::Mul(hn::Mul(d_h, tanh_c), SigmoidSlope(out));
    V d_cell = hn::MulAdd(hn::Mul(d_h, out), TanhSlope(tanh_c), Load(d_c + at, n));
    if (peeps) d_cell = hn::MulAdd(d_out, Load(peephole.row(2) + i, n), d_cell);
    const V d_in = hn::Mul(hn::Mul(d_cell, z), SigmoidSlope(in));
    const V d_forget = hn::Mul(hn::Mul(d_cell, before), SigmoidSlope(forget));
    V d_before = hn::Mul(d_cell, forget);
    if (peeps) {
      d_before = hn::MulAdd(d_in, Load(peephole.row(0) + i, n), d_before);
      d_before = hn::MulAdd(d_forget, Load(peephole.row(1) + i, n), d_before);
      const auto add = [&](int p, V d_gate, V state) {
        float* sum = d_peephole.row(p) + i;
        Store(hn::MulAdd(d_gate, state, Load(sum, n)), sum, n);
      };
      add(0, d_in, before);
      add(1, d_forget, before);
      add(2, d_out, cell);
    }
    Store(d_in, gate, n);
    Store(d_forget, gate + hidden, n);
    Store(hn::Mul(hn::Mul(d_cell, in), TanhSlope(z)), gate + 2 * hidden, n);
    Store(d_out, gate + 3 * hidden, n);
    Store(d_before, d_c + at, n);
  });
}

void GruGatesForward(int64_t batch, int64_t hidden, const float* bias, const float* h_before,
                     float* gates, float* reset) {
  ForEachVector(batch, hidden, [&](int64_t row, int64_t i, size_t n) {
    const int64_t at = row * hidden + i;
    float* gate = gates + 3 * row * hidden + i;
    const V update = Sigmoid(hn::Add(Load(gate, n), Load(bias + i, n)));
    const V r = Sigmoid(hn::Add(Load(gate + hidden, n), Load(bias + hidden + i, n)));
    Store(update, gate, n);
    Store(r, gate + hidden, n);
    Store(hn::Mul(r, Load(h_before + at, n)), reset + at, n);
  });
}

void GruOutputForward(int64_t batch, int64_t hidden, const float* bias, const float* h_before,
                      float* gates, float* y) {
  ForEachVector(batch, hidden, [&](int64_t row, int64_t i, size_t n) {
    const int64_t at = row * hidden + i;
    float* gate = gates + 3 * row * hidden + i;
    const V update = Load(gate, n);
    const V z = Tanh(hn::Add(Load(gate + 2 * hidden, n), Load(bias + 2 * hidden + i, n)));
    Store(z, gate + 2 * hidden, n);
    // u h + (1 - u) z
    Store(hn::MulAdd(update, hn::Sub(Load(h_before + at, n), z), z), y + at, n);
  });
}

void GruOutputBackward(int64_t batch, int64_t hidden, const float* h_before, const float* d_y,
                       float* gates, float* d_after) {
  ForEachVector(batch, hidden, [&](int64_t row, int64_t i, size_t n) {
    const int64_t at = row * hidden + i;
    float* gate = gates + 3 * row * hidden + i;
    const V update = Load(gate, n), z = Load(gate + 2 * hidden, n);
    const V d_h = hn::Add(Load(d_y + at, n), Load(d_after + at, n));
    const V d_update = hn::Mul(d_h, hn::Sub(Load(h_before + at, n), z));
    const V d_z = hn::Mul(d_h, hn::Sub(One(), update));
    Store(hn::Mul(d_update, SigmoidSlope(update)), gate, n);
    Store(hn::Mul(d_z, TanhSlope(z)), gate + 2 * hidden, n);
    Store(hn::Mul(d_h, update), d_after + at, n);
  });
}

void GruGatesBackward(int64_t batch, int64_t hidden, const float* h_before, const float* d_reset,
                      float* gates, float* d_after) {
  ForEachVector(batch, hidden, [&](int64_t row, int64_t i, size_t n) {
    const int64_t at = row * hidden + i;
    float* gate = gates + 3 * row * hidden + hidden + i;
    const V r = Load(gate, n), d = Load(d_reset + at, n);
    Store(hn::MulAdd(d, r, Load(d_after + at, n)), d_after + at, n);
    Store(hn::Mul(hn::Mul(d, Load(h_before + at, n)), SigmoidSlope(r)), gate, n);
  });
}

void LinearBeforeResetForward(int64_t batch, int64_t hidden, const float* bias,
                              const float* h_before, float* gates, float* recurrent, float* y) {
  ForEachVector(batch, hidden, [&](int64_t row, int64_t i, size_t n) {
    const int64_t at = row * hidden + i;
    float* gate = gates + 3 * row * hidden + i;
    const auto sum = [&](int g) {
      return hn::Add(Load(gate + g * hidden, n), Load(bias + g * hidden + i, n));
    };
    const V update = Sigmoid(sum(0)), r = Sigmoid(sum(1));
    const V back = hn::Add(Load(recurrent + at, n), Load(bias + 3 * hidden + i, n));
    const V z = Tanh(hn::MulAdd(r, back, sum(2)));
    Store(update, gate, n);
    Store(r, gate + hidden, n);
    Store(z, gate + 2 * hidden, n);
    Store(back, recurrent + at, n);
    Store(hn::MulAdd(update, hn::Sub(Load(h_before + at, n), z), z), y + at, n);
  });
}

void LinearBeforeResetBackward(int64_t batch, int64_t hidden, const float* h_before,
                               const float* d_y, float* gates, float* recurrent, float* d_after) {
  ForEachVector(batch, hidden, [&](int64_t row, int64_t i, size_t n) {
    const int64_t at = row * hidden + i;
    float* gate = gates + 3 * row * hidden + i;
    const V update = Load(gate, n), r = Load(gate + hidden, n), z = Load(gate + 2 * hidden, n);
    const V d_h = hn::Add(Load(d_y + at, n), Load(d_after + at, n));
    const V d_update = hn::Mul(d_h, hn::Sub(Load(h_before + at, n), z));
    const V d_z = hn::Mul(hn::Mul(d_h, hn::Sub(One(), update)), TanhSlope(z));
    const V d_r = hn::Mul(d_z, Load(recurrent + at, n));
    Store(hn::Mul(d_update, SigmoidSlope(update)), gate, n);
    Store(hn::Mul(d_r, SigmoidSlope(r)), gate + hidden, n);
    Store(d_z, gate + 2 * hidden, n);
    Store(hn::Mul(d_z, r), recurrent + at, n);
    Store(hn::Mul(d_h, update), d_after + at, n);
  });
}

}  // namespace elman::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elman {

HWY_EXPORT(VanillaForward);
HWY_EXPORT(VanillaBackward);
HWY_EXPORT(LstmForward);
HWY_EXPORT(LstmBackward);
HWY_EXPORT(GruGatesForward);
HWY_EXPORT(GruOutputForward);
HWY_EXPORT(GruOutputBackward);
HWY_EXPORT(GruGatesBackward);
HWY_EXPORT(LinearBeforeResetForward);
HWY_EXPORT(LinearBeforeResetBackward);

void VanillaForward(bool relu, int64_t batch, int64_t hidden, const float* bias, const float* gates,
                    float* y) {
  HWY_DYNAMIC_DISPATCH(VanillaForward)(relu, batch, hidden, bias, gates, y);
}
void VanillaBackward(bool relu, int64_t batch, int64_t hidden, const float* y, const float* d_y,
                     const float* d_after, float* d_gates) {
  HWY_DYNAMIC_DISPATCH(VanillaBackward)(relu, batch, hidden, y, d_y, d_after, d_gates);
}
void LstmForward(int64_t batch, int64_t hidden, const float* bias, ConstMatrix peephole,
                 const float* c_before, float* gates, float* c, float* y) {
  HWY_DYNAMIC_DISPATCH(LstmForward)(batch, hidden, bias, peephole, c_before, gates, c, y);
}
void LstmBackward(int64_t batch, int64_t hidden, ConstMatrix peephole, const float* c_before,
                  const float* c, const float* d_y, const float* d_after, float* d_c, float* gates,
                  Matrix d_peephole) {
  HWY_DYNAMIC_DISPATCH(LstmBackward)
  (batch, hidden, peephole, c_before, c, d_y, d_after, d_c, gates, d_peephole);
}
void GruGatesForward(int64_t batch, int64_t hidden, const float* bias, const float* h_before,
                     float* gates, float* reset) {
  HWY_DYNAMIC_DISPATCH(GruGatesForward)(batch, hidden, bias, h_before, gates, reset);
}
void GruOutputForward(int64_t batch, int64_t hidden, const float* bias, const float* h_before,
                      float* gates, float* y) {
  HWY_DYNAMIC_DISPATCH(GruOutputForward)(batch, hidden, bias, h_before, gates, y);
}
void GruOutputBackward(int64_t batch, int64_t hidden, const float* h_before, const float* d_y,
                       float* gates, float* d_after) {
  HWY_DYNAMIC_DISPATCH(GruOutputBackward)(batch, hidden, h_before, d_y, gates, d_after);
}
void GruGatesBackward(int64_t batch, int64_t hidden, const float* h_before, const float* d_reset,
                      float* gates, float* d_after) {
  HWY_DYNAMIC_DISPATCH(GruGatesBackward)(batch, hidden, h_before, d_reset, gates, d_after);
}
void LinearBeforeResetForward(int64_t batch, int64_t hidden, const float* bias,
                              const float* h_before, float* gates, float* recurrent, float* y) {
  HWY_DYNAMIC_DISPATCH(LinearBeforeResetForward)
  (batch, hidden, bias, h_before, gates, recurrent, y);
}
void LinearBeforeResetBackward(int64_t batch, int64_t hidden, const float* h_before,
                               const float* d_y, float* gates, float* recurrent, float* d_after) {
  HWY_DYNAMIC_DISPATCH(LinearBeforeResetBackward)
  (batch, hidden, h_before, d_y, gates, recurrent, d_after);
}

}  // namespace elman
#endif
