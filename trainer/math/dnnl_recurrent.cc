#include "trainer/math/dnnl_recurrent.h"

#include <map>
#include <utility>
#include <vector>

#include "trainer/math/check.h"
#include "trainer/math/dnnl_primitive.h"

namespace elman {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

memory::desc Float(const memory::dims& dims, Tag tag) {
  return {dims, memory::data_type::f32, tag};
}

// The shapes of one call, in oneDNN's terms: L layers (1), D directions (1), T steps, N batch, I
// input, G gates, O hidden.
struct Shapes {
  Shapes(Cell cell, int64_t steps, int64_t batch, int64_t input, int64_t hidden)
      : x(Float({steps, batch, input}, Tag::tnc)),
        y(Float({steps, batch, hidden}, Tag::tnc)),
        state(Float({1, 1, batch, hidden}, Tag::ldnc)),
        input_weights(Float({1, 1, input, GateCount(cell), hidden}, Tag::ldigo)),
        hidden_weights(Float({1, 1, hidden, GateCount(cell), hidden}, Tag::ldigo)),
        any_input_weights(Float({1, 1, input, GateCount(cell), hidden}, Tag::any)),
        any_hidden_weights(Float({1, 1, hidden, GateCount(cell), hidden}, Tag::any)),
        bias(Float({1, 1, BiasCount(cell), hidden}, Tag::ldgo)),
        peephole(Float({1, 1, 3, hidden}, Tag::ldgo)) {}
  memory::desc x, y, state, input_weights, hidden_weights, any_input_weights, any_hidden_weights,
      bias, peephole;
};

// Weights in a layout that primitives asked for. Primitives of different shapes often ask for the
// same.
struct PackedWeights {
  bool hidden;  // W_h, not W_x
  memory packed;
  Executable reorder;    // from the layer's own
  uint64_t version = 0;  // of the weights it holds
};

// One primitive and which packed weights it wants.
struct Pass {
  Executable executable;
  PackedWeights* input_weights = nullptr;
  PackedWeights* hidden_weights = nullptr;
  size_t tape_bytes = 0;
};

}  // namespace

struct DnnlRecurrent::Primitives {
  Primitives(Cell cell, int64_t input_size, int64_t hidden_size)
      : cell(cell), input_size(input_size), hidden_size(hidden_size) {
    CHECK_NE(static_cast<int>(cell), static_cast<int>(Cell::kJordan));
  }

  // The primitives of one shape.
  struct Shape {
    Pass infer, forward, backward;
  };

  template <typename Description>
  void Build(const Description& description, const Shapes& s,
             std::vector<std::pair<int, memory::desc>> more, Pass* pass) {
    std::vector<std::pair<int, memory::desc>> arguments = {
        {DNNL_ARG_SRC_LAYER, s.x},
        {DNNL_ARG_SRC_ITER, s.state},
        {DNNL_ARG_WEIGHTS_LAYER, description.weights_layer_desc()},
        {DNNL_ARG_WEIGHTS_ITER, description.weights_iter_desc()},
        {DNNL_ARG_BIAS, s.bias},
        {DNNL_ARG_DST_LAYER, s.y},
        {DNNL_ARG_DST_ITER, s.state},
    };
    if (HasCellState(cell)) {
      arguments.push_back({DNNL_ARG_SRC_ITER_C, s.state});
      arguments.push_back({DNNL_ARG_DST_ITER_C, s.state});
    }
    if (cell == Cell::kPeepholeLstm) arguments.push_back({DNNL_ARG_WEIGHTS_PEEPHOLE, s.peephole});
    arguments.insert(arguments.end(), more.begin(), more.end());
    pass->executable.Create(engine, dnnl::primitive(description), arguments);
    pass->input_weights = FindPacked(false, s.input_weights, description.weights_layer_desc());
    pass->hidden_weights = FindPacked(true, s.hidden_weights, description.weights_iter_desc());
  }

  PackedWeights* FindPacked(bool hidden, const memory::desc& plain, const memory::desc& wanted) {
    for (const auto& weights : packed) {
      if (weights->hidden == hidden && weights->packed.get_desc() == wanted) return weights.get();
    }
    auto weights = std::make_unique<PackedWeights>();
    weights->hidden = hidden;
    weights->packed = memory(wanted, engine);
    weights->reorder.Create(engine,
                            dnnl::reorder(memory(plain, engine, DNNL_MEMORY_NONE), weights->packed),
                            {{DNNL_ARG_FROM, plain}, {DNNL_ARG_TO, wanted}});
    weights->reorder.Set(DNNL_ARG_TO, weights->packed.get_data_handle());
    packed.push_back(std::move(weights));
    return packed.back().get();
  }

