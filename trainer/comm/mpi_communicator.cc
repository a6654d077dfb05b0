#include "trainer/comm/mpi_communicator.h"

#include <mpi.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace elman {
namespace {

// MPI counts are int, and slices of some MB are faster than one giant message.
constexpr size_t kMessageFloats = size_t{2} << 20;
constexpr size_t kMessageBytes = size_t{1} << 30;

// Of what vector instructions like best; MPI promises less.
constexpr MPI_Aint kAlignment = 64;

// Where Open MPI keeps shared windows on Linux.
constexpr char kSharedMemoryFolder[] = "/dev/shm";

// A shared window of MPI-3 over the ranks of a node.
class MpiFloats : public SharedFloats {
 public:
  // `ranks` are those of the communicator `node`, in its order.
  MpiFloats(MPI_Comm node, std::span<const int> ranks, int rank, int size, int64_t count)
      : node_(node), parts_(size) {
    MPI_Info info;
    MPI_Info_create(&info);
    // Each part on pages of its own, near the rank that owns it.
    MPI_Info_set(info, "alloc_shared_noncontig", "true");
    float* unaligned = nullptr;
    const MPI_Aint bytes = count * static_cast<MPI_Aint>(sizeof(float)) + kAlignment;
    MPI_Win_allocate_shared(bytes, sizeof(float), info, node, &unaligned, &window_);
    MPI_Info_free(&info);
    MPI_Win_lock_all(MPI_MODE_NOCHECK, window_);

    std::vector<int64_t> counts(ranks.size());
    MPI_Allgather(&count, 1, MPI_INT64_T, counts.data(), 1, MPI_INT64_T, node);
    for (size_t r = 0; r < ranks.size(); ++r) {
      MPI_Aint their_bytes = 0;
      int unit = 0;
      void* part = nullptr;
      MPI_Win_shared_query(window_, static_cast<int>(r), &their_bytes, &unit, &part);
      // The same place in every process, for they map the window at pages.
      const auto address =
          (reinterpret_cast<uintptr_t>(part) + kAlignment - 1) / kAlignment * kAlignment;
      parts_[ranks[r]] = {reinterpret_cast<float*>(address), static_cast<size_t>(counts[r])};
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
    MPI_Barrier(node_);
    MPI_Win_sync(window_);
  }

 private:
  const MPI_Comm node_;
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
    FindNodes();
  }
  ~MpiCommunicator() override {
    MPI_Comm_free(&node_);
    MPI_Finalize();
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  std::vector<int> NodeOfRank() const override { return node_of_rank_; }
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
    if (!FitsSharedMemory(count)) return nullptr;
    return std::make_unique<MpiFloats>(node_, ranks_of_node_, rank_, size_, count);
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

  void FindNodes() {
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node_);
    int first = rank_;
    MPI_Bcast(&first, 1, MPI_INT, 0, node_);
    std::vector<int> first_of_rank(size_);
    MPI_Allgather(&first, 1, MPI_INT, first_of_rank.data(), 1, MPI_INT, MPI_COMM_WORLD);
    std::vector<int> firsts;  // of the nodes, ascending
    for (int r = 0; r < size_; ++r) {
      if (first_of_rank[r] == r) firsts.push_back(r);
      if (first_of_rank[r] == first) ranks_of_node_.push_back(r);
      const auto node = std::ranges::find(firsts, first_of_rank[r]) - firsts.begin();
      node_of_rank_.push_back(static_cast<int>(node));
    }
  }

  // Asked before a window is made: one that does not fit ends the job inside MPI, or with a bus
  // error on first touch.
  bool FitsSharedMemory(int64_t count) const {
    int64_t needed = 0;
    const int64_t mine = count * static_cast<int64_t>(sizeof(float)) + (1 << 20);
    MPI_Allreduce(&mine, &needed, 1, MPI_INT64_T, MPI_SUM, node_);
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
  MPI_Comm node_ = MPI_COMM_NULL;  // the ranks on this host
  std::vector<int> ranks_of_node_, node_of_rank_;
  std::vector<MPI_Request> requests_;
};

}  // namespace

std::unique_ptr<Communicator> CreateMpiCommunicator(int* argc, char*** argv) {
  return std::make_unique<MpiCommunicator>(argc, argv);
}

int LaunchedRank() {
  const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
  return rank == nullptr ? 0 : std::atoi(rank);
}

std::string MpiVersion() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int size = 0;
  MPI_Get_library_version(text, &size);
  // "Open MPI v4.1.4, package: ...", or several lines.
  std::string version(text, std::strcspn(text, ",\n"));
  if (const size_t v = version.find(" v"); v != std::string::npos) version.erase(v + 1, 1);
  return version;
}

std::string MpiParameter(const std::string& name) {
  constexpr size_t kLeastBytes = 4096;  // the library may say that an unset one takes none
  int provided = 0;
  if (MPI_T_init_thread(MPI_THREAD_SINGLE, &provided) != MPI_SUCCESS) return "";
  int index = 0, count = 0;
  MPI_T_cvar_handle handle;
  std::string value;
  if (MPI_T_cvar_get_index(name.c_str(), &index) == MPI_SUCCESS &&
      MPI_T_cvar_handle_alloc(index, nullptr, &handle, &count) == MPI_SUCCESS) {
    value.resize(std::max(kLeastBytes, static_cast<size_t>(std::max(count, 0)) + 1));
    if (MPI_T_cvar_read(handle, value.data()) != MPI_SUCCESS) value.clear();
    value.resize(std::strlen(value.c_str()));
    MPI_T_cvar_handle_free(&handle);
  }
  MPI_T_finalize();
  return value;
}

}  // namespace elman
