#include "tests/support/onednn_recurrent.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "trainer/network/math/dnnl_primitive.h"

namespace elman {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

memory::desc Float(const memory::dims& dims, Tag tag) {
  return {dims, memory::data_type::f32, tag};
}

constexpr auto kTraining = dnnl::prop_kind::forward_training;
constexpr auto kBackward = dnnl::prop_kind::backward;
constexpr auto kDirection = dnnl::rnn_direction::unidirectional_left2right;

}  // namespace

// In oneDNN's terms: L layers (1), D directions (1), T steps, N batch, I input, G gates, O hidden.
struct OneDnnRecurrent::Primitives {
  Primitives(Cell cell, int64_t steps, int64_t batch, int64_t input, int64_t hidden)
      : cell(cell),
        x(Float({steps, batch, input}, Tag::tnc)),
        y(Float({steps, batch, hidden}, Tag::tnc)),
        state(Float({1, 1, batch, hidden}, Tag::ldnc)),
        wx(Float({1, 1, input, GateCount(cell), hidden}, Tag::ldigo)),
        wh(Float({1, 1, hidden, GateCount(cell), hidden}, Tag::ldigo)),
        any_wx(Float({1, 1, input, GateCount(cell), hidden}, Tag::any)),
        any_wh(Float({1, 1, hidden, GateCount(cell), hidden}, Tag::any)),
        bias(Float({1, 1, BiasCount(cell), hidden}, Tag::ldgo)),
        peephole(Float({1, 1, 3, hidden}, Tag::ldgo)),
        zeros(batch * hidden, 0) {
    const auto activation =
        cell == Cell::kRelu ? dnnl::algorithm::eltwise_relu : dnnl::algorithm::eltwise_tanh;
    switch (cell) {
      case Cell::kTanh:
      case Cell::kRelu: {
        const auto there = Describe<dnnl::vanilla_rnn_forward>(
            engine, kTraining, activation, kDirection, x, state, any_wx, any_wh, bias, y, state);
        Create(there, DescribeBackward<dnnl::vanilla_rnn_backward>(
                          engine, there, kBackward, activation, kDirection, x, state, any_wx,
                          any_wh, bias, y, state, x, state, wx, wh, bias, y, state));
        break;
      }
      case Cell::kLstm: {
        const auto there = Describe<dnnl::lstm_forward>(
            engine, kTraining, kDirection, x, state, state, any_wx, any_wh, bias, y, state, state);
        Create(there, DescribeBackward<dnnl::lstm_backward>(
                          engine, there, kBackward, kDirection, x, state, state, any_wx, any_wh,
                          bias, y, state, state, x, state, state, wx, wh, bias, y, state, state));
        break;
      }
      case Cell::kPeepholeLstm: {
        const auto there =
            Describe<dnnl::lstm_forward>(engine, kTraining, kDirection, x, state, state, any_wx,
                                         any_wh, peephole, bias, y, state, state);
        Create(there, DescribeBackward<dnnl::lstm_backward>(
                          engine, there, kBackward, kDirection, x, state, state, any_wx, any_wh,
                          peephole, bias, y, state, state, x, state, state, wx, wh, peephole, bias,
                          y, state, state));
        break;
      }
      case Cell::kGru:
        CreateGated<dnnl::gru_forward, dnnl::gru_backward>();
        break;
      case Cell::kLinearBeforeResetGru:
        CreateGated<dnnl::lbr_gru_forward, dnnl::lbr_gru_backward>();
        break;
      case Cell::kJordan:
        CHECK_NE(static_cast<int>(cell), static_cast<int>(Cell::kJordan));
    }
  }

  template <typename There, typename Back>
  void CreateGated() {
    const auto there =
        Describe<There>(engine, kTraining, kDirection, x, state, any_wx, any_wh, bias, y, state);
    Create(there, DescribeBackward<Back>(engine, there, kBackward, kDirection, x, state, any_wx,
                                         any_wh, bias, y, state, x, state, wx, wh, bias, y, state));
  }

  template <typename There, typename Back>
  void Create(const There& there, const Back& back) {
    forward = dnnl::primitive(there);
    backward = dnnl::primitive(back);
    tape = memory(there.workspace_desc(), engine);
    forward_wx = memory(there.weights_layer_desc(), engine);
    forward_wh = memory(there.weights_iter_desc(), engine);
    backward_wx = memory(back.weights_layer_desc(), engine);
    backward_wh = memory(back.weights_iter_desc(), engine);
  }

  memory View(const memory::desc& desc, const float* data) {
    return memory(desc, engine, const_cast<float*>(data));
  }

  void Reorder(const memory::desc& from, const float* data, memory& to) {
    memory plain = View(from, data);
    dnnl::reorder(plain, to).execute(stream, plain, to);
  }

