#include "trainer/training_state.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "trainer/comm/agreement.h"

namespace elman {
namespace {

std::string MomentName(size_t i) { return absl::StrCat(std::string(kMomentPrefix), i + 1); }

}  // namespace

std::unique_ptr<GradientExchange> CreateExchange(Communicator* communicator, const Model& model,
                                                 const Optimizer& optimizer,
                                                 const TrainingConfig& config) {
  const bool sparse = optimizer.LeavesUntouched(config.optimizer().weight_decay());
  const bool rounds = config.exchange().wire_format() == ExchangeSpec::BF16;
  return std::make_unique<GradientExchange>(
      communicator, model.parameters().DenseBlocks(), config.lanes(),
      sparse ? GradientExchange::Updates::kTouched : GradientExchange::Updates::kAll,
      rounds ? WireFormat::kBf16 : WireFormat::kFloat32);
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
                       exchange_->own_values().subspan(first - slice.begin, count),
                       gradients.subspan(first - slice.begin, count), moments_in_hand_);
    };
    if (parameter.sparse && exchange_->updates() == GradientExchange::Updates::kTouched) {
      exchange_->touched().ForEachRun(begin, end, update);
    } else {
      update(begin, end - begin);
    }
  }
}

// The parts of flat arrays that ranks keep by slices, moments first, in the same order on every
// rank.
std::vector<GradientExchange::KeptPart> TrainingState::SlicedParts() {
  std::vector<GradientExchange::KeptPart> parts;
  for (size_t i = 0; i < moments_.size(); ++i) {
    for (int rank = 0; rank < communicator_->size(); ++rank)
      parts.push_back({MomentName(i), rank, exchange_->SliceOf(rank), moments_[i].data()});
  }
  const auto kept = exchange_->KeptParts();
  parts.insert(parts.end(), kept.begin(), kept.end());
  return parts;
}

std::vector<std::string> TrainingState::SlicedArrays() {
  std::vector<std::string> names;
  for (const GradientExchange::KeptPart& part : SlicedParts()) {
    if (std::ranges::find(names, part.array) == names.end()) names.push_back(part.array);
  }
  return names;
}

// What the run keeps for the exchange but the checkpoint, of a run with other nodes or another wire
// format, does not have, begins anew; exact values that this run has no use for become the values.
void TrainingState::PrepareKept(Checkpoint* checkpoint) {
  const std::vector<GradientExchange::KeptPart> kept = exchange_->KeptParts();
  std::vector<float>& values = *checkpoint->Find(kValuesArray);
  const std::vector<float>* exact = checkpoint->Find(kExactValues);
  if (kept.empty() && exact != nullptr && exact->size() == values.size()) values = *exact;
  for (const GradientExchange::KeptPart& part : kept) {
    if (checkpoint->Find(part.array) != nullptr) continue;
    std::vector<float> begin(model_->parameters().size());
    if (part.array == kExactValues) begin = *checkpoint->Find(kValuesArray);
    checkpoint->arrays.push_back({part.array, std::move(begin)});
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

  for (const GradientExchange::KeptPart& part : SlicedParts()) {
    float* root = me == 0 ? checkpoint->Find(part.array)->data() + part.slice.begin : nullptr;
    add(part.rank, root, part.data, part.slice.size());
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
    const int64_t size = model_->parameters().size();
    const int total_rows = source_->end_row(source_->lanes() - 1);
    size_t next = 0;
    const auto array = [&](std::string_view name, int64_t elements) {
      if (next == checkpoint->arrays.size()) checkpoint->arrays.emplace_back();
      NamedArray& named = checkpoint->arrays[next++];
      named.name = std::string(name);
      named.elements.resize(elements);
    };
    array(kValuesArray, size);
    std::ranges::copy(exchange_->values(), checkpoint->arrays[0].elements.begin());
    for (const std::string& name : SlicedArrays()) array(name, size);
    array(kCarryArray, model_->carry_size(total_rows));
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
    if (fits.ok()) PrepareKept(checkpoint);
    for (const std::string& name : SlicedArrays()) expect(name, model_->parameters().size());
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
