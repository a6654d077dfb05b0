#include "trainer/gradient_exchange.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "trainer/math/check.h"
#include "trainer/math/sums.h"

namespace elman {
namespace {

constexpr std::align_val_t kAlignment{64};

// The inputs of the sum over all lanes, on one slice: for each node of the tree that some rank has added up, in order of
// lanes, its array.
struct TreeInputs {
  std::vector<LaneRange> nodes;
  std::vector<const float*> arrays;
};

// sum[0, count) of the tree under `node`, elements [first, first + count) of the inputs. `right`, as long as all levels together,
// holds right-hand sides.
void SumTree(const TreeInputs& inputs, LaneRange node, int64_t first, int64_t count, float* sum, float* right) {
  const auto found = std::ranges::find(inputs.nodes, node);
  if (found != inputs.nodes.end()) {
    std::memcpy(sum, inputs.arrays[found - inputs.nodes.begin()] + first, count * sizeof(float));
    return;
  }
  const int split = TreeSplit(node);
  SumTree(inputs, {node.first, split}, first, count, sum, right);
  SumTree(inputs, {split, node.end}, first, count, right, right + kSumBlock);
  Add({right, static_cast<size_t>(count)}, {sum, static_cast<size_t>(count)});
}

int Depth(LaneRange node) {
  if (node.count() <= 1) return 0;
  const int split = TreeSplit(node);
  return 1 + std::max(Depth({node.first, split}), Depth({split, node.end}));
}

}  // namespace

FloatArray::FloatArray(int64_t size)
    : data_(static_cast<float*>(::operator new(std::max<int64_t>(size, 1) * sizeof(float), kAlignment))), size_(size) {
  std::fill_n(data_.get(), size, 0.0f);
}

void FloatArray::Free::operator()(float* data) const { ::operator delete(data, kAlignment); }

GradientExchange::GradientExchange(Communicator* communicator, int64_t size, int lanes)
    : communicator_(communicator),
      size_(size),
      total_lanes_(lanes),
      lanes_(LanesOfRank(lanes, communicator->size(), communicator->rank())) {
  CHECK_LE(communicator->size(), lanes);
  int depth = 0;
  for (int rank = 0; rank < communicator->size(); ++rank) {
    subtrees_.push_back(MaximalSubtrees(lanes, LanesOfRank(lanes, communicator->size(), rank)));
    for (const LaneRange& subtree : subtrees_.back()) {
      if (rank == communicator->rank()) {
        partials_.emplace_back(size);
        depth = std::max(depth, Depth(subtree));
      } else {
        received_.emplace_back(slice().size());
      }
    }
  }
  for (int i = 0; i < depth; ++i) scratch_.emplace_back(size);
}

GradientExchange::Slice GradientExchange::SliceOf(int rank) const {
  const int64_t blocks = (size_ + kSumBlock - 1) / kSumBlock;
  const auto begin = [&](int r) { return std::min(size_, blocks * r / communicator_->size() * kSumBlock); };
  return {begin(rank), begin(rank + 1)};
}

void GradientExchange::ComputeLanes(const std::function<void(int lane, float* gradients)>& compute) {
  const auto& subtrees = subtrees_[communicator_->rank()];
  for (size_t i = 0; i < subtrees.size(); ++i) ComputeNode(subtrees[i], 0, partials_[i].data(), compute);
}

void GradientExchange::ComputeNode(LaneRange node, int depth, float* sum,
                                   const std::function<void(int, float*)>& compute) {
  if (node.count() == 1) {
    std::fill_n(sum, size_, 0.0f);
    compute(node.first, sum);
    return;
  }
  const int split = TreeSplit(node);
  FloatArray& right = scratch_[depth];
  ComputeNode({node.first, split}, depth + 1, sum, compute);
  ComputeNode({split, node.end}, depth + 1, right.data(), compute);
  Add(right.span(), {sum, static_cast<size_t>(size_)});
}

void GradientExchange::Reduce() {
  const int me = communicator_->rank();
  const Slice mine = slice();
  std::vector<Communicator::Piece> sends, receives;
  TreeInputs inputs;
  size_t next_received = 0;
  for (int rank = 0; rank < communicator_->size(); ++rank) {
    const Slice theirs = SliceOf(rank);
    for (size_t i = 0; i < subtrees_[rank].size(); ++i) {
      inputs.nodes.push_back(subtrees_[rank][i]);
      if (rank == me) {
        inputs.arrays.push_back(partials_[i].data() + mine.begin);
      } else {
        FloatArray& received = received_[next_received++];
        receives.push_back({rank, received.span()});
        inputs.arrays.push_back(received.data());
      }
    }
    if (rank == me) continue;
    for (FloatArray& partial : partials_) {
      sends.push_back({rank, partial.span().subspan(theirs.begin, theirs.size())});
    }
  }
  communicator_->Exchange(sends, receives);
  if (inputs.nodes.size() == 1) return;  // nothing to add: the partial is the sum

  const LaneRange root{0, total_lanes_};
  FloatArray scratch(kSumBlock * (Depth(root) + 2));
  for (int64_t first = 0; first < mine.size(); first += kSumBlock) {
    const int64_t count = std::min(kSumBlock, mine.size() - first);
    SumTree(inputs, root, first, count, scratch.data(), scratch.data() + kSumBlock);
    std::copy_n(scratch.data(), count, partials_[0].data() + mine.begin + first);
  }
}

std::span<const float> GradientExchange::SummedGradients() const {
  auto& sum = const_cast<FloatArray&>(partials_[0]);
  return sum.span().subspan(slice().begin, slice().size());
}

double GradientExchange::SumOfSquares() {
  const std::span<const float> gradients = SummedGradients();
  std::vector<double> blocks;
  for (size_t first = 0; first < gradients.size(); first += kSumBlock) {
    blocks.push_back(elman::SumOfSquares(gradients.subspan(first, std::min<size_t>(kSumBlock, gradients.size() - first))));
  }
  const auto all = communicator_->AllGather(
      {reinterpret_cast<const char*>(blocks.data()), blocks.size() * sizeof(double)});
  std::vector<double> terms;
  for (const std::string& bytes : all) {
    const size_t count = bytes.size() / sizeof(double);
    terms.resize(terms.size() + count);
    std::memcpy(terms.data() + terms.size() - count, bytes.data(), bytes.size());
  }
  return TreeSum(terms);
}

void GradientExchange::ShareSlices(float* array) {
  const auto piece = [&](int peer, const Slice& slice) {
    return Communicator::Piece{peer, {array + slice.begin, static_cast<size_t>(slice.size())}};
  };
  std::vector<Communicator::Piece> sends, receives;
  for (int rank = 0; rank < communicator_->size(); ++rank) {
    if (rank == communicator_->rank()) continue;
    sends.push_back(piece(rank, slice()));
    receives.push_back(piece(rank, SliceOf(rank)));
  }
  communicator_->Exchange(sends, receives);
}

}  // namespace elman
