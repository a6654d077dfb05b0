#include "trainer/exchange/halving_exchange.h"

#include <algorithm>
#include <bit>

#include "trainer/exchange/bf16.h"
#include "trainer/network/math/sums.h"

namespace elman {
namespace {

using Piece = Communicator::Piece;

}  // namespace

HalvingExchange::HalvingExchange(const NodeExchangeContext& context)
    : communicator_(context.communicator),
      plan_(*context.plan),
      node_sums_(*context.node_sums),
      node_(plan_.topology().node(communicator_->rank())),
      touched_(plan_.size()),
      received_blocks_(plan_.size()) {
  const Topology& topology = plan_.topology();
  const int nodes = topology.nodes();
  for (int first = 0; first < nodes; first += blocks_.back().size) {
    const int size = static_cast<int>(std::bit_floor(static_cast<unsigned>(nodes - first)));
    blocks_.push_back({first, size});
    if (node_ < first || node_ >= first + size) continue;
    my_block_ = static_cast<int>(blocks_.size()) - 1;
    position_ = node_ - first;
  }
  size_t fewest_ranks = topology.size();
  for (int node = 0; node < nodes; ++node)
    fewest_ranks = std::min(fewest_ranks, topology.ranks(node).size());
  most_columns_ = (topology.columns() - 1) / static_cast<int>(fewest_ranks) + 1;
  for (int column = 0; column < topology.columns(); ++column) {
    if (topology.Courier(column, node_) != communicator_->rank()) continue;
    const ArrayRange range = plan_.Column(column);
    columns_.push_back({column,
                        {arrays_.emplace_back(range.size()).data(), range.begin},
                        LaneSum(&plan_, node_sums_.nodes(), topology.node_subtrees(node_)[0])});
  }
}

// The sums of the columns, and what is received and, if it is packed, sent in the first round.
int64_t HalvingExchange::Floats(const ExchangePlan& plan, int rank) {
  const Topology& topology = plan.topology();
  int64_t floats = 0;
  for (int column = 0; column < topology.columns(); ++column) {
    if (topology.Courier(column, topology.node(rank)) != rank) continue;
    const ArrayRange range = plan.Column(column);
    const bool packed = plan.dense().Count(range.begin, range.end) < range.size();
    const int half = plan.parts() / 2;
    floats += range.size() + (packed ? 2 : 1) * std::max(plan.Parts(column, 0, half).size(),
                                                         plan.Parts(column, half, 2 * half).size());
  }
  return floats;
}

// The parts on which the node at a position of a block of `size` nodes has the sums of the block.
HalvingExchange::PartRange HalvingExchange::PartsOf(int position, int size) const {
  PartRange parts = AllParts();
  for (int bit = 1; bit < size; bit *= 2) {
    const int middle = (parts.first + parts.end) / 2;
    (position & bit ? parts.first : parts.end) = middle;
  }
  return parts;
}

ArrayRange HalvingExchange::ElementsOf(const Column& column, PartRange parts) const {
  return plan_.Parts(column.number, parts.first, parts.end);
}

// The lanes of the nodes whose sums this node has added after a number of rounds.
LaneRange HalvingExchange::LanesAfterRound(int round) const {
  const int width = 1 << round, first = blocks_[my_block_].first + position_ / width * width;
  return plan_.topology().LanesOfNodes(first, first + width);
}

HalvingExchange::Transfer HalvingExchange::To(const Column& column, int node, ArrayRange range,
                                              WireFormat format, bool every_block) const {
  return {plan_.topology().Courier(column.number, node), range, format,
          every_block || plan_.dense().Count(range.begin, range.end) == range.size()};
}

// Sends blocks of `from`. Receives messages that are plain into `into`, if it is given, others into
// received_.
void HalvingExchange::Exchange(const std::vector<Transfer>& sends,
                               const std::vector<Transfer>& receives, ArrayPart from,
                               const BlockSet& blocks, ArrayPart into) {
  const auto capacity = [](const Transfer& transfer) {
    return ElementBytes(transfer.range, transfer.format) +
           (transfer.every_block ? 0 : WordBytes(transfer.range));
  };
  const auto elements = [](ArrayPart array, ArrayRange range) {
    return std::span(array.at(range.begin), static_cast<size_t>(range.size()));
  };
  sent_.resize(std::max(sent_.size(), sends.size()));
  received_.resize(std::max(received_.size(), receives.size()));
  std::vector<Piece> outgoing, incoming;
  for (size_t i = 0; i < sends.size(); ++i) {
    const Transfer& send = sends[i];
    if (send.is_plain()) {
      outgoing.emplace_back(send.peer, elements(from, send.range));
      continue;
    }
    sent_[i].clear();
    if (!send.every_block) AppendWords(blocks, send.range, &sent_[i]);
    AppendElements(
        blocks, send.range, send.format, [&](int64_t first, int64_t) { return from.at(first); },
        &sent_[i]);
    outgoing.emplace_back(send.peer, std::span(sent_[i]), capacity(send));
  }
  for (size_t i = 0; i < receives.size(); ++i) {
    if (into.data != nullptr && receives[i].is_plain()) {
      incoming.emplace_back(receives[i].peer, elements(into, receives[i].range));
      continue;
    }
    received_[i].resize(capacity(receives[i]));
    incoming.emplace_back(receives[i].peer, std::span(received_[i]));
  }
  Run(communicator_, outgoing, incoming);
}

// Writes the received elements to `array`, unless they are there, and their blocks to `blocks`.
void HalvingExchange::Store(const std::vector<Transfer>& receives, ArrayPart array,
                            BlockSet* blocks) {
  for (size_t i = 0; i < receives.size(); ++i) {
    const Transfer& transfer = receives[i];
    std::span<const std::byte> message = received_[i];
    if (transfer.every_block) blocks->Insert(transfer.range.begin, transfer.range.size());
    if (transfer.is_plain()) continue;
    if (!transfer.every_block) TakeWords(&message, transfer.range, blocks);
    TakeElements(&message, *blocks, transfer.range, transfer.format,
                 [&](int64_t first, int64_t count, const float* elements) {
                   std::copy_n(elements, count, array.at(first));
                 });
  }
}

// Adds the message in received_[0] to the sums, and its blocks to touched_. Either operand may be
// the left one: a + b has the same bits as b + a.
void HalvingExchange::AddReceived(const Transfer& transfer, ArrayPart sums) {
  std::span<const std::byte> message = received_[0];
  if (transfer.every_block) {
    received_blocks_.Insert(transfer.range.begin, transfer.range.size());
  } else {
    TakeWords(&message, transfer.range, &received_blocks_);
  }
  TakeElements(&message, received_blocks_, transfer.range, transfer.format,
               [&](int64_t first, int64_t count, const float* elements) {
                 float* const sum = sums.at(first);
                 for (int64_t i = 0; i < count; ++i) sum[i] += elements[i];
               });
  const auto theirs = WordsOn(received_blocks_, transfer.range);
  const auto ours = WordsOn(&touched_, transfer.range);
  for (size_t i = 0; i < ours.size(); ++i) ours[i] |= theirs[i];
}

void HalvingExchange::RoundSums(uint64_t step, LaneRange node, ArrayRange range, ArrayPart sums) {
  if (!plan_.IsRounded(node)) return;
  const uint32_t key = RoundingKey(plan_, step, node);
  touched_.ForEachRun(range.begin, range.end, [&](int64_t first, int64_t count) {
    RoundStochastically(key, first, count, sums.at(first));
  });
}

// Sums the ranks of this node on a column.
void HalvingExchange::SumNode(uint64_t step, Column* column) {
  const ArrayRange range = ElementsOf(*column, AllParts());
  // The sums of the step before.
  touched_.ForEachRun(range.begin, range.end, [&](int64_t first, int64_t count) {
    std::fill_n(column->sums.at(first), count, 0.0f);
  });
  node_sums_.UniteTouched(range, &touched_);
  column->node_sum.BeginStep(step);
  touched_.ForEachRun(range.begin, range.end, [&](int64_t run, int64_t run_count) {
    for (int64_t first = run; first < run + run_count; first += kSumBlock) {
      const int64_t count = std::min(kSumBlock, run + run_count - first);
      std::copy_n(column->node_sum.At(node_sums_.parts(), first, count), count,
                  column->sums.at(first));
    }
  });
}

void HalvingExchange::ReduceColumn(uint64_t step, Column* column) {
  SumNode(step, column);
  const ArrayPart sums = column->sums;
  const Block& block = blocks_[my_block_];
  const auto format_of = [&](int first, int end) {
    return plan_.FormatOf(plan_.topology().LanesOfNodes(first, end));
  };

  // Rounds within the block.
  PartRange parts = AllParts();
  int round = 0;
  for (; 1 << round < block.size; ++round) {
    const int bit = 1 << round, peer = block.first + (position_ ^ bit);
    const int middle = (parts.first + parts.end) / 2;
    PartRange kept = {parts.first, middle}, sent = {middle, parts.end};
    if (position_ & bit) std::swap(kept, sent);
    const int theirs = block.first + (position_ ^ bit) / bit * bit;
    const Transfer send = To(*column, peer, ElementsOf(*column, sent),
                             plan_.FormatOf(LanesAfterRound(round)), /*every_block=*/false);
    const Transfer receive =
        To(*column, peer, ElementsOf(*column, kept), format_of(theirs, theirs + bit), false);
    Exchange({send}, {receive}, sums, touched_);
    AddReceived(receive, sums);
    parts = kept;
    RoundSums(step, LanesAfterRound(round + 1), receive.range, sums);
  }
  for (; 1 << round < plan_.parts(); ++round) Exchange({}, {}, sums, touched_);

  // From the smallest block to the next larger one, and so on.
  const int nodes = plan_.topology().nodes();
  for (int from = static_cast<int>(blocks_.size()) - 1; from > 0; --from) {
    const Block &smaller = blocks_[from], &larger = blocks_[from - 1];
    const WireFormat format = format_of(smaller.first, nodes);
    std::vector<Transfer> sends, receives;
    for (int peer = position_; my_block_ == from && peer < larger.size; peer += smaller.size)
      sends.push_back(To(*column, larger.first + peer,
                         ElementsOf(*column, PartsOf(peer, larger.size)), format, false));
    if (my_block_ == from - 1)
      receives.push_back(To(*column, smaller.first + position_ % smaller.size,
                            ElementsOf(*column, parts), format, false));
    Exchange(sends, receives, sums, touched_);
    for (const Transfer& receive : receives) {
      AddReceived(receive, sums);
      RoundSums(step, plan_.topology().LanesOfNodes(larger.first, nodes), receive.range, sums);
    }
  }

  // From the first block to the owners on other nodes.
  std::vector<Transfer> sends, receives;
  const auto add_slice = [&](int peer, int owner_node, std::vector<Transfer>* transfers) {
    const int owner = plan_.topology().Owner(column->number, owner_node);
    if (owner < 0 || plan_.SliceOf(owner).size() == 0) return;
    transfers->push_back(
        To(*column, peer, plan_.SliceOf(owner), WireFormat::kFloat32, /*every_block=*/false));
  };
  if (plan_.parts() + node_ < nodes)
    add_slice(plan_.parts() + node_, plan_.parts() + node_, &sends);
  if (my_block_ > 0) add_slice(node_ - plan_.parts(), node_, &receives);
  Exchange(sends, receives, sums, touched_, sums);
  Store(receives, sums, &touched_);
}

ArrayPart HalvingExchange::Reduce(uint64_t step, BlockSet* touched) {
  const TimedSpan span(clock_, "gradients between nodes");
  for (int i = 0; i < most_columns_; ++i) {
    if (i < std::ssize(columns_)) {
      ReduceColumn(step, &columns_[i]);
    } else {
      SkipColumn();
    }
  }
  const ArrayRange mine = plan_.SliceOf(communicator_->rank());
  std::ranges::copy(WordsOn(touched_, mine), WordsOn(touched, mine).begin());
  return columns_[0].sums;
}

// Takes part in the collective operations for a column that a rank of another node handles.
void HalvingExchange::SkipColumn() {
  const int rounds = std::bit_width(static_cast<unsigned>(plan_.parts())) - 1;
  for (int i = 0; i < rounds + std::ssize(blocks_); ++i) Exchange({}, {}, {}, touched_);
}

void HalvingExchange::GatherColumn(const Column& column, ArrayPart array, bool every_block,
                                   WireFormat format, BlockSet* changed) {
  const Block& block = blocks_[my_block_];
  const auto run = [&](const std::vector<Transfer>& sends, const std::vector<Transfer>& receives) {
    Exchange(sends, receives, array, *changed, array);
    Store(receives, array, changed);
  };

  // From the owners on other nodes to the first block.
  std::vector<Transfer> sends, receives;
  const auto add_slice = [&](int peer, int owner_node, std::vector<Transfer>* transfers) {
    const int owner = plan_.topology().Owner(column.number, owner_node);
    if (owner < 0 || plan_.SliceOf(owner).size() == 0) return;
    transfers->push_back(To(column, peer, plan_.SliceOf(owner), format, every_block));
  };
  if (my_block_ > 0) add_slice(node_ - plan_.parts(), node_, &sends);
  if (plan_.parts() + node_ < plan_.topology().nodes())
    add_slice(plan_.parts() + node_, plan_.parts() + node_, &receives);
  run(sends, receives);

  // From the largest block to the next smaller one, and so on.
  for (size_t to = 1; to < blocks_.size(); ++to) {
    const Block &larger = blocks_[to - 1], &smaller = blocks_[to];
    sends.clear();
    receives.clear();
    const auto parts = [&](int position) {
      return ElementsOf(column, PartsOf(position, larger.size));
    };
    if (my_block_ + 1 == static_cast<int>(to)) {
      sends.push_back(To(column, smaller.first + position_ % smaller.size, parts(position_), format,
                         every_block));
    }
    for (int peer = position_; my_block_ == static_cast<int>(to) && peer < larger.size;
         peer += smaller.size)
      receives.push_back(To(column, larger.first + peer, parts(peer), format, every_block));
    run(sends, receives);
  }

  // Rounds within the block.
  for (int bit = plan_.parts() / 2; bit >= 1; bit /= 2) {
    sends.clear();
    receives.clear();
    if (bit < block.size) {
      const int peer = position_ ^ bit;
      const auto parts = [&](int position) {
        return ElementsOf(column, PartsOf(position, 2 * bit));
      };
      sends.push_back(To(column, block.first + peer, parts(position_), format, every_block));
      receives.push_back(To(column, block.first + peer, parts(peer), format, every_block));
    }
    run(sends, receives);
  }
}

void HalvingExchange::AllGather(std::span<const ArrayPart> columns, bool every_block,
                                WireFormat format, BlockSet* changed) {
  const TimedSpan span(clock_, "values between nodes");
  const ArrayRange mine = plan_.SliceOf(communicator_->rank());
  if (every_block) changed->Insert(mine.begin, mine.size());
  for (int i = 0; i < most_columns_; ++i) {
    if (i < std::ssize(columns_)) {
      GatherColumn(columns_[i], columns[i], every_block, format, changed);
    } else {
      SkipColumn();
    }
  }
}

}  // namespace elman
