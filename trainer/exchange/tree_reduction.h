// Sums small records of all ranks in the order of a fixed tree, so that the sum has the same bits
// on any number of ranks. The cost per rank grows with the logarithm of the number of nodes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "trainer/comm/communicator.h"
#include "trainer/exchange/sum_tree.h"
#include "trainer/exchange/topology.h"

namespace elman {

// Which ranks send each other which partial sums. The ranks of a node combine their sums in shared
// memory. Then one rank of each node takes part in recursive doubling: in each round it exchanges
// its partial sums with those of one other node. Nodes beyond the largest power of two first send
// theirs to a node below it, and receive the result from it.
class ReductionPlan {
 public:
  // Which nodes exchange in the first round: neighbors, or nodes that are far apart. Partial sums
  // are few if nodes that exchange early have neighboring items.
  enum class Order { kNearestFirst, kFarthestFirst };
  // Which rank of a node communicates with other nodes. With different ranks, two reductions do not
  // load the same one.
  enum class Leader { kFirst, kLast };
  struct Options {
    SumTree tree;
    std::function<ItemRange(int rank)> items_of_rank;
    Order order = Order::kNearestFirst;
    Leader leader = Leader::kFirst;
  };
  ReductionPlan(const Topology& topology, const Options& options, int rank);

  // The additions that turn partial sums into fewer ones, in the order of items.
  using Merge = std::vector<SumSchedule>;
  // A rendezvous with another node. If it does not send or receive, the other number is 0.
  struct Round {
    int peer = -1;  // a rank; -1: none
    bool sends = false;
    size_t received = 0;    // records
    bool replaces = false;  // the received records replace those before
    Merge merge;            // of the records before and the received ones
  };

  bool leads() const { return leads_; }
  int leader() const { return leader_; }
  const std::vector<int>& node_ranks() const { return node_ranks_; }
  // Number of records that each of node_ranks() has after merge_own.
  const std::vector<size_t>& records_of_ranks() const { return records_of_ranks_; }
  const Merge& merge_own() const { return merge_own_; }
  const Merge& merge_node() const { return merge_node_; }
  // The same number on every rank. After all but the last round, the leader has the total; in the
  // last one it is sent to the nodes that did not take part.
  const std::vector<Round>& rounds() const { return rounds_; }
  int nodes() const { return nodes_; }

 private:
  bool leads_;
  int leader_;
  int nodes_;
  std::vector<int> node_ranks_;
  std::vector<size_t> records_of_ranks_;
  Merge merge_own_, merge_node_;
  std::vector<Round> rounds_;
};

// `Record` is trivially copyable and has operator+=.
template <typename Record>
class TreeReduction {
  static_assert(std::is_trivially_copyable_v<Record>);

 public:
  // The communicator must outlive the reduction. Collective.
  TreeReduction(Communicator* communicator, const Topology& topology,
                const ReductionPlan::Options& options)
      : communicator_(communicator), plan_(topology, options, communicator->rank()) {
    if (topology.size() == 1 || topology.nodes() == topology.size()) return;
    const size_t most = *std::ranges::max_element(plan_.records_of_ranks());
    half_ = (std::max<size_t>(most, 1) * sizeof(Record) + kAlignment - 1) / kAlignment * kAlignment;
    board_ = communicator->Share(static_cast<int64_t>(2 * half_ / sizeof(float)));
    if (!board_)
      plan_ = ReductionPlan(topology.WithoutSharedMemory(), options, communicator->rank());
  }

  // Returns the sum over all items of all ranks. `mine` has one record for each item of this rank.
  // Collective.
  Record Sum(std::span<const Record> mine) {
    records_.assign(mine.begin(), mine.end());
    Apply(plan_.merge_own());
    if (board_) ShareWithNode();
    if (plan_.nodes() > 1) RunRounds();
    if (board_ && plan_.nodes() > 1) ShareTotal();
    turn_ = 1 - turn_;
    return records_[0];
  }

 private:
  static constexpr size_t kAlignment = 64;

  // This turn's half of a rank's part of the board: a rank may be one turn ahead of those that
  // still read.
  std::byte* BoardOf(int rank) {
    return std::as_writable_bytes(board_->of(rank)).data() + turn_ * half_;
  }

  // Without a leader's rounds, every rank adds; otherwise only the leader needs the sums.
  void ShareWithNode() {
    // A rank may have no records, so that there is nothing to point to.
    std::ranges::copy(std::as_bytes(std::span(records_)), BoardOf(communicator_->rank()));
    board_->Fence();
    if (plan_.nodes() > 1 && !plan_.leads()) return;
    records_.clear();
    for (size_t i = 0; i < plan_.node_ranks().size(); ++i) {
      const size_t before = records_.size(), count = plan_.records_of_ranks()[i];
      records_.resize(before + count);
      std::copy_n(BoardOf(plan_.node_ranks()[i]), count * sizeof(Record),
                  std::as_writable_bytes(std::span(records_).subspan(before)).begin());
    }
    Apply(plan_.merge_node());
  }

  void RunRounds() {
    for (const ReductionPlan::Round& round : plan_.rounds()) {
      std::vector<Communicator::Piece> sends, receives;
      std::vector<Record> received(round.received);
      sent_ = records_;
      const auto bytes = [](std::vector<Record>& records) {
        return std::as_writable_bytes(std::span(records));
      };
      if (round.sends) sends.emplace_back(round.peer, bytes(sent_));
      if (round.received > 0) receives.emplace_back(round.peer, bytes(received));
      communicator_->Exchange(sends, receives);
      if (round.replaces) records_.clear();
      records_.insert(records_.end(), received.begin(), received.end());
      Apply(round.merge);
    }
  }

  void ShareTotal() {
    std::byte* const total = BoardOf(plan_.leader());
    if (plan_.leads()) std::memcpy(total, records_.data(), sizeof(Record));
    board_->Fence();
    records_.resize(1);
    std::memcpy(records_.data(), total, sizeof(Record));
  }

  void Apply(const ReductionPlan::Merge& merge) {
    if (merge.empty()) return;
    merged_.clear();
    for (const SumSchedule& sum : merge) {
      places_.resize(sum.places());
      const auto operand = [&](int i) -> const Record& {
        return i >= 0 ? records_[i] : places_[~i];
      };
      for (const SumSchedule::Addition& addition : sum.additions()) {
        Record added = operand(addition.left);
        added += operand(addition.right);
        places_[addition.place] = added;
      }
      merged_.push_back(operand(sum.result()));
    }
    records_.swap(merged_);
  }

  Communicator* const communicator_;
  ReductionPlan plan_;
  std::unique_ptr<SharedFloats> board_;  // null: no rank shares memory with another
  size_t half_ = 0;                      // bytes of a half of a rank's part of the board
  int turn_ = 0;
  std::vector<Record> records_, merged_, places_, sent_;
};

}  // namespace elman