  // Calls `build` with the description of the forward primitive, and of the backward one if it is
  // wanted.
  void MakeForward(const Shapes& s, bool training, Pass* pass) {
    const auto kind =
        training ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
    WithForward(s, kind, [&](const auto& description) {
      std::vector<std::pair<int, memory::desc>> more;
      if (training) {
        more.push_back({DNNL_ARG_WORKSPACE, description.workspace_desc()});
        pass->tape_bytes = description.workspace_desc().get_size();
      }
      Build(description, s, more, pass);
    });
  }

  void MakeBackward(const Shapes& s, Pass* pass) {
    WithForward(s, dnnl::prop_kind::forward_training, [&](const auto& forward) {
      WithBackward(s, forward, [&](const auto& description) {
        std::vector<std::pair<int, memory::desc>> more = {
            {DNNL_ARG_WORKSPACE, forward.workspace_desc()},
            {DNNL_ARG_DIFF_SRC_LAYER, s.x},
            {DNNL_ARG_DIFF_SRC_ITER, s.state},
            {DNNL_ARG_DIFF_WEIGHTS_LAYER, s.input_weights},
            {DNNL_ARG_DIFF_WEIGHTS_ITER, s.hidden_weights},
            {DNNL_ARG_DIFF_BIAS, s.bias},
            {DNNL_ARG_DIFF_DST_LAYER, s.y},
            {DNNL_ARG_DIFF_DST_ITER, s.state},
        };
        if (HasCellState(cell)) {
          more.push_back({DNNL_ARG_DIFF_SRC_ITER_C, s.state});
          more.push_back({DNNL_ARG_DIFF_DST_ITER_C, s.state});
        }
        if (cell == Cell::kPeepholeLstm)
          more.push_back({DNNL_ARG_DIFF_WEIGHTS_PEEPHOLE, s.peephole});
        Build(description, s, more, pass);
      });
    });
  }

  template <typename Use>
  void WithForward(const Shapes& s, dnnl::prop_kind kind, const Use& use) {
    const auto& wx = s.any_input_weights;
    const auto& wh = s.any_hidden_weights;
    switch (cell) {
      case Cell::kTanh:
      case Cell::kRelu:
        return use(Describe<dnnl::vanilla_rnn_forward>(engine, kind, Activation(), direction, s.x,
                                                       s.state, wx, wh, s.bias, s.y, s.state));
      case Cell::kLstm:
        return use(Describe<dnnl::lstm_forward>(engine, kind, direction, s.x, s.state, s.state, wx,
                                                wh, s.bias, s.y, s.state, s.state));
      case Cell::kPeepholeLstm:
        return use(Describe<dnnl::lstm_forward>(engine, kind, direction, s.x, s.state, s.state, wx,
                                                wh, s.peephole, s.bias, s.y, s.state, s.state));
      case Cell::kGru:
        return use(Describe<dnnl::gru_forward>(engine, kind, direction, s.x, s.state, wx, wh,
                                               s.bias, s.y, s.state));
      case Cell::kLinearBeforeResetGru:
        return use(Describe<dnnl::lbr_gru_forward>(engine, kind, direction, s.x, s.state, wx, wh,
                                                   s.bias, s.y, s.state));
      case Cell::kJordan:
        break;
    }
  }

