#include "trainer/network/recurrent/window_context.h"

#include <algorithm>

#include "trainer/network/math/check.h"
#include "trainer/network/math/sums.h"
#include "trainer/network/parameters/columns.h"

namespace elman {
namespace {

constexpr int32_t kNoToken = -1;

// Accepts any float, because a carry may come from a file.
int32_t TokenOf(float carried) {
  return carried >= 0 && carried < WindowContext::kMaxIds ? static_cast<int32_t>(carried)
                                                          : kNoToken;
}

std::span<float> Elements(Matrix m) { return {m.data, static_cast<size_t>(m.size())}; }

}  // namespace

WindowContext::WindowContext(const std::string& name, const WindowShape& shape,
                             ParameterTable* table)
    : shape_(shape), records_(shape.layers) {
  for (int i = 0; i < shape.layers; ++i) {
    const std::string own = name + std::to_string(i);
    const float dropout = i == 0 ? shape.input_dropout : shape.layer_dropout;
    layers_.push_back({own + " forward", own + " backward",
                       Dropout(dropout, shape.variational_dropout, /*site=*/i),
                       TanhLayer(own, i == 0 ? shape.input_size() : shape.hidden_size,
                                 shape.hidden_size, shape.initializer, table, /*biased=*/true)});
  }
}

int64_t WindowContext::multiplications() const {
  return shape_.hidden_size * (shape_.input_size() + (shape_.layers - 1) * shape_.hidden_size);
}

void WindowContext::Begin(const Pass* /*pass*/, const SequenceLayout& layout, float* carry) const {
  std::fill_n(carry, layout.batch() * carry_width(), static_cast<float>(kNoToken));
}

std::span<const int32_t> WindowContext::Read(const SequenceLayout& layout,
                                             std::span<const int32_t> inputs, float* carry) {
  const int64_t tokens = shape_.tokens, before = tokens - 1, batch = layout.batch();
  CHECK_EQ(static_cast<int64_t>(inputs.size()), layout.rows());
  windows_.resize(layout.rows() * tokens);
  auto restart = layout.restarts().begin();
  for (int64_t row = 0; row < layout.rows(); ++row) {
    int32_t* const window = windows_.data() + row * tokens;
    if (restart != layout.restarts().end() && *restart == row) {
      std::fill_n(window, before, kNoToken);
      // A row that is listed twice restarts once.
      while (restart != layout.restarts().end() && *restart == row) ++restart;
    } else if (row < batch) {
      std::transform(carry + row * before, carry + (row + 1) * before, window, TokenOf);
    } else {
      std::copy_n(window - batch * tokens + 1, before, window);  // those of the previous step
    }
    window[before] = inputs[row];
  }
  for (int64_t rank = 0; rank < batch; ++rank) {
    const int32_t* last = windows_.data() + (layout.rows() - batch + rank) * tokens;
    std::copy_n(last + 1, before, carry + rank * before);
  }
  return windows_;
}

ConstMatrix WindowContext::SideBySide(const SequenceLayout& layout, ConstMatrix x) const {
  CHECK_EQ(x.rows, layout.rows() * shape_.tokens);
  return {x.data, layout.rows(), shape_.input_size()};
}

ConstMatrix WindowContext::Output(ConstMatrix hidden, ConstMatrix x, Workspace* workspace) const {
  if (!shape_.direct_connections) return hidden;
  return JoinColumns(hidden, x, workspace);
}

ConstMatrix WindowContext::Forward(const Pass& pass, const SequenceLayout& layout, ConstMatrix x,
                                   float* /*carry*/, Workspace* workspace) {
  clock_ = pass.clock;
  x = SideBySide(layout, x);
  ConstMatrix entering = x;
  for (size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    const TimedSpan span(pass.clock, layer.forward_name.c_str());
    Record& record = records_[i];
    record.x = layer.dropout.Forward(pass, layout, entering, &record.mask, workspace);
    const Matrix y = workspace->Take(layout.rows(), shape_.hidden_size);
    layer.tanh.Forward(values_, record.x, y);
    record.y = entering = y;
  }
  return Output(entering, x, workspace);
}

ConstMatrix WindowContext::Infer(const SequenceLayout& layout, ConstMatrix x, float* /*carry*/,
                                 Workspace* workspace) {
  x = SideBySide(layout, x);
  ConstMatrix hidden = x;
  for (const Layer& layer : layers_) {
    const Matrix y = workspace->Take(layout.rows(), shape_.hidden_size);
    layer.tanh.Forward(values_, hidden, y);
    hidden = y;
  }
  return Output(hidden, x, workspace);
}

Matrix WindowContext::Backward(const SequenceLayout& layout, Matrix d_y, bool /*begun*/,
                               float* gradients, Workspace* workspace) {
  const int64_t rows = layout.rows();
  Matrix d_hidden = d_y, d_direct;
  if (shape_.direct_connections) {
    d_hidden = workspace->Take(rows, shape_.hidden_size);
    d_direct = workspace->Take(rows, shape_.input_size());
    SplitColumns(d_y, d_hidden, d_direct);
  }
  for (size_t i = layers_.size(); i-- > 0;) {
    const Layer& layer = layers_[i];
    const TimedSpan span(clock_, layer.backward_name.c_str());
    const Record& record = records_[i];
    const Matrix d_x = workspace->Take(rows, record.x.cols);
    layer.tanh.Backward(values_, record.x, record.y, d_hidden, d_x, gradients, workspace);
    Dropout::Backward(record.mask, d_x);
    d_hidden = d_x;
  }
  const Matrix d_x = d_hidden;
  if (shape_.direct_connections) Add(Elements(d_direct), Elements(d_x));
  return {d_x.data, rows * shape_.tokens, shape_.embedding_size};
}

}  // namespace elman