  // Sets the arguments of both passes.
  void SetCommon() {
    arguments = {{DNNL_ARG_SRC_LAYER, View(x, x_data.data)},
                 {DNNL_ARG_SRC_ITER, View(state, initial.h.data)},
                 {DNNL_ARG_BIAS, View(bias, weights.bias.data)},
                 {DNNL_ARG_DST_LAYER, View(y, y_data.data)},
                 {DNNL_ARG_DST_ITER, View(state, last.h.data)},
                 {DNNL_ARG_WORKSPACE, tape}};
    if (HasCellState(cell)) {
      arguments.emplace(DNNL_ARG_SRC_ITER_C, View(state, initial.c.data));
      arguments.emplace(DNNL_ARG_DST_ITER_C, View(state, last.c.data));
    }
    if (cell == Cell::kPeepholeLstm)
      arguments.emplace(DNNL_ARG_WEIGHTS_PEEPHOLE, View(peephole, weights.peephole.data));
  }

  const Cell cell;
  const memory::desc x, y, state, wx, wh, any_wx, any_wh, bias, peephole;
  std::vector<float> zeros;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::primitive forward, backward;
  memory tape, forward_wx, forward_wh, backward_wx, backward_wh;
  // of the current pass
  RecurrentWeights weights;
  ConstMatrix x_data, y_data;
  ConstRecurrentState initial, last;
  std::unordered_map<int, memory> arguments;
};

bool OneDnnRecurrent::IsCorrect(Cell cell, int64_t hidden_size) {
  // Since 3.5, the primitive of a GRU uses oneDNN's matmul. With AVX-512, that of 3.7.2 writes a
  // product with one column to the wrong place unless its rows are contiguous, which they are not
  // in the GRU. (In the products of Elman, they are.)
  const dnnl_version_t* version = dnnl_version();
  return cell != Cell::kGru || hidden_size > 1 ||
         std::pair(version->major, version->minor) < std::pair(3, 5);
}

OneDnnRecurrent::OneDnnRecurrent(Cell cell, int64_t steps, int64_t batch, int64_t input_size,
                                 int64_t hidden_size)
    : primitives_(std::make_unique<Primitives>(cell, steps, batch, input_size, hidden_size)) {}
OneDnnRecurrent::~OneDnnRecurrent() = default;

void OneDnnRecurrent::Forward(const RecurrentWeights& weights, ConstMatrix x,
                              ConstRecurrentState initial, Matrix y, RecurrentState last) {
  Primitives& p = *primitives_;
  p.weights = weights;
  p.x_data = x;
  p.y_data = y;
  p.initial = initial;
  p.last = last;
  p.Reorder(p.wx, weights.input.data, p.forward_wx);
  p.Reorder(p.wh, weights.hidden.data, p.forward_wh);
  p.SetCommon();
  p.arguments.emplace(DNNL_ARG_WEIGHTS_LAYER, p.forward_wx);
  p.arguments.emplace(DNNL_ARG_WEIGHTS_ITER, p.forward_wh);
  p.forward.execute(p.stream, p.arguments);
  p.stream.wait();
}

void OneDnnRecurrent::Backward(ConstMatrix d_y, Matrix d_x, RecurrentState d_initial,
                               const RecurrentGradients& gradients) {
  Primitives& p = *primitives_;
  p.Reorder(p.wx, p.weights.input.data, p.backward_wx);
  p.Reorder(p.wh, p.weights.hidden.data, p.backward_wh);
  p.SetCommon();
  const auto set = [&](int name, const memory::desc& desc, const float* data) {
    p.arguments.emplace(name, p.View(desc, data));
  };
  p.arguments.emplace(DNNL_ARG_WEIGHTS_LAYER, p.backward_wx);
  p.arguments.emplace(DNNL_ARG_WEIGHTS_ITER, p.backward_wh);
  set(DNNL_ARG_DIFF_DST_LAYER, p.y, d_y.data);
  set(DNNL_ARG_DIFF_DST_ITER, p.state, p.zeros.data());
  set(DNNL_ARG_DIFF_SRC_LAYER, p.x, d_x.data);
  set(DNNL_ARG_DIFF_SRC_ITER, p.state, d_initial.h.data);
  set(DNNL_ARG_DIFF_WEIGHTS_LAYER, p.wx, gradients.input.data);
  set(DNNL_ARG_DIFF_WEIGHTS_ITER, p.wh, gradients.hidden.data);
  set(DNNL_ARG_DIFF_BIAS, p.bias, gradients.bias.data);
  if (HasCellState(p.cell)) {
    set(DNNL_ARG_DIFF_DST_ITER_C, p.state, p.zeros.data());
    set(DNNL_ARG_DIFF_SRC_ITER_C, p.state, d_initial.c.data);
  }
  if (p.cell == Cell::kPeepholeLstm)
    set(DNNL_ARG_DIFF_WEIGHTS_PEEPHOLE, p.peephole, gradients.peephole.data);
  p.backward.execute(p.stream, p.arguments);
  p.stream.wait();
}

}  // namespace elman