  // The gradients of the weights are asked for in the plain layout of the parameters.
  template <typename Use>
  void WithBackward(const Shapes& s, const dnnl::vanilla_rnn_forward::primitive_desc& forward,
                    const Use& use) {
    use(DescribeBackward<dnnl::vanilla_rnn_backward>(
        engine, forward, dnnl::prop_kind::backward, Activation(), direction, s.x, s.state,
        s.any_input_weights, s.any_hidden_weights, s.bias, s.y, s.state, s.x, s.state,
        s.input_weights, s.hidden_weights, s.bias, s.y, s.state));
  }
  template <typename Use>
  void WithBackward(const Shapes& s, const dnnl::lstm_forward::primitive_desc& forward,
                    const Use& use) {
    if (cell == Cell::kPeepholeLstm) {
      return use(DescribeBackward<dnnl::lstm_backward>(
          engine, forward, dnnl::prop_kind::backward, direction, s.x, s.state, s.state,
          s.any_input_weights, s.any_hidden_weights, s.peephole, s.bias, s.y, s.state, s.state, s.x,
          s.state, s.state, s.input_weights, s.hidden_weights, s.peephole, s.bias, s.y, s.state,
          s.state));
    }
    use(DescribeBackward<dnnl::lstm_backward>(
        engine, forward, dnnl::prop_kind::backward, direction, s.x, s.state, s.state,
        s.any_input_weights, s.any_hidden_weights, s.bias, s.y, s.state, s.state, s.x, s.state,
        s.state, s.input_weights, s.hidden_weights, s.bias, s.y, s.state, s.state));
  }
  template <typename Use>
  void WithBackward(const Shapes& s, const dnnl::gru_forward::primitive_desc& forward,
                    const Use& use) {
    use(DescribeGatedBackward<dnnl::gru_backward>(s, forward));
  }
  template <typename Use>
  void WithBackward(const Shapes& s, const dnnl::lbr_gru_forward::primitive_desc& forward,
                    const Use& use) {
    use(DescribeGatedBackward<dnnl::lbr_gru_backward>(s, forward));
  }
  template <typename Primitive, typename Forward>
  auto DescribeGatedBackward(const Shapes& s, const Forward& forward) {
    return DescribeBackward<Primitive>(engine, forward, dnnl::prop_kind::backward, direction, s.x,
                                       s.state, s.any_input_weights, s.any_hidden_weights, s.bias,
                                       s.y, s.state, s.x, s.state, s.input_weights,
                                       s.hidden_weights, s.bias, s.y, s.state);
  }

  dnnl::algorithm Activation() const {
    return cell == Cell::kRelu ? dnnl::algorithm::eltwise_relu : dnnl::algorithm::eltwise_tanh;
  }

  const void* Packed(PackedWeights* weights, ConstMatrix plain) {
    if (weights->version != version) {
      weights->reorder.Set(DNNL_ARG_FROM, plain.data);
      weights->reorder.Run(stream);
      weights->version = version;
    }
    return weights->packed.get_data_handle();
  }

  // What every pass is given: weights, inputs and outputs of the forward computation.
  void SetForward(Pass* pass, ConstMatrix x, ConstRecurrentState initial, ConstMatrix y,
                  ConstRecurrentState last) {
    Executable& e = pass->executable;
    e.Set(DNNL_ARG_WEIGHTS_LAYER, Packed(pass->input_weights, weights.input));
    e.Set(DNNL_ARG_WEIGHTS_ITER, Packed(pass->hidden_weights, weights.hidden));
    e.Set(DNNL_ARG_BIAS, weights.bias.data);
    e.Set(DNNL_ARG_WEIGHTS_PEEPHOLE, weights.peephole.data);
    e.Set(DNNL_ARG_SRC_LAYER, x.data);
    e.Set(DNNL_ARG_SRC_ITER, initial.h.data);
    e.Set(DNNL_ARG_SRC_ITER_C, initial.c.data);
    e.Set(DNNL_ARG_DST_LAYER, y.data);
    e.Set(DNNL_ARG_DST_ITER, last.h.data);
    e.Set(DNNL_ARG_DST_ITER_C, last.c.data);
  }

  void CheckShapes(int64_t steps, int64_t batch, ConstMatrix x, ConstRecurrentState initial,
                   ConstMatrix y) const {
    CHECK_EQ(x.rows, steps * batch);
    CHECK_EQ(x.cols, input_size);
    CHECK_EQ(y.rows, steps * batch);
    CHECK_EQ(y.cols, hidden_size);
    CHECK_EQ(initial.h.rows, batch);
    CHECK_EQ(initial.h.cols, hidden_size);
    CHECK_GT(version, 0u);
  }

  const Cell cell;
  const dnnl::rnn_direction direction = dnnl::rnn_direction::unidirectional_left2right;
  const int64_t input_size;
  const int64_t hidden_size;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::map<std::pair<int64_t, int64_t>, Shape> shapes;  // by (steps, batch)
  std::vector<std::unique_ptr<PackedWeights>> packed;
  RecurrentWeights weights;
  uint64_t version = 0;
  std::vector<float> zeros;
};

DnnlRecurrent::DnnlRecurrent(Cell cell, int64_t input_size, int64_t hidden_size)
    : primitives_(std::make_unique<Primitives>(cell, input_size, hidden_size)) {}
DnnlRecurrent::~DnnlRecurrent() = default;

