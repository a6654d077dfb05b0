#include "trainer/training_state.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "trainer/comm/agreement.h"

namespace elman {
namespace {

std::string MomentName(size_t i) { return absl::StrCat(std::string(kMomentPrefix), i + 1); }

}  // namespace

GradientExchange::Updates UpdatesOf(const Optimizer& optimizer, const OptimizerSpec& spec) {
  return optimizer.LeavesUntouched(spec.weight_decay()) ? GradientExchange::Updates::kTouched
                                                        : GradientExchange::Updates::kAll;
}

TrainingState::TrainingState(Communicator* communicator, const Model* model,
                             GradientExchange* exchange, const Optimizer* optimizer,
                             const BatchSource* source)
    : communicator_(communicator), model_(model), exchange_(exchange), source_(source) {
  for (int i = 0; i < optimizer->moments(); ++i) moments_.emplace_back(exchange->slice().size());
  moments_in_hand_.resize(moments_.size());
  for (int lane = exchange->lanes().first; lane < exchange->lanes().end; ++lane) {
    carries_.emplace_back(model->carry_size(source->end_row(lane) - source->first_row(lane)));
  }
}

void TrainingState::Initialize(uint64_t seed) {
  if (communicator_->rank() == 0) model_->parameters().Initialize(seed, values());
  exchange_->BroadcastValues();
}

float* TrainingState::carry(int lane) { return carries_[lane - exchange_->lanes().first].data(); }

void TrainingState::UpdateSlice(const Optimizer& optimizer, const OptimizerStep& step,
                                float weight_decay) {
  const GradientExchange::Slice slice = exchange_->slice();
  const std::span<const float> gradients = exchange_->SummedGradients();
  for (const Parameter& parameter : model_->parameters().parameters()) {
    const int64_t begin = std::max(parameter.offset, slice.begin);
    const int64_t end = std::min(parameter.offset + parameter.size(), slice.end);
    if (begin >= end) continue;
    const auto update = [&](int64_t first, int64_t count) {
      for (size_t i = 0; i < moments_.size(); ++i)
        moments_in_hand_[i] = moments_[i].data() + (first - slice.begin);
      optimizer.Update(step, parameter.decay ? weight_decay : 0,
                       exchange_->values().subspan(first, count),
                       gradients.subspan(first - slice.begin, count), moments_in_hand_);
    };
    if (parameter.sparse && exchange_->updates() == GradientExchange::Updates::kTouched) {
      exchange_->touched().ForEachRun(begin, end, update);
    } else {
      update(begin, end - begin);
    }
  }
}

// Lists the pieces that travel between rank 0's arrays and where they belong, in the same order on
// every rank.
struct TrainingState::Wire {
  std::vector<Communicator::Piece> at_root;    // rank 0's side, peer = the owner
  std::vector<Communicator::Piece> at_owners;  // the owner's side, peer = rank 0
};

void TrainingState::Transfer(Checkpoint* checkpoint, bool gather) {
  const int me = communicator_->rank();
  Wire wire;
  const auto add = [&](int owner, float* root, float* mine, int64_t size) {
    if (owner == 0 && me == 0) {
      if (gather) std::copy_n(mine, size, root);
      if (!gather) std::copy_n(root, size, mine);
    } else if (me == 0) {
      wire.at_root.push_back({owner, {root, static_cast<size_t>(size)}});
    } else if (me == owner) {
      wire.at_owners.push_back({0, {mine, static_cast<size_t>(size)}});
    }
  };

  for (size_t i = 0; i < moments_.size(); ++i) {
    float* root = me == 0 ? checkpoint->Find(MomentName(i))->data() : nullptr;
    for (int rank = 0; rank < communicator_->size(); ++rank) {
      const GradientExchange::Slice slice = exchange_->SliceOf(rank);
      add(rank, me == 0 ? root + slice.begin : nullptr, moments_[i].data(), slice.size());
    }
  }

  float* root_carry = me == 0 ? checkpoint->Find(kCarryArray)->data() : nullptr;
  const int64_t width = model_->carry_width();
  const int total_rows = source_->end_row(source_->lanes() - 1);
  for (int rank = 0; rank < communicator_->size(); ++rank) {
    const LaneRange lanes = LanesOfRank(source_->lanes(), communicator_->size(), rank);
    for (int lane = lanes.first; lane < lanes.end; ++lane) {
      const int64_t first = source_->first_row(lane), rows = source_->end_row(lane) - first;
      for (int64_t state = 0; state < model_->carry_states(); ++state) {
        add(rank, me == 0 ? root_carry + (state * total_rows + first) * width : nullptr,
            rank == me ? carry(lane) + state * rows * width : nullptr, rows * width);
      }
    }
  }
  if (gather) communicator_->Exchange(wire.at_owners, wire.at_root);
  if (!gather) communicator_->Exchange(wire.at_root, wire.at_owners);
}

void TrainingState::Gather(Checkpoint* checkpoint) {
  if (communicator_->rank() == 0) {
    std::vector<NamedArray>& arrays = checkpoint->arrays;
    arrays.resize(moments_.size() + 2);
    const std::span<const float> values = exchange_->values();
    arrays.front().name = std::string(kValuesArray);
    arrays.front().elements.assign(values.begin(), values.end());
    for (size_t i = 0; i < moments_.size(); ++i) {
      arrays[i + 1].name = MomentName(i);
      arrays[i + 1].elements.resize(model_->parameters().size());
    }
    const int total_rows = source_->end_row(source_->lanes() - 1);
    arrays.back().name = std::string(kCarryArray);
    arrays.back().elements.resize(model_->carry_size(total_rows));
  }
  Transfer(checkpoint, /*gather=*/true);
}

absl::Status TrainingState::Scatter(Checkpoint* checkpoint) {
  absl::Status fits;
  if (communicator_->rank() == 0) {
    const auto expect = [&](std::string_view name, int64_t size) {
      const std::vector<float>* array = checkpoint->Find(name);
      if (array != nullptr && static_cast<int64_t>(array->size()) == size) return;
      fits = absl::DataLossError(absl::StrCat("the checkpoint's array ", std::string(name), " has ",
                                              array == nullptr ? 0 : array->size(),
                                              " elements where this run has ", size,
                                              "; resume from another checkpoint"));
    };
    expect(kValuesArray, model_->parameters().size());
    for (size_t i = 0; i < moments_.size(); ++i) expect(MomentName(i), model_->parameters().size());
    expect(kCarryArray, model_->carry_size(source_->end_row(source_->lanes() - 1)));
    if (fits.ok() && !SameParameters(model_->parameters(), checkpoint->header)) {
      fits = absl::DataLossError(
          "the checkpoint's parameters are not those of this model; resume from another "
          "checkpoint");
    }
  }
  if (const absl::Status verdict = AgreeWithRoot(communicator_, fits); !verdict.ok())
    return verdict;
  if (communicator_->rank() == 0) std::ranges::copy(*checkpoint->Find(kValuesArray), values());
  exchange_->BroadcastValues();
  Transfer(checkpoint, /*gather=*/false);
  return absl::OkStatus();
}

}  // namespace elman
