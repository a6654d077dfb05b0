#include "trainer/exchange/gradient_exchange.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "trainer/exchange/bf16.h"
#include "trainer/network/math/check.h"
#include "trainer/network/math/sums.h"

namespace elman {
namespace {

static_assert(kSumBlock % kBlock == 0 && kBlock % SquareSum::kChains == 0);

// Error feedback: x becomes the bf16 nearest to x + kept; `kept` becomes the difference.
void RoundWithFeedback(float* x, float* kept, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const float wanted = x[i] + kept[i];
    x[i] = RoundToBf16(wanted);
    const float rest = wanted - x[i];
    kept[i] = std::isfinite(rest) ? rest : 0;  // an overflow must not stay in the residual
  }
}

BlockSet EveryBlock(int64_t size) {
  BlockSet blocks(size);
  blocks.Insert(0, size);
  return blocks;
}

}  // namespace

GradientExchange::GradientExchange(Communicator* communicator, const BlockSet& dense, int lanes,
                                   Updates updates, WireFormat format,
                                   std::span<const double> expected_use)
    : GradientExchange(communicator, ExchangePlan(communicator->NodeOfRank(), dense, lanes, updates,
                                                  format, expected_use)) {}

GradientExchange::GradientExchange(Communicator* communicator, const ExchangePlan& plan)
    : communicator_(communicator),
      plan_(plan),
      size_(plan.size()),
      total_lanes_(plan.lanes()),
      lanes_(LanesOfRank(plan.lanes(), communicator->size(), communicator->rank())),
      updates_(plan.updates()),
      format_(plan.format()),
      dense_(plan.dense()),
      every_block_(EveryBlock(size_)),
      all_touched_(size_),
      messages_(communicator) {
  CHECK_EQ(communicator->size(), plan.ranks());
  PlaceArrays();
  PlaceInputs();
  tree_scratch_.resize(kSumBlock * (TreeDepth({0, total_lanes_}) + 1));
  touched_words_.resize(dense_.words().size() * communicator->size());
  node_touched_.assign(topology_->nodes(), BlockSet(size_));
  node_touched_before_ = node_touched_;
  for (int rank = 0; rank < communicator->size(); ++rank)
    sum_names_.push_back(absl::StrCat("sum of slice ", rank));
  int64_t most_blocks = 0;
  for (int rank = 0; rank < communicator->size(); ++rank)
    most_blocks = std::max(most_blocks, SumBlocks(rank));
  my_squares_.resize(most_blocks);
  all_squares_.resize(most_blocks * communicator->size());
}

std::span<float> GradientExchange::OwnArray(int64_t size) {
  floats_ += size;
  return own_arrays_.emplace_back(size).span();
}

void GradientExchange::PlaceArrays() {
  const int me = communicator_->rank();
  topology_ = std::make_unique<Topology>(plan_.topology());
  const auto subtrees = static_cast<int64_t>(topology_->rank_subtrees(me).size());
  const bool first_of_node = topology_->ranks(topology_->node(me)).front() == me;
  shared_partials_ = communicator_->Share(subtrees * size_);
  if (shared_partials_) shared_values_ = communicator_->Share(first_of_node ? size_ : 0);
  if (!shared_values_) {
    shared_partials_.reset();
    std::vector<int> node_of_rank(communicator_->size());
    std::iota(node_of_rank.begin(), node_of_rank.end(), 0);
    topology_ = std::make_unique<Topology>(node_of_rank, total_lanes_);
  } else {
    floats_ += subtrees * size_ + (first_of_node ? size_ : 0);
  }

  const int first = topology_->ranks(topology_->node(me)).front();
  values_ = shared_values_ ? shared_values_->of(first) : OwnArray(size_);
  for (int64_t i = 0; i < subtrees; ++i) {
    partials_.emplace_back(
        shared_partials_ ? shared_partials_->of(me).subspan(i * size_, size_) : OwnArray(size_),
        &dense_);
  }
  int depth = 0;
  for (const LaneRange& subtree : topology_->rank_subtrees(me))
    depth = std::max(depth, TreeDepth(subtree));
  for (int i = 0; i < depth; ++i) scratch_.emplace_back(OwnArray(size_), &dense_);
}

void GradientExchange::Inputs::Add(LaneRange node, ArrayPart part) {
  nodes.push_back(node);
  parts.push_back(part);
}

const ArrayPart* GradientExchange::Inputs::Find(LaneRange node) const {
  const auto found = std::ranges::find(nodes, node);
  return found == nodes.end() ? nullptr : &parts[found - nodes.begin()];
}

