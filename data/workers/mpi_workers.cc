#include "data/workers/mpi_workers.h"

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <thread>

namespace elman {
namespace {

// Counts of MPI are ints.
constexpr uint64_t kMaxMessageBytes = uint64_t{1} << 30;
constexpr int kTag = 1;

class MpiWorkers : public WorkerGroup {
 public:
  MpiWorkers() {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }
  ~MpiWorkers() override { MPI_Finalize(); }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  std::vector<std::string> Gather(std::string_view bytes) override {
    Meet();
    uint64_t size = bytes.size();
    std::vector<uint64_t> sizes(rank_ == 0 ? size_ : 0);
    MPI_Gather(&size, 1, MPI_UINT64_T, sizes.data(), 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
    std::vector<std::string> gathered;
    if (rank_ != 0) {
      for (uint64_t begin = 0; begin < bytes.size(); begin += kMaxMessageBytes) {
        const std::string_view part = bytes.substr(begin, kMaxMessageBytes);
        MPI_Send(part.data(), static_cast<int>(part.size()), MPI_BYTE, 0, kTag, MPI_COMM_WORLD);
      }
      return gathered;
    }
    gathered.emplace_back(bytes);
    for (int rank = 1; rank < size_; ++rank) {
      std::string received(sizes[rank], '\0');
      for (uint64_t begin = 0; begin < received.size(); begin += kMaxMessageBytes) {
        const uint64_t count = std::min<uint64_t>(kMaxMessageBytes, received.size() - begin);
        MPI_Recv(received.data() + begin, static_cast<int>(count), MPI_BYTE, rank, kTag,
                 MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      }
      gathered.push_back(std::move(received));
    }
    return gathered;
  }

  std::string Broadcast(std::string bytes) override {
    Meet();
    uint64_t size = bytes.size();
    MPI_Bcast(&size, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
    bytes.resize(size);
    for (uint64_t begin = 0; begin < size; begin += kMaxMessageBytes) {
      const uint64_t count = std::min<uint64_t>(kMaxMessageBytes, size - begin);
      MPI_Bcast(bytes.data() + begin, static_cast<int>(count), MPI_BYTE, 0, MPI_COMM_WORLD);
    }
    return bytes;
  }

 private:
  // Waits for all ranks without the spinning of MPI's own waits: one rank may train a tokenizer for
  // minutes while the others' cores are of use to it.
  static void Meet() {
    MPI_Request request;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    for (int done = 0;;) {
      MPI_Test(&request, &done, MPI_STATUS_IGNORE);
      if (done) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  int rank_ = 0;
  int size_ = 1;
};

bool LauncherStartedUs() {
  for (const char* variable : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"}) {
    if (std::getenv(variable) != nullptr) return true;
  }
  return false;
}

}  // namespace

std::unique_ptr<WorkerGroup> CreateWorkers() {
  if (!LauncherStartedUs()) return std::make_unique<Alone>();
  return std::make_unique<MpiWorkers>();
}

}  // namespace elman
