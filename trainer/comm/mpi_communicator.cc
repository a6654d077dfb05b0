#include "trainer/comm/mpi_communicator.h"

#include <mpi.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cstdio>

namespace elman {
namespace {

// MPI counts are int, and slices of some MB are faster than one giant message.
constexpr size_t kMessageFloats = size_t{2} << 20;
constexpr size_t kMessageBytes = size_t{1} << 30;

// Of what vector instructions like best; MPI promises less.
constexpr MPI_Aint kAlignment = 64;

// Where Open MPI keeps shared windows on Linux.
constexpr char kSharedMemoryFolder[] = "/dev/shm";

// A shared window of MPI-3 over all ranks, which are on one host.
class MpiFloats : public SharedFloats {
 public:
  MpiFloats(int rank, int size, int64_t count) : parts_(size) {
    MPI_Info info;
    MPI_Info_create(&info);
    // Each part on pages of its own, near the rank that owns it.
    MPI_Info_set(info, "alloc_shared_noncontig", "true");
    float* unaligned = nullptr;
    const MPI_Aint bytes = count * static_cast<MPI_Aint>(sizeof(float)) + kAlignment;
    MPI_Win_allocate_shared(bytes, sizeof(float), info, MPI_COMM_WORLD, &unaligned, &window_);
    MPI_Info_free(&info);
    MPI_Win_lock_all(MPI_MODE_NOCHECK, window_);

    std::vector<int64_t> counts(size);
    MPI_Allgather(&count, 1, MPI_INT64_T, counts.data(), 1, MPI_INT64_T, MPI_COMM_WORLD);
    for (int r = 0; r < size; ++r) {
      MPI_Aint their_bytes = 0;
      int unit = 0;
      void* part = nullptr;
      MPI_Win_shared_query(window_, r, &their_bytes, &unit, &part);
      // The same place in every process, for they map the window at pages.
      const auto address =
          (reinterpret_cast<uintptr_t>(part) + kAlignment - 1) / kAlignment * kAlignment;
      parts_[r] = {reinterpret_cast<float*>(address), static_cast<size_t>(counts[r])};
    }
    std::ranges::fill(parts_[rank], 0.0f);
    Fence();
  }
  ~MpiFloats() override {
    MPI_Win_unlock_all(window_);
    MPI_Win_free(&window_);
  }
  std::span<float> of(int rank) override { return parts_[rank]; }
  void Fence() override {
    MPI_Win_sync(window_);
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Win_sync(window_);
  }

 private:
  MPI_Win window_ = MPI_WIN_NULL;
  std::vector<std::span<float>> parts_;
};

class MpiCommunicator : public Communicator {
 public:
  MpiCommunicator(int* argc, char*** argv) {
    int provided = 0;
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    if (provided < MPI_THREAD_FUNNELED)
      Abort("this MPI library does not allow threads beside the one that calls it", 1);
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
    MPI_Allgatherv(mine.data(), count, MPI_BYTE, all.data(), counts.data(), offsets.data(),
                   MPI_BYTE, MPI_COMM_WORLD);
    std::vector<std::string> texts;
    for (int r = 0; r < size_; ++r) texts.push_back(all.substr(offsets[r], counts[r]));
    return texts;
  }

  void AllGather(std::span<const std::byte> mine, std::span<std::byte> all) override {
    const int count = static_cast<int>(mine.size());
    MPI_Allgather(mine.data(), count, MPI_BYTE, all.data(), count, MPI_BYTE, MPI_COMM_WORLD);
  }

  void Exchange(std::span<const Piece> sends, std::span<const Piece> receives) override {
    requests_.clear();
    for (const Piece& piece : receives) {
      ForEachMessage(piece, [&](float* data, int count) {
        MPI_Irecv(data, count, MPI_FLOAT, piece.peer, kTag, MPI_COMM_WORLD,
                  &requests_.emplace_back());
      });
    }
    for (const Piece& piece : sends) {
      ForEachMessage(piece, [&](float* data, int count) {
        MPI_Isend(data, count, MPI_FLOAT, piece.peer, kTag, MPI_COMM_WORLD,
                  &requests_.emplace_back());
      });
    }
    MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
  }

  std::unique_ptr<SharedFloats> Share(int64_t count) override {
    if (!OneHost() || !FitsSharedMemory(count)) return nullptr;
    return std::make_unique<MpiFloats>(rank_, size_, count);
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
      send(piece.floats.data() + first,
           static_cast<int>(std::min(kMessageFloats, piece.floats.size() - first)));
    }
  }

  bool OneHost() const {
    MPI_Comm host;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host);
    int on_host = 0;
    MPI_Comm_size(host, &on_host);
    MPI_Comm_free(&host);
    int smallest = 0;
    MPI_Allreduce(&on_host, &smallest, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    return smallest == size_;
  }

  // Asked before a window is made: one that does not fit ends the job inside MPI, or with a bus
  // error on first touch.
  bool FitsSharedMemory(int64_t count) const {
    int64_t needed = 0;
    const int64_t mine = count * static_cast<int64_t>(sizeof(float)) + (1 << 20);
    MPI_Allreduce(&mine, &needed, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    struct statvfs folder = {};
    int fits = statvfs(kSharedMemoryFolder, &folder) == 0 &&
               static_cast<double>(folder.f_bavail) * static_cast<double>(folder.f_frsize) >=
                   static_cast<double>(needed);
    int all_fit = 0;
    MPI_Allreduce(&fits, &all_fit, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    return all_fit != 0;
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
