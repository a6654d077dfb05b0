#include "trainer/exchange/gradient_exchange.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "trainer/exchange/bf16.h"
#include "trainer/exchange/direct_exchange.h"
#include "trainer/exchange/halving_exchange.h"
#include "trainer/network/math/check.h"
#include "trainer/network/math/sums.h"

namespace elman {
namespace {

static_assert(kSumBlock % kBlock == 0 && kBlock % SquareSum::kChains == 0);

BlockSet EveryBlock(int64_t size) {
  BlockSet blocks(size);
  blocks.Insert(0, size);
  return blocks;
}

}  // namespace

GradientExchange::GradientExchange(Communicator* communicator, const ExchangePlan& plan)
    : communicator_(communicator),
      plan_(plan),
      size_(plan.size()),
      dense_(plan.dense()),
      every_block_(EveryBlock(size_)),
      touched_(size_) {
  CHECK_EQ(communicator->size(), plan.ranks());
  PlaceArrays();
  PlaceTouched();
  const int me = communicator->rank();
  sum_name_ = absl::StrCat("sum of slice ", me);
  const ArrayPart own_sum = {partials_[0].data(), 0};
  if (topology().nodes() == 1) {
    sum_on_node_.emplace(&*plan_, node_sums_.nodes(), plan_->lane_tree().root());
  } else {
    const NodeExchangeContext context = {communicator, &*plan_, &node_sums_, own_sum};
    if (plan_->route() == ExchangePlan::Route::kDirect) {
      node_exchange_ = std::make_unique<DirectExchange>(context);
      floats_ += DirectExchange::Floats(*plan_, me);
    } else {
      node_exchange_ = std::make_unique<HalvingExchange>(context);
      floats_ += HalvingExchange::Floats(*plan_, me);
    }
  }
  sum_ = own_sum;
  ForEachColumn([&](int) { value_columns_.push_back({values_.data(), 0}); });
  if (Rounds()) {
    floats_ += slice().size();
    exact_values_.emplace(slice().size());
    ForEachColumn([&](int column) {
      const ArrayRange range = plan_->Column(column);
      changes_.push_back({OwnArray(range.size()).data(), range.begin});
    });
  }
  squares_.resize(plan_->SumBlocksOf(me).count());
  // The nodes of neighboring parts are far apart (see ExchangePlan).
  sum_of_squares_.emplace(
      communicator, topology(),
      ReductionPlan::Options{.tree = SumTree(std::max(1, plan_->sum_blocks())),
                             .items_of_rank = [this](int rank) { return plan_->SumBlocksOf(rank); },
                             .order = ReductionPlan::Order::kFarthestFirst,
                             .leader = ReductionPlan::Leader::kLast});
}

int64_t GradientExchange::GradientFloats(const ExchangePlan& plan, int rank) {
  const Topology& topology = plan.topology();
  const auto& subtrees = topology.rank_subtrees(rank);
  int depth = 0;
  for (const LaneRange& subtree : subtrees)
    depth = std::max(depth, plan.lane_tree().Depth(subtree));
  int64_t floats = (std::ssize(subtrees) + depth) * plan.size();
  if (plan.route() == ExchangePlan::Route::kDirect) floats += DirectExchange::Floats(plan, rank);
  if (plan.route() == ExchangePlan::Route::kHalving) floats += HalvingExchange::Floats(plan, rank);
  if (plan.format() == WireFormat::kFloat32) return floats;
  // The exact values of the slice, and the rounded changes of the columns.
  floats += plan.SliceOf(rank).size();
  for (int column = 0; column < topology.columns(); ++column) {
    if (topology.Courier(column, topology.node(rank)) == rank) floats += plan.Column(column).size();
  }
  return floats;
}

std::span<float> GradientExchange::OwnArray(int64_t size) {
  floats_ += size;
  return own_arrays_.emplace_back(size).span();
}

void GradientExchange::PlaceArrays() {
  const int me = communicator_->rank();
  const auto subtrees = static_cast<int64_t>(topology().rank_subtrees(me).size());
  const bool first_of_node = topology().ranks(topology().node(me)).front() == me;
  shared_partials_ = communicator_->Share(subtrees * size_);
  if (shared_partials_) shared_values_ = communicator_->Share(first_of_node ? size_ : 0);
  const int64_t touched = dense_ == every_block_ ? 0 : std::ssize(dense_.words());
  if (shared_values_) shared_touched_ = communicator_->Share(2 * touched);
  if (!shared_touched_) {
    shared_partials_.reset();
    shared_values_.reset();
    plan_.emplace(plan_->WithoutSharedMemory());
  } else {
    floats_ += subtrees * size_ + (first_of_node ? size_ : 0);
  }

  // The lanes of a rank may be others without shared memory.
  const std::vector<LaneRange>& own_subtrees = topology().rank_subtrees(me);
  const int first = topology().ranks(topology().node(me)).front();
  values_ = shared_values_ ? shared_values_->of(first) : OwnArray(size_);
  for (int64_t i = 0; i < std::ssize(own_subtrees); ++i) {
    partials_.emplace_back(
        shared_partials_ ? shared_partials_->of(me).subspan(i * size_, size_) : OwnArray(size_),
        &dense_);
  }
  int depth = 0;
  for (const LaneRange& subtree : own_subtrees)
    depth = std::max(depth, plan_->lane_tree().Depth(subtree));
  for (int i = 0; i < depth; ++i) scratch_.emplace_back(OwnArray(size_), &dense_);
  for (const int rank : topology().ranks(topology().node(me))) {
    for (size_t i = 0; i < topology().rank_subtrees(rank).size(); ++i) {
      float* const partial =
          shared_partials_ ? shared_partials_->of(rank).data() + i * size_ : partials_[i].data();
      node_sums_.Add(topology().rank_subtrees(rank)[i], {partial, 0});
    }
  }
}

// If every pass adds to every block, the touched blocks are known.
void GradientExchange::PlaceTouched() {
  if (dense_ == every_block_) return node_sums_.AddTouched(every_block_.words());
  const size_t words = dense_.words().size();
  const auto words_of = [&](int rank) {
    if (!shared_touched_) return std::span(own_touched_);
    return std::span(reinterpret_cast<uint64_t*>(shared_touched_->of(rank).data()), words);
  };
  if (!shared_touched_) own_touched_.resize(words);
  const int me = communicator_->rank();
  for (const int rank : topology().ranks(topology().node(me)))
    node_sums_.AddTouched(words_of(rank));
  published_touched_ = words_of(me);
}

// Calls visit(column) for the columns that this rank handles.
template <typename Visit>
void GradientExchange::ForEachColumn(const Visit& visit) const {
  const int me = communicator_->rank();
  for (int column = 0; column < topology().columns(); ++column) {
    if (topology().Courier(column, topology().node(me)) == me) visit(column);
  }
}

void GradientExchange::ComputeLanes(uint64_t step, ComputeLane compute) {
  step_ = step;
  const auto& subtrees = topology().rank_subtrees(communicator_->rank());
  for (size_t i = 0; i < subtrees.size(); ++i) ComputeNode(subtrees[i], 0, &partials_[i], compute);
}

void GradientExchange::ComputeNode(LaneRange node, int depth, GradientArray* sum,
                                   ComputeLane compute) {
  if (node.count() == 1) {
    sum->Clear();
    compute(node.first, sum);
  } else {
    const int split = plan_->lane_tree().Split(node);
    GradientArray& right = scratch_[depth];
    ComputeNode({node.first, split}, depth + 1, sum, compute);
    ComputeNode({split, node.end}, depth + 1, &right, compute);
    sum->Add(right);
  }
  if (!plan_->IsRounded(node)) return;
  const uint32_t key = RoundingKey(*plan_, step_, node);
  sum->touched().ForEachRun(0, size_, [&](int64_t first, int64_t count) {
    RoundStochastically(key, first, count, sum->data() + first);
  });
}

void GradientExchange::Reduce(uint64_t step) {
  PublishTouched();
  NodeFence();
  if (node_exchange_) {
    sum_ = node_exchange_->Reduce(step, &touched_);
  } else {
    sum_on_node_->BeginStep(step);
    node_sums_.UniteTouched(slice(), &touched_);
  }

  const TimedSpan span(clock_, sum_name_.c_str());
  const bool adds = !node_exchange_ && node_sums_.nodes().size() > 1;
  const Slice mine = slice();
  for (int64_t begin = mine.begin; begin < mine.end; begin += kSumBlock) {
    const int64_t end = std::min(mine.end, begin + kSumBlock);
    SquareSum squares;  // computed here, while the sums are in the cache
    touched_.ForEachRun(begin, end, [&](int64_t first, int64_t count) {
      float* const sum = sum_.at(first);
      if (adds) std::copy_n(sum_on_node_->At(node_sums_.parts(), first, count), count, sum);
      squares.Add({sum, static_cast<size_t>(count)});
    });
    squares_[(begin - mine.begin) / kSumBlock] = {squares.Total()};
  }
  // The partial sum has been overwritten there.
  const auto written = WordsOn(partials_[0].mutable_touched(), mine);
  const auto words = WordsOn(std::as_const(touched_), mine);
  for (size_t i = 0; i < words.size(); ++i) written[i] |= words[i];
}

void GradientExchange::PublishTouched() {
  if (dense_ == every_block_) return;
  std::ranges::copy(partials_[0].touched().words(), published_touched_.begin());
  for (size_t i = 1; i < partials_.size(); ++i) {
    const auto words = partials_[i].touched().words();
    for (size_t w = 0; w < words.size(); ++w) published_touched_[w] |= words[w];
  }
}

std::span<const float> GradientExchange::SummedGradients() const {
  return {sum_.at(slice().begin), static_cast<size_t>(slice().size())};
}

double GradientExchange::SumOfSquares() {
  const TimedSpan span(clock_, "gradient norm");
  return sum_of_squares_->Sum(squares_).sum;
}

std::span<float> GradientExchange::own_values() {
  if (exact_values_) return exact_values_->span();
  return values_.subspan(slice().begin, slice().size());
}

void GradientExchange::ShareValues() {
  if (Rounds()) {
    ShareRoundedValues();
  } else if (node_exchange_) {
    node_exchange_->AllGather(value_columns_, updates() == Updates::kAll, WireFormat::kFloat32,
                              &touched_);
  }
  NodeFence();
}

void GradientExchange::ShareRestoredValues() {
  BlockSet all = every_block_;
  if (node_exchange_)
    node_exchange_->AllGather(value_columns_, /*every_block=*/true, WireFormat::kFloat32, &all);
  NodeFence();
}

// The owner of a slice and the other nodes add the same rounded changes to the same values.
void GradientExchange::ShareRoundedValues() {
  const bool every_block = updates() == Updates::kAll;
  const Slice mine = slice();
  const ArrayPart exact{exact_values_->data(), mine.begin};
  const BlockSet& changed_here = every_block ? every_block_ : touched_;
  changed_here.ForEachRun(mine.begin, mine.end, [&](int64_t first, int64_t count) {
    for (int64_t i = first; i < first + count; ++i)
      *changes_[0].at(i) = RoundToBf16(*exact.at(i) - values_[i]);
  });
  size_t next = 0;
  if (node_exchange_)
    node_exchange_->AllGather(changes_, every_block, WireFormat::kBf16, &touched_);
  ForEachColumn([&](int column) {
    const ArrayRange range = plan_->Column(column);
    const ArrayPart changes = changes_[next++];
    (every_block ? every_block_ : touched_)
        .ForEachRun(range.begin, range.end, [&](int64_t first, int64_t count) {
          for (int64_t i = first; i < first + count; ++i) values_[i] += *changes.at(i);
        });
  });
}

// Sends the values of the first node to the owners of slices.
void GradientExchange::ScatterValues() {
  std::vector<Communicator::Piece> sends, receives;
  const auto values = [&](Slice slice) {
    return values_.subspan(slice.begin, static_cast<size_t>(slice.size()));
  };
  const int me = communicator_->rank();
  if (topology().node(me) != 0)
    receives.emplace_back(topology().Courier(topology().place(me), 0), values(slice()));
  if (topology().node(me) == 0) {
    ForEachColumn([&](int column) {
      for (int node = 1; node < topology().nodes(); ++node) {
        const int owner = topology().Owner(column, node);
        if (owner >= 0) sends.emplace_back(owner, values(SliceOf(owner)));
      }
    });
  }
  communicator_->Exchange(sends, receives);
}

void GradientExchange::BroadcastValues() {
  NodeFence();
  if (node_exchange_) ScatterValues();
  ShareRestoredValues();
  if (exact_values_)
    std::ranges::copy(values_.subspan(slice().begin, slice().size()), own_values().begin());
}

std::vector<GradientExchange::KeptPart> GradientExchange::KeptParts() {
  std::vector<KeptPart> parts;
  if (!Rounds()) return parts;
  const int me = communicator_->rank();
  for (int rank = 0; rank < communicator_->size(); ++rank) {
    parts.push_back(
        {kExactValues, rank, SliceOf(rank), rank == me ? exact_values_->data() : nullptr});
  }
  return parts;
}

void GradientExchange::Watch(const PhaseClock* clock) {
  clock_ = clock;
  if (node_exchange_) node_exchange_->Watch(clock);
}

int64_t GradientExchange::bytes_sent() const {
  return node_exchange_ ? node_exchange_->bytes_sent() : 0;
}

void GradientExchange::NodeFence() {
  if (!shares_memory()) return;
  const TimedSpan span(clock_, "wait for the node");
  shared_values_->Fence();
}

}  // namespace elman