void DnnlRecurrent::UseWeights(const RecurrentWeights& weights) {
  Primitives& p = *primitives_;
  CHECK_EQ(weights.input.rows, p.input_size);
  CHECK_EQ(weights.input.cols, GateCount(p.cell) * p.hidden_size);
  CHECK_EQ(weights.hidden.rows, p.hidden_size);
  CHECK_EQ(weights.hidden.cols, GateCount(p.cell) * p.hidden_size);
  CHECK_EQ(weights.bias.size(), BiasCount(p.cell) * p.hidden_size);
  if (p.cell == Cell::kPeepholeLstm) CHECK_EQ(weights.peephole.size(), 3 * p.hidden_size);
  p.weights = weights;
  ++p.version;
}

void DnnlRecurrent::Infer(int64_t steps, int64_t batch, ConstMatrix x, ConstRecurrentState initial,
                          Matrix y, RecurrentState last, Workspace*) {
  Primitives& p = *primitives_;
  p.CheckShapes(steps, batch, x, initial, y);
  Pass& pass = p.shapes[{steps, batch}].infer;
  if (!pass.executable) {
    p.MakeForward(Shapes(p.cell, steps, batch, p.input_size, p.hidden_size), /*training=*/false,
                  &pass);
  }
  p.SetForward(&pass, x, initial, y, last);
  pass.executable.Run(p.stream);
}

RecurrentTape DnnlRecurrent::Forward(int64_t steps, int64_t batch, ConstMatrix x,
                                     ConstRecurrentState initial, Matrix y, RecurrentState last,
                                     Workspace* workspace) {
  Primitives& p = *primitives_;
  p.CheckShapes(steps, batch, x, initial, y);
  Pass& pass = p.shapes[{steps, batch}].forward;
  if (!pass.executable) {
    p.MakeForward(Shapes(p.cell, steps, batch, p.input_size, p.hidden_size), /*training=*/true,
                  &pass);
  }
  const RecurrentTape tape = {x, initial, y, last, workspace->Bytes(pass.tape_bytes)};
  p.SetForward(&pass, x, initial, y, tape.last);
  pass.executable.Set(DNNL_ARG_WORKSPACE, tape.gates);
  pass.executable.Run(p.stream);
  return tape;
}

void DnnlRecurrent::Backward(int64_t steps, int64_t batch, const RecurrentTape& tape,
                             ConstMatrix d_y, ConstRecurrentState d_last, Matrix d_x,
                             RecurrentState d_initial, const RecurrentGradients& gradients,
                             Workspace*) {
  Primitives& p = *primitives_;
  p.CheckShapes(steps, batch, tape.x, tape.initial, tape.y);
  CHECK_EQ(d_y.size(), tape.y.size());
  CHECK_EQ(d_x.size(), tape.x.size());
  Pass& pass = p.shapes[{steps, batch}].backward;
  if (!pass.executable)
    p.MakeBackward(Shapes(p.cell, steps, batch, p.input_size, p.hidden_size), &pass);
  if (p.zeros.size() < batch * p.hidden_size) p.zeros.assign(batch * p.hidden_size, 0);

  p.SetForward(&pass, tape.x, tape.initial, tape.y, tape.last);
  Executable& e = pass.executable;
  e.Set(DNNL_ARG_WORKSPACE, tape.gates);
  e.Set(DNNL_ARG_DIFF_DST_LAYER, d_y.data);
  e.Set(DNNL_ARG_DIFF_DST_ITER, d_last.h.data ? d_last.h.data : p.zeros.data());
  e.Set(DNNL_ARG_DIFF_DST_ITER_C, d_last.c.data ? d_last.c.data : p.zeros.data());
  e.Set(DNNL_ARG_DIFF_SRC_LAYER, d_x.data);
  e.Set(DNNL_ARG_DIFF_SRC_ITER, d_initial.h.data);
  e.Set(DNNL_ARG_DIFF_SRC_ITER_C, d_initial.c.data);
  e.Set(DNNL_ARG_DIFF_WEIGHTS_LAYER, gradients.input.data);
  e.Set(DNNL_ARG_DIFF_WEIGHTS_ITER, gradients.hidden.data);
  e.Set(DNNL_ARG_DIFF_BIAS, gradients.bias.data);
  e.Set(DNNL_ARG_DIFF_WEIGHTS_PEEPHOLE, gradients.peephole.data);
  e.Run(p.stream);
}

}  // namespace elman
