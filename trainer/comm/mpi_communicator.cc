#include "trainer/comm/mpi_communicator.h"

#include <mpi.h>
#include <sys/mman.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include "trainer/comm/single_process.h"

namespace elman {
namespace {

// Between two ranks, slices of a few MB are faster than one very large message.
constexpr size_t kSliceBytes = size_t{8} << 20;

constexpr int kSendsAtOnce = 16;  // unfinished sends of a rank

constexpr std::chrono::microseconds kShortestNap{10}, kLongestNap{1000};

// In bytes, for vector instructions. MPI guarantees less.
constexpr MPI_Aint kAlignment = 64;

// The folder in which Open MPI keeps shared windows on Linux.
constexpr char kSharedMemoryFolder[] = "/dev/shm";

// An MPI-3 shared window over the ranks of a node.
class MpiFloats : public SharedFloats {
 public:
  // `ranks` are the global ranks of the communicator `node`, in its order.
  MpiFloats(MPI_Comm node, std::span<const int> ranks, int rank, int size, int64_t count)
      : node_(node), parts_(size) {
    MPI_Info info;
    MPI_Info_create(&info);
    // Puts each part on pages of its own, near the rank that owns it.
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
      // The aligned offset is the same in every process, because windows are mapped at page
      // boundaries.
      const uintptr_t padding = -reinterpret_cast<uintptr_t>(part) % kAlignment;
      auto* const begin = reinterpret_cast<float*>(static_cast<std::byte*>(part) + padding);
      parts_[ranks[r]] = {begin, static_cast<size_t>(counts[r])};
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
  MpiCommunicator(int* argc, char*** argv, const MpiOptions& options) : options_(options) {
    int provided = 0;
    MPI_Initialized(&is_second_);
    if (is_second_) {
      MPI_Query_thread(&provided);
    } else {
      MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
    }
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    if (provided < MPI_THREAD_FUNNELED)
      Abort("this MPI library does not allow threads in addition to the one that calls it", 1);
    FindNodes();
  }
  ~MpiCommunicator() override {
    MPI_Comm_free(&node_);
    if (!is_second_) MPI_Finalize();
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  std::vector<int> NodeOfRank() const override { return node_of_rank_; }
  void Barrier() override {
    Await();
    MPI_Barrier(MPI_COMM_WORLD);
  }

  void Broadcast(std::span<std::byte> bytes, int root) override {
    Await();
    ForEachMessage(bytes.size(), options_.message_bytes, [&](size_t first, int count) {
      MPI_Bcast(bytes.data() + first, count, MPI_BYTE, root, MPI_COMM_WORLD);
    });
  }

  void AllGather(std::span<const std::byte> mine, std::span<std::byte> all) override {
    Await();
    if (mine.size() <= options_.message_bytes) {  // faster than a derived data type
      const int count = static_cast<int>(mine.size());
      MPI_Allgather(mine.data(), count, MPI_BYTE, all.data(), count, MPI_BYTE, MPI_COMM_WORLD);
      return;
    }
    ForEachMessage(mine.size(), options_.message_bytes, [&](size_t first, int count) {
      // This message's part of every rank's bytes; parts of consecutive ranks are mine.size() bytes
      // apart.
      MPI_Datatype part = MPI_BYTE, spaced = MPI_BYTE;
      MPI_Type_contiguous(count, MPI_BYTE, &part);
      MPI_Type_create_resized(part, 0, static_cast<MPI_Aint>(mine.size()), &spaced);
      MPI_Type_commit(&spaced);
      MPI_Allgather(mine.data() + first, count, MPI_BYTE, all.data() + first, 1, spaced,
                    MPI_COMM_WORLD);
      MPI_Type_free(&spaced);
      MPI_Type_free(&part);
    });
  }

  // Receives are posted at once. Only some sends are, so that messages of many ranks do not arrive
  // at one rank at the same time; the next one is posted when any of them ends.
  void Exchange(std::span<const Piece> sends, std::span<const Piece> receives) override {
    requests_.clear();
    for (const Piece& piece : receives) {
      ForEachPart(piece, [&](std::byte* bytes, int count) {
        MPI_Irecv(bytes, count, MPI_BYTE, piece.peer, kTag, MPI_COMM_WORLD,
                  &requests_.emplace_back());
      });
    }
    const size_t received = requests_.size();
    size_t posted = 0;
    for (const Piece& piece : sends) {
      ForEachPart(piece, [&](std::byte* bytes, int count) {
        size_t slot = received + posted;
        if (posted < kSendsAtOnce) {
          requests_.emplace_back(MPI_REQUEST_NULL);
          ++posted;
        } else {
          int ended = 0;
          MPI_Waitany(kSendsAtOnce, requests_.data() + received, &ended, MPI_STATUS_IGNORE);
          slot = received + static_cast<size_t>(ended);
          if (on_progress_) on_progress_();
        }
        MPI_Isend(bytes, count, MPI_BYTE, piece.peer, kTag, MPI_COMM_WORLD, &requests_[slot]);
      });
    }
    WaitForAll();
  }

  void OnProgress(std::function<void()> on_progress) override {
    on_progress_ = std::move(on_progress);
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

  // Divides `size` bytes into messages of at most `most` bytes, because MPI counts are int.
  template <typename Send>
  static void ForEachMessage(size_t size, size_t most, const Send& send) {
    for (size_t first = 0; first < size; first += most)
      send(first, static_cast<int>(std::min(most, size - first)));
  }

  // Divides the bytes of a piece into messages. The number of messages depends on the capacity
  // only, so that both sides have the same; the last ones may be shorter or empty.
  template <typename Transfer>
  void ForEachPart(const Piece& piece, const Transfer& transfer) const {
    const size_t most = std::min(kSliceBytes, options_.message_bytes);
    for (size_t first = 0; first < piece.capacity; first += most) {
      const size_t end = std::min(first + most, piece.bytes.size());
      const size_t begin = std::min(first, end);
      transfer(piece.bytes.data() + begin, static_cast<int>(end - begin));
    }
  }

  void WaitForAll() {
    const int requests = static_cast<int>(requests_.size());
    ended_.resize(requests_.size());
    while (true) {
      int ended = 0;
      MPI_Waitsome(requests, requests_.data(), &ended, ended_.data(), MPI_STATUSES_IGNORE);
      if (ended == MPI_UNDEFINED) return;  // no request is left
      if (on_progress_) on_progress_();
    }
  }

  // Waits for all ranks without using the processor; the waits of MPI itself poll.
  void Await() const {
    if (!options_.sleeps) return;
    MPI_Request request;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    for (auto nap = kShortestNap;; nap = std::min(2 * nap, kLongestNap)) {
      int done = 0;
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      if (done) return;
      std::this_thread::sleep_for(nap);
    }
  }

  void FindNodes() {
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node_);
    int first = rank_;
    MPI_Bcast(&first, 1, MPI_INT, 0, node_);
    std::vector<int> first_of_rank(size_);
    MPI_Allgather(&first, 1, MPI_INT, first_of_rank.data(), 1, MPI_INT, MPI_COMM_WORLD);
    int nodes = 0;
    for (int r = 0; r < size_; ++r) {
      // The first rank of a node comes before its others.
      node_of_rank_.push_back(first_of_rank[r] == r ? nodes++ : node_of_rank_[first_of_rank[r]]);
      if (first_of_rank[r] == first) ranks_of_node_.push_back(r);
    }
  }

  // Checked before a window is created: a window that does not fit ends the job inside MPI, or with
  // a bus error on first access.
  bool FitsSharedMemory(int64_t count) const {
    int64_t needed = 0;
    const int64_t mine = count * static_cast<int64_t>(sizeof(float)) + (1 << 20);
    MPI_Allreduce(&mine, &needed, 1, MPI_INT64_T, MPI_SUM, node_);
    struct statvfs folder = {};
    int fits = statvfs(kSharedMemoryFolder, &folder) == 0 &&
               static_cast<double>(folder.f_bavail) * static_cast<double>(folder.f_frsize) >=
                   static_cast<double>(needed) &&
               CanMap(needed);
    int all_fit = 0;
    MPI_Allreduce(&fits, &all_fit, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    return all_fit != 0;
  }

  // Returns whether this process may allocate `bytes` more (ulimit -v). A rank that is alone on its
  // node allocates the window on the heap, so there must also be enough memory.
  bool CanMap(int64_t bytes) const {
    const int access = ranks_of_node_.size() > 1 ? PROT_NONE : PROT_READ | PROT_WRITE;
    const auto size = static_cast<size_t>(bytes);
    void* const place = ::mmap(nullptr, size, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return place != MAP_FAILED && ::munmap(place, size) == 0;
  }

  const MpiOptions options_;
  int is_second_ = 0;  // whether this is the second communicator of this process
  int rank_ = 0;
  int size_ = 1;
  MPI_Comm node_ = MPI_COMM_NULL;  // the ranks on this host
  std::vector<int> ranks_of_node_, node_of_rank_;
  std::vector<MPI_Request> requests_;
  std::vector<int> ended_;  // for WaitForAll
  std::function<void()> on_progress_;
};

}  // namespace

std::unique_ptr<Communicator> CreateMpiCommunicator(int* argc, char*** argv,
                                                    const MpiOptions& options) {
  return std::make_unique<MpiCommunicator>(argc, argv, options);
}

std::unique_ptr<Communicator> JoinLaunchedRanks(const Launch& launch) {
  if (launch.ranks == 1) return std::make_unique<SingleProcess>();
  return CreateMpiCommunicator(nullptr, nullptr, {.sleeps = true});
}

std::string MpiVersion() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int size = 0;
  MPI_Get_library_version(text, &size);
  // The text is "Open MPI v4.1.4, package: ..." or has several lines.
  std::string version(text, std::strcspn(text, ",\n"));
  if (const size_t v = version.find(" v"); v != std::string::npos) version.erase(v + 1, 1);
  return version;
}

std::string MpiParameter(const std::string& name) {
  // The library may report size 0 for a parameter that is not set.
  constexpr size_t kMinBytes = 4096;
  int provided = 0;
  if (MPI_T_init_thread(MPI_THREAD_SINGLE, &provided) != MPI_SUCCESS) return "";
  int index = 0, count = 0;
  MPI_T_cvar_handle handle;
  std::string value;
  if (MPI_T_cvar_get_index(name.c_str(), &index) == MPI_SUCCESS &&
      MPI_T_cvar_handle_alloc(index, nullptr, &handle, &count) == MPI_SUCCESS) {
    value.resize(std::max(kMinBytes, static_cast<size_t>(std::max(count, 0)) + 1));
    if (MPI_T_cvar_read(handle, value.data()) != MPI_SUCCESS) value.clear();
    value.resize(std::strlen(value.c_str()));
    MPI_T_cvar_handle_free(&handle);
  }
  MPI_T_finalize();
  return value;
}

}  // namespace elman