void GradientExchange::PlaceInputs() {
  const int me = communicator_->rank(), my_node = topology_->node(me);
  for (const int rank : topology_->ranks(my_node)) {
    for (size_t i = 0; i < topology_->rank_subtrees(rank).size(); ++i) {
      float* const partial =
          shared_partials_ ? shared_partials_->of(rank).data() + i * size_ : partials_[i].data();
      node_inputs_.Add(topology_->rank_subtrees(rank)[i], {partial, 0});
    }
  }
  inputs_ = node_inputs_;
  for (int node = 0; node < topology_->nodes(); ++node) {
    if (node == my_node) continue;
    for (const LaneRange& subtree : topology_->node_subtrees(node)) {
      const ArrayPart part{OwnArray(slice().size()).data(), slice().begin};
      inputs_.Add(subtree, part);
      remote_sums_.push_back({node, part});
    }
  }
  const auto own_part = [this](Slice slice) {
    return ArrayPart{OwnArray(slice.size()).data(), slice.begin};
  };
  ForEachCourierSlice([&](int owner, Slice slice) {
    for (const LaneRange& subtree : topology_->node_subtrees(my_node)) {
      const ArrayPart* partial = node_inputs_.Find(subtree);
      const bool computed = partial == nullptr || Rounds();
      courier_sums_.push_back({owner, subtree, computed ? own_part(slice) : *partial, computed,
                               Rounds() ? own_part(slice) : ArrayPart{}});
    }
    if (Rounds()) changes_.push_back(own_part(slice));
  });
  if (Rounds()) {
    floats_ += slice().size();
    exact_values_.emplace(slice().size());
    changes_.push_back(own_part(slice()));
  }
}

// Calls visit(owner, slice) for the slices of other nodes' owners that this rank is the courier of.
template <typename Visit>
void GradientExchange::ForEachCourierSlice(const Visit& visit) const {
  const int me = communicator_->rank(), my_node = topology_->node(me);
  for (int owner = 0; owner < communicator_->size(); ++owner) {
    if (topology_->node(owner) != my_node && topology_->Courier(owner, my_node) == me)
      visit(owner, SliceOf(owner));
  }
}

void GradientExchange::ComputeLanes(ComputeLane compute) {
  const auto& subtrees = topology_->rank_subtrees(communicator_->rank());
  for (size_t i = 0; i < subtrees.size(); ++i) ComputeNode(subtrees[i], 0, &partials_[i], compute);
}

void GradientExchange::ComputeNode(LaneRange node, int depth, GradientArray* sum,
                                   ComputeLane compute) {
  if (node.count() == 1) {
    sum->Clear();
    compute(node.first, sum);
    return;
  }
  const int split = TreeSplit(node);
  GradientArray& right = scratch_[depth];
  ComputeNode({node.first, split}, depth + 1, sum, compute);
  ComputeNode({split, node.end}, depth + 1, &right, compute);
  sum->Add(right);
}

void GradientExchange::Reduce() {
  GatherTouched();
  NodeFence();
  if (topology_->nodes() > 1) ExchangeSums();

  const TimedSpan span(clock_, sum_names_[communicator_->rank()].c_str());
  GradientArray& sum = partials_[0];
  const bool adds = inputs_.nodes.size() > 1;  // otherwise the partial sum is the sum
  const Slice mine = slice();
  std::ranges::fill(my_squares_, 0.0);
  for (int64_t begin = mine.begin; begin < mine.end; begin += kSumBlock) {
    const Slice block = {begin, std::min(mine.end, begin + kSumBlock)};
    if (adds) Sum(inputs_, {0, total_lanes_}, all_touched_, block, {sum.data(), 0});
    SquareSum squares;  // computed here, while the sums are in the cache
    all_touched_.ForEachRun(block.begin, block.end, [&](int64_t first, int64_t count) {
      squares.Add({sum.data() + first, static_cast<size_t>(count)});
    });
    my_squares_[(begin - mine.begin) / kSumBlock] = squares.Total();
  }
  if (adds) sum.mutable_touched()->Insert(all_touched_);
}

