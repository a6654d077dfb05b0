#include "trainer/comm/thread_group.h"

#include <algorithm>
#include <barrier>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <thread>

#include "trainer/comm/float_array.h"

namespace elman {
namespace {

// Data that the threads of a group read from each other between two barriers.
struct Board {
  Board(const std::vector<int>& node_of_rank, bool shares_memory)
      : Board(static_cast<int>(node_of_rank.size()), node_of_rank, shares_memory) {}
  Board(int size, const std::vector<int>& node_of_rank, bool shares_memory)
      : node_of_rank(node_of_rank),
        shares_memory(shares_memory),
        barrier(size),
        bytes(size),
        sends(size),
        floats(size) {
    for (const int node : node_of_rank)
      node_barriers.try_emplace(node, std::ranges::count(node_of_rank, node));
  }
  const std::vector<int> node_of_rank;
  const bool shares_memory;
  std::barrier<> barrier;
  std::map<int, std::barrier<>> node_barriers;
  std::vector<std::span<const std::byte>> bytes;
  std::vector<std::span<const Communicator::Piece>> sends;
  std::vector<std::span<float>> floats;
};

class ThreadFloats : public SharedFloats {
 public:
  ThreadFloats(Board* board, int rank, int64_t count)
      : barrier_(board->node_barriers.at(board->node_of_rank[rank])), mine_(count) {
    board->floats[rank] = mine_.span();
    board->barrier.arrive_and_wait();
    for (size_t r = 0; r < board->floats.size(); ++r) {
      const bool on_node = board->node_of_rank[r] == board->node_of_rank[rank];
      all_.push_back(on_node ? board->floats[r] : std::span<float>());
    }
    board->barrier.arrive_and_wait();
  }
  ~ThreadFloats() override { Fence(); }  // keeps this part alive until no other thread uses it
  std::span<float> of(int rank) override { return all_[rank]; }
  void Fence() override { barrier_.arrive_and_wait(); }

 private:
  std::barrier<>& barrier_;
  FloatArray mine_;
  std::vector<std::span<float>> all_;
};

class ThreadRank : public Communicator {
 public:
  ThreadRank(Board* board, int rank, int size) : board_(board), rank_(rank), size_(size) {}

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  std::vector<int> NodeOfRank() const override { return board_->node_of_rank; }
  void Barrier() override { board_->barrier.arrive_and_wait(); }

  void Broadcast(std::span<std::byte> bytes, int root) override {
    board_->bytes[rank_] = bytes;
    Barrier();
    if (rank_ != root) std::ranges::copy(board_->bytes[root], bytes.begin());
    Barrier();
  }

  void AllGather(std::span<const std::byte> mine, std::span<std::byte> all) override {
    board_->bytes[rank_] = mine;
    Barrier();
    for (int r = 0; r < size_; ++r)
      std::ranges::copy(board_->bytes[r], all.begin() + r * mine.size());
    Barrier();
  }

  void Exchange(std::span<const Piece> sends, std::span<const Piece> receives) override {
    board_->sends[rank_] = sends;
    Barrier();
    std::vector<size_t> next(size_, 0);  // position in each peer's list
    for (const Piece& receive : receives) {
      const auto& theirs = board_->sends[receive.peer];
      size_t& i = next[receive.peer];
      while (theirs[i].peer != rank_) ++i;
      if (theirs[i].capacity != receive.bytes.size())
        Abort("a piece has another size for its sender than for its receiver", 1);
      std::ranges::copy(theirs[i++].bytes, receive.bytes.begin());
    }
    Barrier();
  }

  std::unique_ptr<SharedFloats> Share(int64_t count) override {
    if (!board_->shares_memory) return nullptr;
    return std::make_unique<ThreadFloats>(board_, rank_, count);
  }

  [[noreturn]] void Abort(std::string_view message, int status) override {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
    std::_Exit(status);
  }

 private:
  Board* const board_;
  const int rank_;
  const int size_;
};

void RunThreads(Board* board, const std::function<void(Communicator*)>& rank_main) {
  const int size = static_cast<int>(board->node_of_rank.size());
  std::vector<std::jthread> threads;
  for (int rank = 0; rank < size; ++rank) {
    threads.emplace_back([&, rank] {
      ThreadRank communicator(board, rank, size);
      rank_main(&communicator);
    });
  }
}

}  // namespace

void RunThreadGroup(int size, const std::function<void(Communicator*)>& rank_main,
                    bool shares_memory) {
  Board board(std::vector<int>(size, 0), shares_memory);
  RunThreads(&board, rank_main);
}

void RunThreadGroup(const std::vector<int>& node_of_rank,
                    const std::function<void(Communicator*)>& rank_main) {
  Board board(node_of_rank, /*shares_memory=*/true);
  RunThreads(&board, rank_main);
}

}  // namespace elman
