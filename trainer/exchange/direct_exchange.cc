#include "trainer/exchange/direct_exchange.h"

#include <algorithm>

namespace elman {
namespace {

using Piece = Communicator::Piece;

// Calls visit(owner, nth) for the slices of other nodes that the rank handles for its own, in its
// nth column.
template <typename Visit>
void ForEachForeignSlice(const Topology& topology, int rank, const Visit& visit) {
  const int mine = topology.node(rank), nodes = topology.nodes();
  const int ranks = static_cast<int>(topology.ranks(mine).size());
  int nth = 0;
  for (int column = topology.place(rank); column < topology.columns(); column += ranks, ++nth) {
    // Begins with the next node, so that the nodes do not all send to the same one at once.
    for (int i = 1; i < nodes; ++i) {
      const int owner = topology.Owner(column, (mine + i) % nodes);
      if (owner >= 0) visit(owner, nth);
    }
  }
}

}  // namespace

DirectExchange::DirectExchange(const NodeExchangeContext& context)
    : communicator_(context.communicator),
      plan_(*context.plan),
      node_sums_(*context.node_sums),
      own_sum_(context.own_sum),
      mine_(plan_.SliceOf(communicator_->rank())),
      inputs_(node_sums_.parts()),
      node_touched_(plan_.size()),
      touched_(plan_.topology().nodes(), BlockSet(mine_.size())),
      touched_before_(touched_) {
  const Topology& topology = plan_.topology();
  const int me = communicator_->rank(), my_node = topology.node(me);
  ForEachForeignSlice(topology, me, [&](int owner, int) {
    bool first = true;
    for (const LaneRange& subtree : topology.node_subtrees(my_node)) {
      outgoing_.push_back({owner,
                           plan_.SliceOf(owner),
                           subtree,
                           first,
                           LaneSum(&plan_, node_sums_.nodes(), subtree),
                           {}});
      first = false;
    }
  });
  std::vector<LaneRange> nodes = node_sums_.nodes();
  // In the order in which the others send.
  for (int i = 1; i < topology.nodes(); ++i) {
    const int node = (my_node + topology.nodes() - i) % topology.nodes();
    bool first = true;
    for (const LaneRange& subtree : topology.node_subtrees(node)) {
      const ArrayPart part{arrays_.emplace_back(mine_.size()).data(), mine_.begin};
      incoming_.push_back(
          {topology.Courier(topology.place(me), node), node, subtree, first, part, {}});
      nodes.push_back(subtree);
      inputs_.push_back(part);
      first = false;
    }
  }
  total_.emplace_back(&plan_, nodes, plan_.lane_tree().root());
}

// Sums of other nodes, and messages. Messages that are not plain have a copy.
int64_t DirectExchange::Floats(const ExchangePlan& plan, int rank) {
  const Topology& topology = plan.topology();
  const int my_node = topology.node(rank);
  const auto copies = [&](ArrayRange slice) {
    return plan.dense().Count(slice.begin, slice.end) < slice.size() ? 1 : 0;
  };
  const ArrayRange mine = plan.SliceOf(rank);
  int64_t floats = 0;
  for (int node = 0; node < topology.nodes(); ++node) {
    if (node == my_node) continue;
    floats += std::ssize(topology.node_subtrees(node)) * (1 + copies(mine)) * mine.size();
  }
  ForEachForeignSlice(topology, rank, [&](int owner, int) {
    const ArrayRange slice = plan.SliceOf(owner);
    floats += std::ssize(topology.node_subtrees(my_node)) * slice.size();
    if (plan.updates() == ExchangePlan::Updates::kTouched) floats += copies(slice) * slice.size();
  });
  return floats;
}

// Whether the receiver of gradients of a slice must be told which blocks are touched.
bool DirectExchange::SendsWords(ArrayRange slice) const {
  return plan_.dense().Count(slice.begin, slice.end) < slice.size();
}

// Whether a message consists of all elements of the slice as they are.
bool DirectExchange::IsPlain(ArrayRange slice, LaneRange subtree) const {
  return !SendsWords(slice) && plan_.FormatOf(subtree) == WireFormat::kFloat32;
}

// Whether the message is a part of a partial sum as it is.
bool DirectExchange::IsInput(const Outgoing& out) const {
  return IsPlain(out.slice, out.subtree) && out.sum.schedule().additions().empty();
}

void DirectExchange::PackSums(uint64_t step) {
  ArrayRange united = {-1, -1};
  for (Outgoing& out : outgoing_) {
    if (out.slice != united) node_sums_.UniteTouched(out.slice, &node_touched_);
    united = out.slice;
    out.message.clear();
    if (IsInput(out)) continue;
    out.sum.BeginStep(step);
    if (out.first && SendsWords(out.slice)) AppendWords(node_touched_, out.slice, &out.message);
    AppendElements(
        node_touched_, out.slice, plan_.FormatOf(out.subtree),
        [&](int64_t first, int64_t count) { return out.sum.At(node_sums_.parts(), first, count); },
        &out.message);
  }
}

ArrayPart DirectExchange::Reduce(uint64_t step, BlockSet* touched) {
  PackSums(step);
  const auto capacity = [&](ArrayRange slice, LaneRange subtree, bool first) {
    return ElementBytes(slice, plan_.FormatOf(subtree)) +
           (first && SendsWords(slice) ? WordBytes(slice) : 0);
  };
  std::vector<Piece> sends, receives;
  for (Outgoing& out : outgoing_) {
    if (IsInput(out)) {
      const ArrayPart input = node_sums_.parts()[out.sum.schedule().result()];
      sends.emplace_back(
          out.owner, std::span(input.at(out.slice.begin), static_cast<size_t>(out.slice.size())));
      continue;
    }
    sends.emplace_back(out.owner, std::span(out.message),
                       capacity(out.slice, out.subtree, out.first));
  }
  for (Incoming& in : incoming_) {
    if (IsPlain(mine_, in.subtree)) {
      receives.emplace_back(in.courier, std::span(in.part.data, static_cast<size_t>(mine_.size())));
      continue;
    }
    in.message.resize(capacity(mine_, in.subtree, in.first));
    receives.emplace_back(in.courier, std::span(in.message));
  }
  {
    const TimedSpan span(clock_, "gradients between nodes");
    Run(communicator_, sends, receives);
  }
  node_sums_.UniteTouched(mine_, touched);
  UnpackSums(touched);
  total_[0].BeginStep(step);
  touched->ForEachRun(mine_.begin, mine_.end, [&](int64_t run, int64_t run_count) {
    for (int64_t first = run; first < run + run_count; first += kSumBlock) {
      const int64_t count = std::min(kSumBlock, run + run_count - first);
      std::copy_n(total_[0].At(inputs_, first, count), count, own_sum_.at(first));
    }
  });
  return own_sum_;
}

void DirectExchange::UnpackSums(BlockSet* touched) {
  std::swap(touched_, touched_before_);
  const ArrayRange all = {0, mine_.size()};
  const std::span<uint64_t> words = WordsOn(touched, mine_);
  for (Incoming& in : incoming_) {
    BlockSet& theirs = touched_[in.node];
    if (IsPlain(mine_, in.subtree)) continue;
    std::span<const std::byte> message = in.message;
    if (!SendsWords(mine_)) {
      theirs.Insert(0, mine_.size());
    } else {
      if (in.first) TakeWords(&message, all, &theirs);
      for (size_t i = 0; i < words.size(); ++i) words[i] |= theirs.words()[i];
      // Blocks that are not received this time must be zero.
      touched_before_[in.node].ForEachRun(0, all.end, [&](int64_t first, int64_t count) {
        std::fill_n(in.part.data + first, count, 0.0f);
      });
    }
    TakeElements(&message, theirs, all, plan_.FormatOf(in.subtree),
                 [&](int64_t first, int64_t count, const float* elements) {
                   std::copy_n(elements, count, in.part.data + first);
                 });
  }
}

void DirectExchange::AllGather(std::span<const ArrayPart> columns, bool every_block,
                               WireFormat format, BlockSet* changed) {
  const TimedSpan span(clock_, "values between nodes");
  const Topology& topology = plan_.topology();
  const int me = communicator_->rank(), my_node = topology.node(me);
  const auto sends_words = [&](ArrayRange slice) { return !every_block && SendsWords(slice); };
  const auto is_plain = [&](ArrayRange slice) {
    return !sends_words(slice) && format == WireFormat::kFloat32;
  };
  const auto capacity = [&](ArrayRange slice) {
    return ElementBytes(slice, format) + (sends_words(slice) ? WordBytes(slice) : 0);
  };
  const auto whole = [&](ArrayPart array, ArrayRange slice) {
    return std::span(array.at(slice.begin), static_cast<size_t>(slice.size()));
  };
  const ArrayPart own = columns[0];
  if (every_block) changed->Insert(mine_.begin, mine_.size());
  packed_values_.resize(1);
  std::vector<std::byte>& packed = packed_values_[0];
  packed.clear();
  if (!is_plain(mine_)) {
    if (sends_words(mine_)) AppendWords(*changed, mine_, &packed);
    AppendElements(
        *changed, mine_, format, [&](int64_t first, int64_t) { return own.at(first); }, &packed);
  }
  std::vector<Piece> sends, receives;
  for (int i = 1; i < topology.nodes(); ++i) {
    const int courier = topology.Courier(topology.place(me), (my_node + i) % topology.nodes());
    if (is_plain(mine_)) {
      sends.emplace_back(courier, whole(own, mine_));
    } else {
      sends.emplace_back(courier, std::span(packed), capacity(mine_));
    }
  }
  size_t number = 0;
  ForEachForeignSlice(topology, me, [&](int owner, int nth) {
    const ArrayRange slice = plan_.SliceOf(owner);
    if (is_plain(slice)) {
      receives.emplace_back(owner, whole(columns[nth], slice));
      return;
    }
    if (number == received_values_.size()) received_values_.emplace_back();
    received_values_[number].resize(capacity(slice));
    receives.emplace_back(owner, std::span(received_values_[number++]));
  });
  Run(communicator_, sends, receives);
  number = 0;
  ForEachForeignSlice(topology, me, [&](int owner, int nth) {
    const ArrayRange slice = plan_.SliceOf(owner);
    if (!sends_words(slice)) changed->Insert(slice.begin, slice.size());
    if (is_plain(slice)) return;
    std::span<const std::byte> message = received_values_[number++];
    if (sends_words(slice)) TakeWords(&message, slice, changed);
    TakeElements(&message, *changed, slice, format,
                 [&](int64_t first, int64_t count, const float* elements) {
                   std::copy_n(elements, count, columns[nth].at(first));
                 });
  });
}

}  // namespace elman
