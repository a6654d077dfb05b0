#include "trainer/gradient_exchange.h"

#include <algorithm>

#include "trainer/math/check.h"
#include "trainer/math/sums.h"

namespace elman {
namespace {

int Depth(LaneRange node) {
  if (node.count() <= 1) return 0;
  const int split = TreeSplit(node);
  return 1 + std::max(Depth({node.first, split}), Depth({split, node.end}));
}

}  // namespace

GradientExchange::GradientExchange(Communicator* communicator, int64_t size, int lanes)
    : communicator_(communicator),
      size_(size),
      total_lanes_(lanes),
      lanes_(LanesOfRank(lanes, communicator->size(), communicator->rank())) {
  CHECK_LE(communicator->size(), lanes);
  for (int rank = 0; rank < communicator->size(); ++rank) {
    subtrees_.push_back(MaximalSubtrees(lanes, LanesOfRank(lanes, communicator->size(), rank)));
  }
  const auto& mine = subtrees_[communicator->rank()];
  shared_partials_ = communicator->Share(static_cast<int64_t>(mine.size()) * size);
  if (shared_partials_) shared_values_ = communicator->Share(communicator->rank() == 0 ? size : 0);
  if (shared_values_) {
    PlaceShared();
  } else {
    shared_partials_.reset();
    PlaceOnHeap();
  }
  int depth = 0;
  for (const LaneRange& subtree : mine) depth = std::max(depth, Depth(subtree));
  for (int i = 0; i < depth; ++i) scratch_.push_back(OwnArray(size));
  tree_scratch_.resize(kSumBlock * (Depth({0, lanes}) + 1));
  int64_t most_blocks = 0;
  for (int rank = 0; rank < communicator->size(); ++rank)
    most_blocks = std::max(most_blocks, BlocksOf(rank));
  my_squares_.resize(most_blocks);
  all_squares_.resize(most_blocks * communicator->size());
}

std::span<float> GradientExchange::OwnArray(int64_t size) {
  return own_arrays_.emplace_back(size).span();
}

void GradientExchange::PlaceShared() {
  values_ = shared_values_->of(0);
  for (int rank = 0; rank < communicator_->size(); ++rank) {
    for (size_t i = 0; i < subtrees_[rank].size(); ++i) {
      const std::span<float> partial = shared_partials_->of(rank).subspan(i * size_, size_);
      if (rank == communicator_->rank()) partials_.push_back(partial);
      inputs_.nodes.push_back(subtrees_[rank][i]);
      inputs_.arrays.push_back(partial.data() + slice().begin);
    }
  }
}

void GradientExchange::PlaceOnHeap() {
  const int me = communicator_->rank();
  values_ = OwnArray(size_);
  for (size_t i = 0; i < subtrees_[me].size(); ++i) partials_.push_back(OwnArray(size_));
  for (int rank = 0; rank < communicator_->size(); ++rank) {
    const Slice theirs = SliceOf(rank);
    const auto part = [](std::span<float> array, const Slice& slice) {
      return array.subspan(slice.begin, slice.size());
    };
    for (size_t i = 0; i < subtrees_[rank].size(); ++i) {
      const std::span<float> array =
          rank == me ? part(partials_[i], slice()) : OwnArray(slice().size());
      inputs_.nodes.push_back(subtrees_[rank][i]);
      inputs_.arrays.push_back(array.data());
      if (rank != me) reduce_receives_.push_back({rank, array});
    }
    if (rank == me) continue;
    for (const std::span<float> partial : partials_)
      reduce_sends_.push_back({rank, part(partial, theirs)});
    share_sends_.push_back({rank, part(values_, slice())});
    share_receives_.push_back({rank, part(values_, theirs)});
  }
}

GradientExchange::Slice GradientExchange::SliceOf(int rank) const {
  const int64_t blocks = (size_ + kSumBlock - 1) / kSumBlock;
  const auto begin = [&](int r) {
    return std::min(size_, blocks * r / communicator_->size() * kSumBlock);
  };
  return {begin(rank), begin(rank + 1)};
}

void GradientExchange::ComputeLanes(ComputeLane compute) {
  const auto& subtrees = subtrees_[communicator_->rank()];
  for (size_t i = 0; i < subtrees.size(); ++i)
    ComputeNode(subtrees[i], 0, partials_[i].data(), compute);
}

void GradientExchange::ComputeNode(LaneRange node, int depth, float* sum, ComputeLane compute) {
  if (node.count() == 1) {
    std::fill_n(sum, size_, 0.0f);
    compute(node.first, sum);
    return;
  }
  const int split = TreeSplit(node);
  const std::span<float> right = scratch_[depth];
  ComputeNode({node.first, split}, depth + 1, sum, compute);
  ComputeNode({split, node.end}, depth + 1, right.data(), compute);
  Add(right, {sum, static_cast<size_t>(size_)});
}

void GradientExchange::Reduce() {
  if (shares_memory()) {
    shared_partials_->Fence();
  } else {
    communicator_->Exchange(reduce_sends_, reduce_receives_);
  }
  if (inputs_.nodes.size() == 1) return;  // nothing to add: the partial is the sum

  const Slice mine = slice();
  for (int64_t first = 0; first < mine.size(); first += kSumBlock) {
    const int64_t count = std::min(kSumBlock, mine.size() - first);
    const float* sum = SumTree({0, total_lanes_}, first, count, tree_scratch_.data());
    std::copy_n(sum, count, partials_[0].data() + mine.begin + first);
  }
}

// The sum of the tree under `node` on elements [first, first + count) of the slice: an input where
// it lies, or else computed in the first block of `scratch`, which has one for every level of the
// tree.
const float* GradientExchange::SumTree(LaneRange node, int64_t first, int64_t count,
                                       float* scratch) const {
  const auto found = std::ranges::find(inputs_.nodes, node);
  if (found != inputs_.nodes.end()) return inputs_.arrays[found - inputs_.nodes.begin()] + first;
  const int split = TreeSplit(node);
  const float* left = SumTree({node.first, split}, first, count, scratch);
  const float* right = SumTree({split, node.end}, first, count, scratch + kSumBlock);
  for (int64_t i = 0; i < count; ++i) scratch[i] = left[i] + right[i];
  return scratch;
}

std::span<const float> GradientExchange::SummedGradients() const {
  return partials_[0].subspan(slice().begin, slice().size());
}

int64_t GradientExchange::BlocksOf(int rank) const {
  return (SliceOf(rank).size() + kSumBlock - 1) / kSumBlock;
}

double GradientExchange::SumOfSquares() {
  const std::span<const float> gradients = SummedGradients();
  for (int64_t block = 0; block < BlocksOf(communicator_->rank()); ++block) {
    const size_t first = block * kSumBlock;
    my_squares_[block] = elman::SumOfSquares(
        gradients.subspan(first, std::min<size_t>(kSumBlock, gradients.size() - first)));
  }
  communicator_->AllGather(std::as_bytes(std::span(my_squares_)),
                           std::as_writable_bytes(std::span(all_squares_)));
  squares_.clear();
  for (int rank = 0; rank < communicator_->size(); ++rank) {
    const auto theirs = all_squares_.begin() + rank * my_squares_.size();
    squares_.insert(squares_.end(), theirs, theirs + BlocksOf(rank));
  }
  return TreeSum(squares_);
}

void GradientExchange::ShareValues() {
  if (shares_memory()) {
    shared_values_->Fence();
  } else {
    communicator_->Exchange(share_sends_, share_receives_);
  }
}

void GradientExchange::BroadcastValues() {
  if (shares_memory()) {
    shared_values_->Fence();
  } else {
    communicator_->Broadcast(std::as_writable_bytes(values_), 0);
  }
}

}  // namespace elman
