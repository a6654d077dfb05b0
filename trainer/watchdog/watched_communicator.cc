#include "trainer/watchdog/watched_communicator.h"

#include <cstdlib>
#include <utility>

namespace elman {
namespace {

// While it exists, the heartbeat shows that the rank is in a rendezvous.
class RendezvousScope {
 public:
  RendezvousScope(RankHeartbeat* heartbeat, Rendezvous rendezvous) : heartbeat_(heartbeat) {
    heartbeat_->Enter(rendezvous);
  }
  ~RendezvousScope() { heartbeat_->Leave(); }
  RendezvousScope(const RendezvousScope&) = delete;
  RendezvousScope& operator=(const RendezvousScope&) = delete;

 private:
  RankHeartbeat* const heartbeat_;
};

class WatchedFloats : public SharedFloats {
 public:
  WatchedFloats(std::unique_ptr<SharedFloats> floats, RankHeartbeat* heartbeat)
      : floats_(std::move(floats)), heartbeat_(heartbeat) {}
  std::span<float> of(int rank) override { return floats_->of(rank); }
  void Fence() override {
    const RendezvousScope scope(heartbeat_, Rendezvous::kFence);
    floats_->Fence();
  }

 private:
  const std::unique_ptr<SharedFloats> floats_;
  RankHeartbeat* const heartbeat_;
};

}  // namespace

void WatchedCommunicator::Barrier() {
  const RendezvousScope scope(heartbeat_, Rendezvous::kBarrier);
  communicator_->Barrier();
}

void WatchedCommunicator::Broadcast(std::span<std::byte> bytes, int root) {
  const RendezvousScope scope(heartbeat_, Rendezvous::kBroadcast);
  communicator_->Broadcast(bytes, root);
}

void WatchedCommunicator::AllGather(std::span<const std::byte> mine, std::span<std::byte> all) {
  const RendezvousScope scope(heartbeat_, Rendezvous::kAllGather);
  communicator_->AllGather(mine, all);
}

void WatchedCommunicator::Exchange(std::span<const Piece> sends, std::span<const Piece> receives) {
  const RendezvousScope scope(heartbeat_, Rendezvous::kExchange);
  communicator_->Exchange(sends, receives);
}

std::unique_ptr<SharedFloats> WatchedCommunicator::Share(int64_t count) {
  const RendezvousScope scope(heartbeat_, Rendezvous::kSharing);
  auto floats = communicator_->Share(count);
  if (floats == nullptr) return nullptr;
  return std::make_unique<WatchedFloats>(std::move(floats), heartbeat_);
}

void WatchedCommunicator::Abort(std::string_view message, int status) {
  communicator_->Abort(message, status);
  std::abort();  // Abort does not return, but compilers do not know it
}

}  // namespace elman
