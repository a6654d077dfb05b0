#include "trainer/state/training_state.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "trainer/comm/agreement.h"
#include "trainer/network/math/sums.h"
#include "trainer/record/checkpoint/finite_check.h"

namespace elman {
namespace {

std::string MomentName(size_t i) { return absl::StrCat(std::string(kMomentPrefix), i + 1); }

std::string OfSnapshot(std::string_view array) {
  return std::string(kSnapshotPrefix) + std::string(array);
}

bool HasSnapshot(const CheckpointHeader& header) {
  return std::ranges::find(header.arrays(), OfSnapshot(kValuesArray), &ArrayEntry::name) !=
         header.arrays().end();
}

// Returns the names of the arrays that the parts belong to, without repetitions.
std::vector<std::string> ArraysOf(const std::vector<GradientExchange::KeptPart>& parts) {
  std::vector<std::string> names;
  for (const GradientExchange::KeptPart& part : parts) {
    if (std::ranges::find(names, part.array) == names.end()) names.push_back(part.array);
  }
  return names;
}

// Returns, for every kSumBlock elements of the flat arrays, the fraction of the rows of sparse
// parameters that a step is expected to touch.
std::vector<double> ExpectedUse(const Model& model, double tokens) {
  const ParameterTable& table = model.parameters();
  std::vector<double> touched((table.size() + kSumBlock - 1) / kSumBlock, 0.0), sparse = touched;
  for (const Parameter& parameter : table.parameters()) {
    if (!parameter.sparse) continue;
    for (int64_t row = 0; row < parameter.rows; ++row) {
      // A row in two blocks is counted in the first one.
      const int64_t block = (parameter.offset + row * parameter.cols) / kSumBlock;
      touched[block] += model.ExpectedUse(parameter, row, tokens);
      ++sparse[block];
    }
  }
  for (size_t i = 0; i < touched.size(); ++i) touched[i] /= std::max(1.0, sparse[i]);
  return touched;
}

}  // namespace

ExchangePlan PlanExchange(Communicator* communicator, const Model& model,
                          const Optimizer& optimizer, const TrainingConfig& config) {
  const bool sparse = optimizer.LeavesUntouched(config.optimizer().weight_decay());
  const double tokens = 1.0 * config.batch_size() * config.sequence_length();
  const bool rounds = config.exchange().wire_format() == ExchangeSpec::BF16;
  const SumTree tree(config.lanes(), std::max(1, config.exchange().lane_group()));
  return ExchangePlan(
      Topology(communicator->NodeOfRank(), tree), model.parameters().DenseBlocks(),
      {.updates = sparse ? ExchangePlan::Updates::kTouched : ExchangePlan::Updates::kAll,
       .format = rounds ? WireFormat::kBf16 : WireFormat::kFloat32,
       .expected_use = ExpectedUse(model, tokens),
       .rounding_seed = config.seed()});
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
  before_step_.emplace(std::vector<std::span<float>>(carries_.begin(), carries_.end()));
  own_ = OwnArrays();
  finite_.resize(communicator->size());
}

absl::Status TrainingState::Initialize(uint64_t seed,
                                       const std::function<absl::Status(float*)>& change) {
  absl::Status status;
  if (communicator_->rank() == 0) {
    model_->parameters().Initialize(seed, values());
    if (change) status = change(values());
  }
  RETURN_IF_ERROR(AgreeWithRoot(communicator_, status));
  exchange_->BroadcastValues();
  return absl::OkStatus();
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

// Returns the parts of flat arrays, other than the values, that ranks keep by slices; moments
// first, in the same order on every rank.
std::vector<GradientExchange::KeptPart> TrainingState::LiveParts() {
  std::vector<KeptPart> parts;
  for (size_t i = 0; i < moments_.size(); ++i) {
    for (int rank = 0; rank < communicator_->size(); ++rank)
      parts.push_back({MomentName(i), rank, exchange_->SliceOf(rank), moments_[i].data()});
  }
  const auto kept = exchange_->KeptParts();
  parts.insert(parts.end(), kept.begin(), kept.end());
  return parts;
}

// Returns the arrays of this rank: its slice of the values, its live parts in order, its carried
// states.
std::vector<std::span<float>> TrainingState::OwnArrays() {
  const GradientExchange::Slice slice = exchange_->slice();
  std::vector<std::span<float>> arrays = {exchange_->values().subspan(slice.begin, slice.size())};
  for (const KeptPart& part : LiveParts()) {
    if (part.rank == communicator_->rank()) arrays.emplace_back(part.data, part.slice.size());
  }
  arrays.insert(arrays.end(), carries_.begin(), carries_.end());
  return arrays;
}

absl::Status TrainingState::CheckFinite() {
  const uint8_t finite = std::ranges::all_of(
      own_, [](std::span<const float> array) { return CountNotFinite(array) == 0; });
  communicator_->AllGather(std::as_bytes(std::span(&finite, 1)),
                           std::as_writable_bytes(std::span(finite_)));
  if (std::ranges::all_of(finite_, [](uint8_t each) { return each != 0; })) return absl::OkStatus();
  return Agree(communicator_, DescribeNotFinite());
}

// Describes non-finite elements of this rank's arrays, which are in the order of OwnArrays.
absl::Status TrainingState::DescribeNotFinite() {
  CheckpointHeader header;
  DescribeParameters(model_->parameters(), &header);
  size_t own = 0;
  const auto describe = [&](std::string_view array, int64_t first) {
    const auto found = FindNotFinite(header, array, own_[own++], first);
    return found.empty() ? absl::OkStatus() : absl::OutOfRangeError(ToString(found[0]));
  };
  RETURN_IF_ERROR(describe(kValuesArray, exchange_->slice().begin));
  for (const KeptPart& part : LiveParts()) {
    if (part.rank == communicator_->rank()) RETURN_IF_ERROR(describe(part.array, part.slice.begin));
  }
  while (own < own_.size()) RETURN_IF_ERROR(describe(kCarryArray, 0));
  return absl::OkStatus();
}

void TrainingState::MakeRoomForSnapshot() {
  if (!snapshot_) snapshot_.emplace(OwnArrays());
}

void TrainingState::TakeSnapshot() {
  MakeRoomForSnapshot();
  snapshot_->Take();
}

// The same for the snapshot; the values come first.
std::vector<GradientExchange::KeptPart> TrainingState::SnapshotParts() {
  std::vector<KeptPart> parts;
  for (int rank = 0; rank < communicator_->size(); ++rank)
    parts.push_back({std::string(kValuesArray), rank, exchange_->SliceOf(rank), nullptr});
  const auto live = LiveParts();
  parts.insert(parts.end(), live.begin(), live.end());
  size_t own = 0;
  for (KeptPart& part : parts) {
    part.array = OfSnapshot(part.array);
    part.data = part.rank == communicator_->rank() ? snapshot_->copy(own++).data() : nullptr;
  }
  return parts;
}

// If the checkpoint lacks exact values, because its run had another wire format, they are the
// values. Exact values that this run does not need replace the values.
void TrainingState::PrepareKept(const std::string& prefix, Checkpoint* checkpoint) {
  const std::vector<KeptPart> kept = exchange_->KeptParts();
  std::vector<float>& values = *checkpoint->Find(prefix + std::string(kValuesArray));
  const std::vector<float>* exact = checkpoint->Find(prefix + kExactValues);
  if (kept.empty() && exact != nullptr && exact->size() == values.size()) values = *exact;
  if (!kept.empty() && exact == nullptr)
    checkpoint->arrays.push_back({prefix + kExactValues, std::vector<float>(values)});
}

// Lists the pieces to transfer between the arrays on rank 0 and on their owners, in the same order
// on every rank.
struct TrainingState::Wire {
  std::vector<Communicator::Piece> at_root;    // on rank 0; peer = the owner
  std::vector<Communicator::Piece> at_owners;  // on the owner; peer = rank 0
};

// Transfers the live arrays, or those of the snapshot.
void TrainingState::Transfer(Checkpoint* checkpoint, bool of_snapshot, bool gather) {
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

  const std::vector<KeptPart> parts = of_snapshot ? SnapshotParts() : LiveParts();
  for (const KeptPart& part : parts) {
    float* root = me == 0 ? checkpoint->Find(part.array)->data() + part.slice.begin : nullptr;
    add(part.rank, root, part.data, part.slice.size());
  }

  const std::string carry_name = of_snapshot ? OfSnapshot(kCarryArray) : std::string(kCarryArray);
  float* root_carry = me == 0 ? checkpoint->Find(carry_name)->data() : nullptr;
  const auto own = [&](const KeptPart& part) { return part.rank == me; };
  const auto carry_of = [&](int lane) {
    const size_t nth = lane - exchange_->lanes().first;
    if (!of_snapshot) return carries_[nth].data();
    return snapshot_->copy(std::ranges::count_if(parts, own) + nth).data();
  };
  const int64_t width = model_->carry_width();
  const int total_rows = source_->end_row(source_->lanes() - 1);
  for (int rank = 0; rank < communicator_->size(); ++rank) {
    const LaneRange lanes = exchange_->topology().lanes(rank);
    for (int lane = lanes.first; lane < lanes.end; ++lane) {
      const int64_t first = source_->first_row(lane), rows = source_->end_row(lane) - first;
      for (int64_t state = 0; state < model_->carry_states(); ++state) {
        add(rank, me == 0 ? root_carry + (state * total_rows + first) * width : nullptr,
            rank == me ? carry_of(lane) + state * rows * width : nullptr, rows * width);
      }
    }
  }
  if (gather) communicator_->Exchange(wire.at_owners, wire.at_root);
  if (!gather) communicator_->Exchange(wire.at_root, wire.at_owners);
}

void TrainingState::Gather(Checkpoint* checkpoint, bool with_snapshot) {
  if (communicator_->rank() == 0) {
    const int64_t size = model_->parameters().size();
    const int64_t carry_size = model_->carry_size(source_->end_row(source_->lanes() - 1));
    size_t next = 0;
    const auto array = [&](std::string_view name, int64_t elements) {
      if (next == checkpoint->arrays.size()) checkpoint->arrays.emplace_back();
      NamedArray& named = checkpoint->arrays[next++];
      named.name = std::string(name);
      named.elements.resize(elements);
    };
    array(kValuesArray, size);
    std::ranges::copy(exchange_->values(), checkpoint->arrays[0].elements.begin());
    for (const std::string& name : ArraysOf(LiveParts())) array(name, size);
    array(kCarryArray, carry_size);
    if (with_snapshot) {
      for (const std::string& name : ArraysOf(SnapshotParts())) array(name, size);
      array(OfSnapshot(kCarryArray), carry_size);
    }
    checkpoint->arrays.resize(next);
  }
  Transfer(checkpoint, /*of_snapshot=*/false, /*gather=*/true);
  if (with_snapshot) Transfer(checkpoint, /*of_snapshot=*/true, /*gather=*/true);
}

// The part of rank 0 in Scatter: adds missing arrays if possible, then checks all.
absl::Status TrainingState::CheckFits(bool with_snapshot, Checkpoint* checkpoint) {
  absl::Status fits;
  const auto expect = [&](const std::string& name, int64_t size) {
    const std::vector<float>* array = checkpoint->Find(name);
    if (array != nullptr && static_cast<int64_t>(array->size()) == size) return;
    fits = absl::DataLossError(
        absl::StrCat("the checkpoint's array ", name, " has ", array == nullptr ? 0 : array->size(),
                     " elements where this run has ", size, "; resume from another checkpoint"));
  };
  const int64_t size = model_->parameters().size();
  const int64_t carry_size = model_->carry_size(source_->end_row(source_->lanes() - 1));
  expect(std::string(kValuesArray), size);
  if (fits.ok()) PrepareKept("", checkpoint);
  for (const std::string& name : ArraysOf(LiveParts())) expect(name, size);
  expect(std::string(kCarryArray), carry_size);
  if (with_snapshot) {
    expect(OfSnapshot(kValuesArray), size);
    if (fits.ok()) PrepareKept(std::string(kSnapshotPrefix), checkpoint);
    for (const std::string& name : ArraysOf(SnapshotParts())) expect(name, size);
    expect(OfSnapshot(kCarryArray), carry_size);
  }
  if (fits.ok() && !SameParameters(model_->parameters(), checkpoint->header)) {
    fits = absl::DataLossError(
        "the checkpoint's parameters are not those of this model; resume from another checkpoint");
  }
  return fits;
}

void TrainingState::BeginMissing(Checkpoint* checkpoint) {
  if (communicator_->rank() != 0) return;
  const auto begin = [&](const std::string& name, int64_t size) {
    if (checkpoint->Find(name) == nullptr)
      checkpoint->arrays.push_back({name, std::vector<float>(size)});
  };
  for (size_t i = 0; i < moments_.size(); ++i) begin(MomentName(i), model_->parameters().size());
  begin(std::string(kCarryArray), model_->carry_size(source_->end_row(source_->lanes() - 1)));
}

absl::Status TrainingState::Scatter(Checkpoint* checkpoint) {
  const bool with_snapshot = HasSnapshot(checkpoint->header);
  if (with_snapshot) MakeRoomForSnapshot();
  absl::Status fits;
  if (communicator_->rank() == 0) fits = CheckFits(with_snapshot, checkpoint);
  RETURN_IF_ERROR(AgreeWithRoot(communicator_, fits));
  if (communicator_->rank() == 0) std::ranges::copy(*checkpoint->Find(kValuesArray), values());
  exchange_->BroadcastValues();
  Transfer(checkpoint, /*of_snapshot=*/false, /*gather=*/false);
  if (with_snapshot) Transfer(checkpoint, /*of_snapshot=*/true, /*gather=*/false);
  return absl::OkStatus();
}

}  // namespace elman
