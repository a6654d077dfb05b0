// A communicator with one rank, without MPI.
#pragma once

#include "trainer/comm/communicator.h"

namespace elman {

class SingleProcess : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  std::vector<int> NodeOfRank() const override { return {0}; }
  void Barrier() override {}
  void Broadcast(std::span<std::byte>, int) override {}
  void AllGather(std::span<const std::byte> mine, std::span<std::byte> all) override;
  void Exchange(std::span<const Piece> sends, std::span<const Piece> receives) override;
  std::unique_ptr<SharedFloats> Share(int64_t count) override;
  [[noreturn]] void Abort(std::string_view message, int status) override;
};

}  // namespace elman
