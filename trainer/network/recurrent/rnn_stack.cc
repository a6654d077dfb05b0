#include "trainer/network/recurrent/rnn_stack.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "trainer/network/math/check.h"
#include "trainer/network/math/sums.h"

namespace elman {
namespace {

ConstMatrix Sum(ConstMatrix a, ConstMatrix b, Workspace* workspace) {
  const Matrix sum = workspace->Take(a.rows, a.cols);
  for (int64_t i = 0; i < sum.size(); ++i) sum.data[i] = a.data[i] + b.data[i];
  return sum;
}

// Returns the rows of x in the order of layout.mirror(): each sequence reversed.
Matrix Mirror(const SequenceLayout& layout, ConstMatrix x, Workspace* workspace) {
  const Matrix mirrored = workspace->Take(x.rows, x.cols);
  for (int64_t r = 0; r < x.rows; ++r)
    std::copy_n(x.row(r), x.cols, mirrored.row(layout.mirror()[r]));
  return mirrored;
}

// The values of both directions; those of the second are in mirrored order.
struct Halves {
  Matrix left_to_right, right_to_left;
};

// Concatenates the columns of both directions, both in normal order.
Matrix Join(const SequenceLayout& layout, ConstMatrix left_to_right, ConstMatrix right_to_left,
            Workspace* workspace) {
  const int64_t cols = left_to_right.cols;
  const Matrix y = workspace->Take(left_to_right.rows, 2 * cols);
  for (int64_t r = 0; r < y.rows; ++r) {
    std::copy_n(left_to_right.row(r), cols, y.row(r));
    std::copy_n(right_to_left.row(layout.mirror()[r]), cols, y.row(r) + cols);
  }
  return y;
}

// The inverse of Join.
Halves Split(const SequenceLayout& layout, ConstMatrix y, Workspace* workspace) {
  const int64_t cols = y.cols / 2;
  const Halves halves = {workspace->Take(y.rows, cols), workspace->Take(y.rows, cols)};
  for (int64_t r = 0; r < y.rows; ++r) {
    std::copy_n(y.row(r), cols, halves.left_to_right.row(r));
    std::copy_n(y.row(r) + cols, cols, halves.right_to_left.row(layout.mirror()[r]));
  }
  return halves;
}

void AddMirrored(const SequenceLayout& layout, ConstMatrix d, Matrix sum) {
  for (int64_t r = 0; r < d.rows; ++r) {
    const float* from = d.row(layout.mirror()[r]);
    float* to = sum.row(r);
    for (int64_t c = 0; c < d.cols; ++c) to[c] += from[c];
  }
}

int StatesPerRecurrence(Cell cell) { return HasCellState(cell) ? 2 : 1; }

int64_t InputSize(int layer, const RnnStackShape& shape) {
  return layer == 0 ? shape.input_size : shape.output_size();
}

RecurrenceShape ShapeOfLayer(int layer, const RnnStackShape& shape) {
  const bool projected = layer == 0 && shape.projected_input;
  return {
      .cell = shape.cell,
      .input_size = projected ? GateCount(shape.cell) * shape.hidden_size : InputSize(layer, shape),
      .hidden_size = shape.hidden_size,
      .projected_input = projected,
      .weight_dropout = shape.weight_dropout,
      .input_initializer = shape.input_initializer,
      .hidden_initializer = shape.hidden_initializer,
      .forget_bias = shape.forget_bias,
      .initial_state = shape.initial_state};
}

constexpr char kReverse[] = ".reverse";

// Sites of the first direction count from 0, those of the second from here.
constexpr uint32_t kRightToLeftSites = 1 << 16;

}  // namespace

int64_t RnnStackShape::multiplications() const {
  const int64_t inputs = (projected_input ? 0 : input_size) + (layers - 1) * output_size();
  return gates_size() * (inputs + layers * hidden_size);
}

struct RnnStack::Layer {
  Layer(const std::string& name, int number, const RnnStackShape& shape, ParameterTable* table)
      : name(name),
        forward_name(name + " forward"),
        backward_name(name + " backward"),
        projected_input(number == 0 && shape.projected_input),
        residual(shape.residual && !projected_input &&
                 InputSize(number, shape) == shape.output_size()),
        dropout(number == 0 ? shape.input_dropout : shape.layer_dropout, shape.variational_dropout,
                shape.first_site + number),
        left_to_right(name, shape.first_site + number, ShapeOfLayer(number, shape), table) {
    if (shape.bidirectional) {
      right_to_left.emplace(name + kReverse, shape.first_site + kRightToLeftSites + number,
                            ShapeOfLayer(number, shape), table);
    }
  }

