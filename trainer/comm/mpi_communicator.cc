#include "trainer/comm/mpi_communicator.h"

#include <mpi.h>

#include <algorithm>
#include <cstdio>

namespace elman {
namespace {

// MPI counts are int, and slices of some MB are faster than one giant message.
constexpr size_t kMessageFloats = size_t{2} << 20;
constexpr size_t kMessageBytes = size_t{1} << 30;

class MpiCommunicator : public Communicator {
 public:
  MpiCommunicator(int* argc, char*** argv) {
    int provided = 0;
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    if (provided < MPI_THREAD_FUNNELED) Abort("this MPI library does not allow threads beside the one that calls it", 1);
  }
  ~MpiCommunicator() override { MPI_Finalize(); }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void Barrier() override { MPI_Barrier(MPI_COMM_WORLD); }

  void Broadcast(std::span<std::byte> bytes, int root) override {
    for (size_t first = 0; first < bytes.size(); first += kMessageBytes) {
      const size_t count = std::min(kMessageBytes, bytes.size() - first);
      MPI_Bcast(bytes.data() + first, static_cast<int>(count), MPI_BYTE, root, MPI_COMM_WORLD);
    }
  }

  std::vector<std::string> AllGather(std::string_view mine) override {
    const int count = static_cast<int>(mine.size());
    std::vector<int> counts(size_), offsets(size_ + 1);
    MPI_Allgather(&count, 1, MPI_INT, counts.data(), 1, MPI_INT, MPI_COMM_WORLD);
    for (int r = 0; r < size_; ++r) offsets[r + 1] = offsets[r] + counts[r];
    std::string all(offsets[size_], '\0');
    MPI_Allgatherv(mine.data(), count, MPI_BYTE, all.data(), counts.data(), offsets.data(), MPI_BYTE, MPI_COMM_WORLD);
    std::vector<std::string> texts;
    for (int r = 0; r < size_; ++r) texts.push_back(all.substr(offsets[r], counts[r]));
    return texts;
  }

  void Exchange(std::span<const Piece> sends, std::span<const Piece> receives) override {
    requests_.clear();
    for (const Piece& piece : receives) {
      ForEachMessage(piece, [&](float* data, int count) {
        MPI_Irecv(data, count, MPI_FLOAT, piece.peer, kTag, MPI_COMM_WORLD, &requests_.emplace_back());
      });
    }
    for (const Piece& piece : sends) {
      ForEachMessage(piece, [&](float* data, int count) {
        MPI_Isend(data, count, MPI_FLOAT, piece.peer, kTag, MPI_COMM_WORLD, &requests_.emplace_back());
      });
    }
    MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
  }

  [[noreturn]] void Abort(std::string_view message, int status) override {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
    std::fflush(nullptr);
    MPI_Abort(MPI_COMM_WORLD, status);
    std::abort();
  }

 private:
  static constexpr int kTag = 1;

  template <typename Send>
  static void ForEachMessage(const Piece& piece, const Send& send) {
    for (size_t first = 0; first < piece.floats.size(); first += kMessageFloats) {
      send(piece.floats.data() + first, static_cast<int>(std::min(kMessageFloats, piece.floats.size() - first)));
    }
  }

  int rank_ = 0;
  int size_ = 1;
  std::vector<MPI_Request> requests_;
};

}  // namespace

std::unique_ptr<Communicator> CreateMpiCommunicator(int* argc, char*** argv) {
  return std::make_unique<MpiCommunicator>(argc, argv);
}

}  // namespace elman
