// Counts what a rank sends, so that tests can compare it with formulas.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "trainer/comm/communicator.h"

namespace elman {

// Passes all operations on to another communicator, which must outlive it. Counts messages to other
// nodes. A collective operation counts as what its usual algorithm sends: an all-gather passes the
// bytes of every rank around a ring, a broadcast sends them once.
class CountingCommunicator : public Communicator {
 public:
  explicit CountingCommunicator(Communicator* communicator)
      : communicator_(communicator), nodes_(communicator->NodeOfRank()) {}

  int64_t messages() const { return messages_; }
  int64_t bytes() const { return bytes_; }
  void Reset() { messages_ = bytes_ = 0; }

  int rank() const override { return communicator_->rank(); }
  int size() const override { return communicator_->size(); }
  std::vector<int> NodeOfRank() const override { return nodes_; }
  void Barrier() override { communicator_->Barrier(); }
  void Broadcast(std::span<std::byte> bytes, int root) override {
    if (nodes_.back() > 0) Count(1, static_cast<int64_t>(bytes.size()));
    communicator_->Broadcast(bytes, root);
  }
  void AllGather(std::span<const std::byte> mine, std::span<std::byte> all) override {
    if (nodes_.back() > 0) Count(size() - 1, static_cast<int64_t>(all.size() - mine.size()));
    communicator_->AllGather(mine, all);
  }
  void Exchange(std::span<const Piece> sends, std::span<const Piece> receives) override {
    for (const Piece& piece : sends) {
      if (nodes_[piece.peer] != nodes_[rank()] && piece.capacity > 0)
        Count(1, static_cast<int64_t>(piece.bytes.size()));
    }
    communicator_->Exchange(sends, receives);
  }
  std::unique_ptr<SharedFloats> Share(int64_t count) override {
    return communicator_->Share(count);
  }
  [[noreturn]] void Abort(std::string_view message, int status) override {
    communicator_->Abort(message, status);
    std::abort();
  }

 private:
  void Count(int64_t messages, int64_t bytes) {
    messages_ += messages;
    bytes_ += bytes;
  }

  Communicator* const communicator_;
  const std::vector<int> nodes_;
  int64_t messages_ = 0, bytes_ = 0;
};

}  // namespace elman