void GradientExchange::GatherTouched() {
  all_touched_ = partials_[0].touched();
  for (const GradientArray& partial : partials_) all_touched_.Insert(partial.touched());
  if (communicator_->size() == 1) return;
  std::swap(node_touched_, node_touched_before_);
  for (BlockSet& touched : node_touched_) touched = dense_;
  if (dense_ == every_block_) return;

  const TimedSpan span(clock_, "touched blocks of all ranks");
  communicator_->AllGather(std::as_bytes(all_touched_.words()),
                           std::as_writable_bytes(std::span(touched_words_)));
  const size_t words = all_touched_.words().size();
  for (int rank = 0; rank < communicator_->size(); ++rank) {
    const std::span<uint64_t> of_node = node_touched_[topology_->node(rank)].words();
    for (size_t i = 0; i < words; ++i) of_node[i] |= touched_words_[rank * words + i];
  }
  for (const BlockSet& touched : node_touched_) all_touched_.Insert(touched);
}

// Couriers send the sums of their node to the owners of slices on other nodes.
void GradientExchange::ExchangeSums() {
  const int me = communicator_->rank();
  const BlockSet& ours = node_touched_[topology_->node(me)];
  for (const CourierSum& sum : courier_sums_) {
    const Slice slice = SliceOf(sum.owner);
    const TimedSpan span(clock_, sum_names_[sum.owner].c_str());
    if (sum.computed) Sum(node_inputs_, sum.subtree, ours, slice, sum.part);
    if (Rounds()) {
      ours.ForEachRun(slice.begin, slice.end, [&](int64_t first, int64_t count) {
        RoundWithFeedback(sum.part.at(first), sum.residual.at(first), count);
      });
    }
    messages_.Send(sum.owner, sum.part, ours, slice.begin, slice.end);
  }
  const Slice mine = slice();
  for (const RemoteSum& sum : remote_sums_) {
    // Blocks that are not received this time must be zero.
    node_touched_before_[sum.node].ForEachRun(
        mine.begin, mine.end,
        [&](int64_t first, int64_t count) { std::fill_n(sum.part.at(first), count, 0.0f); });
    messages_.Receive(topology_->Courier(me, sum.node), sum.part, node_touched_[sum.node],
                      mine.begin, mine.end);
  }
  const TimedSpan span(clock_, "gradients between nodes");
  messages_.Run(format_);
}

// Computes the sum of the tree under `node` on the blocks of a slice.
void GradientExchange::Sum(const Inputs& inputs, LaneRange node, const BlockSet& blocks,
                           Slice slice, ArrayPart sum) {
  blocks.ForEachRun(slice.begin, slice.end, [&](int64_t run, int64_t run_count) {
    for (int64_t first = run; first < run + run_count; first += kSumBlock) {
      const int64_t count = std::min(kSumBlock, run + run_count - first);
      std::copy_n(SumTree(inputs, node, first, count, tree_scratch_.data()), count, sum.at(first));
    }
  });
}

// Returns the sum on elements [first, first + count) of the array: a pointer into an input if the
// input is that sum, otherwise computed in the first block of `scratch`, which has one block per
// level of the tree.
const float* GradientExchange::SumTree(const Inputs& inputs, LaneRange node, int64_t first,
                                       int64_t count, float* scratch) const {
  if (const ArrayPart* input = inputs.Find(node)) return input->at(first);
  const int split = TreeSplit(node);
  const float* left = SumTree(inputs, {node.first, split}, first, count, scratch);
  const float* right = SumTree(inputs, {split, node.end}, first, count, scratch + kSumBlock);
  for (int64_t i = 0; i < count; ++i) scratch[i] = left[i] + right[i];
  return scratch;
}

std::span<const float> GradientExchange::SummedGradients() const {
  return {partials_[0].data() + slice().begin, static_cast<size_t>(slice().size())};
}

int64_t GradientExchange::SumBlocks(int rank) const {
  return (SliceOf(rank).size() + kSumBlock - 1) / kSumBlock;
}

double GradientExchange::SumOfSquares() {
  const TimedSpan span(clock_, "gradient norm");
  communicator_->AllGather(std::as_bytes(std::span(my_squares_)),
                           std::as_writable_bytes(std::span(all_squares_)));
  squares_.clear();
  for (int rank = 0; rank < communicator_->size(); ++rank) {
    const auto theirs = all_squares_.begin() + rank * static_cast<int64_t>(my_squares_.size());
    squares_.insert(squares_.end(), theirs, theirs + SumBlocks(rank));
  }
  return TreeSum(squares_);
}

std::span<float> GradientExchange::own_values() {
  if (exact_values_) return exact_values_->span();
  return values_.subspan(slice().begin, slice().size());
}

void GradientExchange::ShareValues() {
  const BlockSet& changed = updates_ == Updates::kAll ? every_block_ : all_touched_;
  if (Rounds()) {
    ExchangeRoundedValues(changed);
  } else if (topology_->nodes() > 1) {
    ExchangeValues(changed);
  }
  NodeFence();
}