  // Returns the inputs of both directions of a layer; that of the second is in mirrored order.
  std::pair<ConstMatrix, ConstMatrix> Inputs(const SequenceLayout& layout, ConstMatrix x,
                                             Workspace* workspace) const {
    if (!right_to_left) return {x, {}};
    if (!projected_input) return {x, Mirror(layout, x, workspace)};
    const Halves halves = Split(layout, x, workspace);
    return {halves.left_to_right, halves.right_to_left};
  }

  const std::string name;
  const std::string forward_name, backward_name;  // of spans in the timeline
  const bool projected_input;
  const bool residual;
  const Dropout dropout;
  Recurrence left_to_right;
  std::optional<Recurrence> right_to_left;
};

RnnStack::RnnStack(const std::string& name, const RnnStackShape& shape, ParameterTable* table)
    : shape_(shape) {
  for (int i = 0; i < shape.layers; ++i) {
    layers_.push_back(std::make_unique<Layer>(name + std::to_string(i), i, shape, table));
  }
}

RnnStack::~RnnStack() = default;

void RnnStack::UseValues(const float* values) {
  for (const auto& layer : layers_) {
    layer->left_to_right.UseValues(values);
    if (layer->right_to_left) layer->right_to_left->UseValues(values);
  }
}

int RnnStack::states() const {
  return shape_.layers * directions() * StatesPerRecurrence(shape_.cell);
}

// Recurrences are numbered by layer, then by direction.
template <typename Element>
RecurrentStateOf<MatrixView<Element>> RnnStack::State(int recurrence, int64_t batch,
                                                      Element* carry) const {
  if (carry == nullptr) return {};
  const int64_t size = batch * shape_.hidden_size;
  Element* h = carry + int64_t{recurrence} * StatesPerRecurrence(shape_.cell) * size;
  RecurrentStateOf<MatrixView<Element>> state;
  state.h = {h, batch, shape_.hidden_size};
  if (HasCellState(shape_.cell)) state.c = {h + size, batch, shape_.hidden_size};
  return state;
}

void RnnStack::Begin(const Pass* pass, const SequenceLayout& layout, float* carry) const {
  int recurrence = 0;
  for (const auto& layer : layers_) {
    layer->left_to_right.Begin(pass, layout, State(recurrence++, layout.batch(), carry));
    if (layer->right_to_left)
      layer->right_to_left->Begin(pass, layout, State(recurrence++, layout.batch(), carry));
  }
}

ConstMatrix RnnStack::Forward(const Pass& pass, const SequenceLayout& layout, ConstMatrix x,
                              float* carry, Tape* tape, Workspace* workspace) {
  tape->layers.resize(layers_.size());
  tape->observation = pass.observation;
  tape->clock = pass.clock;
  const int64_t batch = layout.batch();
  int recurrence = 0;
  for (size_t i = 0; i < layers_.size(); ++i) {
    Layer& layer = *layers_[i];
    Tape::Layer& record = tape->layers[i];
    const TimedSpan span(pass.clock, layer.forward_name.c_str());
    const ConstMatrix input = layer.dropout.Forward(pass, layout, x, &record.mask, workspace);
    const auto [own, mirrored] = layer.Inputs(layout, input, workspace);
    Matrix y = layer.left_to_right.Forward(pass, layout, own, State(recurrence++, batch, carry),
                                           &record.left_to_right, workspace);
    if (layer.right_to_left) {
      const Matrix reverse =
          layer.right_to_left->Forward(pass, layout, mirrored, State(recurrence++, batch, carry),
                                       &record.right_to_left, workspace);
      y = Join(layout, y, reverse, workspace);
    }
    x = layer.residual ? Sum(input, y, workspace) : y;
  }
  return x;
}

ConstMatrix RnnStack::Infer(const SequenceLayout& layout, ConstMatrix x, float* carry,
                            Workspace* workspace) {
  const int64_t batch = layout.batch();
  int recurrence = 0;
  for (const auto& layer : layers_) {
    const auto [own, mirrored] = layer->Inputs(layout, x, workspace);
    Matrix y =
        layer->left_to_right.Infer(layout, own, State(recurrence++, batch, carry), workspace);
    if (layer->right_to_left) {
      const Matrix reverse = layer->right_to_left->Infer(
          layout, mirrored, State(recurrence++, batch, carry), workspace);
      y = Join(layout, y, reverse, workspace);
    }
    x = layer->residual ? Sum(x, y, workspace) : y;
  }
  return x;
}

// Runs from the last layer to the first. back(recurrence, number, tape, d_y) returns the d_x of one
// recurrence.
template <typename Back>
Matrix RnnStack::BackwardLayers(const Tape& tape, const SequenceLayout& layout, Matrix d_y,
                                bool wants_d_x, const Back& back, Workspace* workspace) {
  for (size_t i = layers_.size(); i-- > 0;) {
    Layer& layer = *layers_[i];
    const Tape::Layer& record = tape.layers[i];
    const TimedSpan span(tape.clock, layer.backward_name.c_str());
    const int recurrence = static_cast<int>(i) * directions();
    Matrix d_x;
    if (layer.right_to_left) {
      const Halves d = Split(layout, d_y, workspace);
      d_x = back(&layer.left_to_right, recurrence, record.left_to_right, d.left_to_right);
      const Matrix d_reverse =
          back(&*layer.right_to_left, recurrence + 1, record.right_to_left, d.right_to_left);
      if (i == 0 && !wants_d_x) break;
      if (layer.projected_input) {
        d_x = Join(layout, d_x, d_reverse, workspace);
      } else {
        AddMirrored(layout, d_reverse, d_x);
      }
    } else {
      d_x = back(&layer.left_to_right, recurrence, record.left_to_right, d_y);
      if (i == 0 && !wants_d_x) break;
    }
    if (layer.residual)
      Add({d_y.data, static_cast<size_t>(d_y.size())}, {d_x.data, static_cast<size_t>(d_x.size())});
    Dropout::Backward(record.mask, d_x);
    d_y = d_x;
  }
  return d_y;
}

Matrix RnnStack::Backward(const Tape& tape, const SequenceLayout& layout, Matrix d_y, bool begun,
                          float* gradients, Workspace* workspace, const EndGradients& ends) {
  if (tape.observation) Observe(tape, layout, d_y, ends.last);
  const int64_t batch = layout.batch();
  const auto back = [&](Recurrence* recurrence, int number, const RecurrentTape& own_tape,
                        Matrix d) {
    return recurrence->Backward(own_tape, layout, d, State(number, batch, ends.last), begun,
                                State(number, batch, ends.before), gradients, workspace);
  };
  return BackwardLayers(tape, layout, d_y, /*wants_d_x=*/true, back, workspace);
}

// Follows back only the gradient that enters at the last step of every sequence: from a loss at
// that step, and from uses of the last states. For a right-to-left recurrence the last step is the
// first time step; the gradient there is followed separately. Allocates its own memory, because few
// steps are observed.
void RnnStack::Observe(const Tape& tape, const SequenceLayout& layout, ConstMatrix d_y,
                       const float* d_last) {
  const int64_t batch = layout.batch();
  std::vector<double> h(layout.rows()), c(layout.rows());
  const GradientSquares squares{h.data(), HasCellState(shape_.cell) ? c.data() : nullptr};
  const auto sums = [&](int number) -> RecurrenceSums& {
    const std::string& name = layers_[number / directions()]->name;
    return tape.observation->Of(number % directions() == 0 ? name : name + kReverse, shape_.cell);
  };
  for (size_t i = 0; i < layers_.size(); ++i) {
    const int number = static_cast<int>(i) * directions();
    sums(number).LookAtGates(tape.layers[i].left_to_right);
    if (shape_.bidirectional) sums(number + 1).LookAtGates(tape.layers[i].right_to_left);
  }
  for (int direction = 0; direction < directions(); ++direction) {
    Workspace workspace;
    const Matrix entering = workspace.Take(d_y.rows, d_y.cols);
    std::fill_n(entering.data, entering.size(), 0.0f);
    for (int64_t r = 0; r < d_y.rows; ++r) {
      const int64_t distance = layout.places()[direction == 0 ? layout.mirror()[r] : r].step;
      if (distance == 0) std::copy_n(d_y.row(r), d_y.cols, entering.row(r));
    }
    const auto back = [&](Recurrence* recurrence, int number, const RecurrentTape& own_tape,
                          Matrix d) {
      const bool followed = number % directions() == direction;
      const Matrix d_x = recurrence->FollowBack(
          own_tape, layout, d, State(number, batch, followed ? d_last : nullptr),
          /*wants_d_x=*/number >= directions(), squares, &workspace);
      if (followed) sums(number).AddLags(layout, squares);
      return d_x;
    };
    BackwardLayers(tape, layout, entering, /*wants_d_x=*/false, back, &workspace);
  }
}

}  // namespace elman
