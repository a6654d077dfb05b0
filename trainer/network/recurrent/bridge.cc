#include "trainer/network/recurrent/bridge.h"

#include <algorithm>

#include "trainer/network/math/check.h"

namespace elman {
namespace {

// Returns the rank of each sequence in the order of a layout.
std::vector<int64_t> Ranks(const SequenceLayout& layout) {
  std::vector<int64_t> ranks(layout.batch());
  for (int64_t rank = 0; rank < layout.batch(); ++rank) ranks[layout.order()[rank]] = rank;
  return ranks;
}

}  // namespace

Bridge::Bridge(const std::string& name, const RnnStackShape& from, const RnnStackShape& to,
               const Initializer& initializer, ParameterTable* table)
    : from_(from), to_(to), states_of_layer_(HasCellState(to.cell) ? 2 : 1) {
  CHECK_EQ(to.bidirectional, false);
  CHECK_EQ(HasCellState(from.cell), HasCellState(to.cell));
  if (from.output_size() == to.hidden_size) return;
  for (int i = 0; i < to.layers; ++i) {
    for (const char* state : {".h", ".c"}) {
      if (state[1] == 'c' && states_of_layer_ == 1) continue;
      layers_.emplace_back(name + std::to_string(i) + state, from.output_size(), to.hidden_size,
                           initializer, table);
    }
  }
}

int Bridge::Counterpart(int number) const {
  const int layer = std::max(0, number / states_of_layer_ + from_.layers - to_.layers);
  const int directions = from_.bidirectional ? 2 : 1;
  return layer * directions * states_of_layer_ + number % states_of_layer_;
}

void Bridge::Forward(const float* values, const SequenceLayout& from_layout, const float* from,
                     const SequenceLayout& to_layout, float* to, Tape* tape,
                     Workspace* workspace) const {
  CHECK_EQ(from_layout.batch(), to_layout.batch());
  const int64_t batch = to_layout.batch(), width = from_.hidden_size;
  const std::vector<int64_t> ranks = Ranks(from_layout);
  tape->states.resize(static_cast<size_t>(to_.layers) * states_of_layer_);
  for (int number = 0; number < static_cast<int>(tape->states.size()); ++number) {
    auto& [input, output] = tape->states[number];
    output = {to + number * batch * to_.hidden_size, batch, to_.hidden_size};
    input = layers_.empty() ? output : workspace->Take(batch, from_.output_size());
    for (int64_t begin = 0; begin < input.cols; begin += width) {
      const int64_t state = Counterpart(number) + begin / width * states_of_layer_;
      for (int64_t rank = 0; rank < batch; ++rank) {
        const int64_t row = state * batch + ranks[to_layout.order()[rank]];
        std::copy_n(from + row * width, width, input.row(rank) + begin);
      }
    }
    if (layers_.empty()) continue;
    layers_[number].Forward(values, input, output);
    // Forward passes of `to` overwrite its state, but the backward pass needs the initial value.
    const Matrix kept = workspace->Take(batch, to_.hidden_size);
    std::copy_n(output.data, output.size(), kept.data);
    output = kept;
  }
}

void Bridge::Backward(const float* values, const SequenceLayout& from_layout, float* d_from,
                      const SequenceLayout& to_layout, const float* d_to, const Tape& tape,
                      float* gradients, Workspace* workspace) const {
  const int64_t batch = to_layout.batch(), width = from_.hidden_size;
  const int directions = from_.bidirectional ? 2 : 1;
  std::fill_n(d_from, int64_t{from_.layers} * directions * states_of_layer_ * batch * width, 0.0f);
  const std::vector<int64_t> ranks = Ranks(from_layout);
  for (int number = 0; number < static_cast<int>(tape.states.size()); ++number) {
    const auto& [input, output] = tape.states[number];
    const ConstMatrix d_output = {d_to + number * batch * to_.hidden_size, batch, to_.hidden_size};
    ConstMatrix d_input = d_output;
    if (!layers_.empty()) {
      const Matrix d = workspace->Take(batch, from_.output_size());
      layers_[number].Backward(values, input, output, d_output, d, gradients, workspace);
      d_input = d;
    }
    for (int64_t begin = 0; begin < d_input.cols; begin += width) {
      const int64_t state = Counterpart(number) + begin / width * states_of_layer_;
      for (int64_t rank = 0; rank < batch; ++rank) {
        float* sum = d_from + (state * batch + ranks[to_layout.order()[rank]]) * width;
        const float* d = d_input.row(rank) + begin;
        for (int64_t i = 0; i < width; ++i) sum[i] += d[i];
      }
    }
  }
}

}  // namespace elman