void GradientExchange::ShareRestoredValues() {
  if (topology_->nodes() > 1) ExchangeValues(every_block_);
  NodeFence();
}

void GradientExchange::ExchangeValues(const BlockSet& changed) {
  const TimedSpan span(clock_, "values between nodes");
  const int me = communicator_->rank();
  for (int node = 0; node < topology_->nodes(); ++node) {
    if (node == topology_->node(me)) continue;
    messages_.Send(topology_->Courier(me, node), {values_.data(), 0}, changed, slice().begin,
                   slice().end);
  }
  ForEachCourierSlice([&](int owner, Slice slice) {
    messages_.Receive(owner, {values_.data(), 0}, changed, slice.begin, slice.end);
  });
  messages_.Run(WireFormat::kFloat32);
}

// The owner of a slice and its couriers add the same rounded changes to the same values.
void GradientExchange::ExchangeRoundedValues(const BlockSet& changed) {
  const TimedSpan span(clock_, "values between nodes");
  const int me = communicator_->rank();
  const ArrayPart mine = changes_.back();
  const ArrayPart exact{exact_values_->data(), slice().begin};
  changed.ForEachRun(slice().begin, slice().end, [&](int64_t first, int64_t count) {
    for (int64_t i = first; i < first + count; ++i)
      *mine.at(i) = RoundToBf16(*exact.at(i) - values_[i]);
  });
  for (int node = 0; node < topology_->nodes(); ++node) {
    if (node == topology_->node(me)) continue;
    messages_.Send(topology_->Courier(me, node), mine, changed, slice().begin, slice().end);
  }
  size_t next = 0;
  ForEachCourierSlice([&](int owner, Slice slice) {
    messages_.Receive(owner, changes_[next++], changed, slice.begin, slice.end);
  });
  messages_.Run(format_);

  const auto add = [&](ArrayPart changes, Slice slice) {
    changed.ForEachRun(slice.begin, slice.end, [&](int64_t first, int64_t count) {
      for (int64_t i = first; i < first + count; ++i) values_[i] += *changes.at(i);
    });
  };
  add(mine, slice());
  next = 0;
  ForEachCourierSlice([&](int, Slice slice) { add(changes_[next++], slice); });
}

void GradientExchange::BroadcastValues() {
  const int me = communicator_->rank(), my_node = topology_->node(me);
  for (int node = 1; me == 0 && node < topology_->nodes(); ++node)
    messages_.Send(topology_->ranks(node).front(), {values_.data(), 0}, every_block_, 0, size_);
  if (my_node != 0 && topology_->ranks(my_node).front() == me)
    messages_.Receive(0, {values_.data(), 0}, every_block_, 0, size_);
  messages_.Run(WireFormat::kFloat32);
  NodeFence();
  if (exact_values_)
    std::ranges::copy(values_.subspan(slice().begin, slice().size()), own_values().begin());
  for (const CourierSum& sum : courier_sums_) {
    if (Rounds()) std::fill_n(sum.residual.data, SliceOf(sum.owner).size(), 0.0f);
  }
}

std::vector<GradientExchange::KeptPart> GradientExchange::KeptParts() {
  std::vector<KeptPart> parts;
  if (!Rounds()) return parts;
  const int me = communicator_->rank();
  for (int rank = 0; rank < communicator_->size(); ++rank) {
    parts.push_back(
        {kExactValues, rank, SliceOf(rank), rank == me ? exact_values_->data() : nullptr});
  }
  auto mine = courier_sums_.begin();
  for (int node = 0; node < topology_->nodes(); ++node) {
    for (int owner = 0; owner < communicator_->size(); ++owner) {
      if (topology_->node(owner) == node) continue;
      const int courier = topology_->Courier(owner, node);
      for (const LaneRange& lanes : topology_->node_subtrees(node)) {
        // A rank is a courier on its own node only, where it lists the owners in the same order.
        float* const data = courier == me ? (mine++)->residual.data : nullptr;
        parts.push_back({absl::StrCat("residual", lanes.first, "-", lanes.end - 1), courier,
                         SliceOf(owner), data, /*changed_by_reduce=*/true});
      }
    }
  }
  return parts;
}

void GradientExchange::NodeFence() {
  if (!shares_memory()) return;
  const TimedSpan span(clock_, "wait for the node");
  shared_values_->Fence();
}

}  // namespace elman
