#include "trainer/watchdog/watched_communicator.h"

#include <cstdlib>
#include <utility>

namespace elman {
namespace {

// While it exists, the pulse shows that the rank is in a rendezvous.
class Attendance {
 public:
  Attendance(Pulse* pulse, Meeting meeting) : pulse_(pulse) { pulse_->Meet(meeting); }
  ~Attendance() { pulse_->Part(); }
  Attendance(const Attendance&) = delete;
  Attendance& operator=(const Attendance&) = delete;

 private:
  Pulse* const pulse_;
};

class WatchedFloats : public SharedFloats {
 public:
  WatchedFloats(std::unique_ptr<SharedFloats> floats, Pulse* pulse)
      : floats_(std::move(floats)), pulse_(pulse) {}
  std::span<float> of(int rank) override { return floats_->of(rank); }
  void Fence() override {
    const Attendance attendance(pulse_, Meeting::kFence);
    floats_->Fence();
  }

 private:
  const std::unique_ptr<SharedFloats> floats_;
  Pulse* const pulse_;
};

}  // namespace

void WatchedCommunicator::Barrier() {
  const Attendance attendance(pulse_, Meeting::kBarrier);
  communicator_->Barrier();
}

void WatchedCommunicator::Broadcast(std::span<std::byte> bytes, int root) {
  const Attendance attendance(pulse_, Meeting::kBroadcast);
  communicator_->Broadcast(bytes, root);
}

void WatchedCommunicator::AllGather(std::span<const std::byte> mine, std::span<std::byte> all) {
  const Attendance attendance(pulse_, Meeting::kAllGather);
  communicator_->AllGather(mine, all);
}

void WatchedCommunicator::Exchange(std::span<const Piece> sends, std::span<const Piece> receives) {
  const Attendance attendance(pulse_, Meeting::kExchange);
  communicator_->Exchange(sends, receives);
}

std::unique_ptr<SharedFloats> WatchedCommunicator::Share(int64_t count) {
  const Attendance attendance(pulse_, Meeting::kSharing);
  auto floats = communicator_->Share(count);
  if (floats == nullptr) return nullptr;
  return std::make_unique<WatchedFloats>(std::move(floats), pulse_);
}

void WatchedCommunicator::Abort(std::string_view message, int status) {
  communicator_->Abort(message, status);
  std::abort();  // Abort does not return, but compilers do not know it
}

}  // namespace elman
