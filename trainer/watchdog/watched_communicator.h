// A communicator that records in a heartbeat in which rendezvous this rank waits.
#pragma once

#include "trainer/comm/communicator.h"
#include "trainer/watchdog/rank_heartbeat.h"

namespace elman {

// Both arguments must outlive this object.
class WatchedCommunicator : public Communicator {
 public:
  WatchedCommunicator(Communicator* communicator, RankHeartbeat* heartbeat)
      : communicator_(communicator), heartbeat_(heartbeat) {
    communicator_->OnProgress([heartbeat] { heartbeat->Progress(); });
  }
  ~WatchedCommunicator() override { communicator_->OnProgress(nullptr); }

  int rank() const override { return communicator_->rank(); }
  int size() const override { return communicator_->size(); }
  std::vector<int> NodeOfRank() const override { return communicator_->NodeOfRank(); }
  void Barrier() override;
  void Broadcast(std::span<std::byte> bytes, int root) override;
  void AllGather(std::span<const std::byte> mine, std::span<std::byte> all) override;
  void Exchange(std::span<const Piece> sends, std::span<const Piece> receives) override;
  std::unique_ptr<SharedFloats> Share(int64_t count) override;
  [[noreturn]] void Abort(std::string_view message, int status) override;

 private:
  Communicator* const communicator_;
  RankHeartbeat* const heartbeat_;
};

}  // namespace elman
