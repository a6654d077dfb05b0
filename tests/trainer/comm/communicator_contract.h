// What every communicator must do, for any number of ranks: run by threads and by MPI alike.
#pragma once

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "trainer/comm/agreement.h"
#include "trainer/comm/communicator.h"

namespace elman {

inline void ExpectBroadcast(Communicator* c) {
  for (int root = 0; root < c->size(); ++root) {
    std::string text = c->rank() == root ? "from " + std::to_string(root) : "";
    BroadcastString(c, &text, root);
    EXPECT_EQ(text, "from " + std::to_string(root));
  }
}

inline void ExpectAllGather(Communicator* c) {
  const auto all = c->AllGather(std::string(c->rank() * 3, static_cast<char>('a' + c->rank())));
  ASSERT_EQ(static_cast<int>(all.size()), c->size());
  for (int r = 0; r < c->size(); ++r)
    EXPECT_EQ(all[r], std::string(r * 3, static_cast<char>('a' + r)));
}

inline void ExpectAllGatherOfEqualSizes(Communicator* c) {
  const std::vector<double> mine = {c->rank() + 0.5, -c->rank() - 1.0};
  std::vector<double> all(2 * c->size());
  c->AllGather(std::as_bytes(std::span(mine)), std::as_writable_bytes(std::span(all)));
  for (int r = 0; r < c->size(); ++r) {
    EXPECT_EQ(all[2 * r], r + 0.5);
    EXPECT_EQ(all[2 * r + 1], -r - 1.0);
  }
  c->AllGather(std::span<const std::byte>(), std::span<std::byte>());
}

// Everyone sends everyone two pieces, of different sizes; the larger spans several messages.
inline void ExpectExchange(Communicator* c) {
  constexpr size_t kSmall = 5, kLarge = (size_t{2} << 20) + 3;
  const auto number = [](int from, int to, size_t i) {
    return static_cast<float>(from * 100 + to * 10 + i % 7);
  };
  std::vector<std::vector<float>> out, in;
  for (int peer = 0; peer < c->size(); ++peer) {
    for (const size_t size : {kSmall, kLarge}) {
      out.emplace_back(size);
      in.emplace_back(size, -1);
      for (size_t i = 0; i < size; ++i) out.back()[i] = number(c->rank(), peer, i);
    }
  }
  std::vector<Communicator::Piece> sends, receives;
  for (size_t i = 0; i < out.size(); ++i) {
    if (static_cast<int>(i / 2) == c->rank() && c->size() > 1) continue;
    sends.push_back({static_cast<int>(i / 2), out[i]});
    receives.push_back({static_cast<int>(i / 2), in[i]});
  }
  c->Exchange(sends, receives);
  for (const auto& piece : receives) {
    for (size_t i = 0; i < piece.floats.size(); ++i)
      ASSERT_EQ(piece.floats[i], number(piece.peer, c->rank(), i));
  }
}

inline void ExpectAgreement(Communicator* c) {
  EXPECT_TRUE(Agree(c, absl::OkStatus()).ok());
  const int bad = c->size() - 1;
  const absl::Status mine = c->rank() == bad ? absl::DataLossError("a hole") : absl::OkStatus();
  const absl::Status verdict = Agree(c, mine);
  EXPECT_EQ(verdict.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(verdict.message(),
            c->size() == 1 ? "a hole" : "rank " + std::to_string(bad) + ": a hole");
  EXPECT_EQ(Agree(c, absl::NotFoundError("x")).message(), "x") << "all alike: no rank is to blame";
  const absl::Status root =
      AgreeWithRoot(c, c->rank() == 0 ? absl::NotFoundError("y") : absl::OkStatus());
  EXPECT_EQ(root, absl::NotFoundError("y"));
}

// Everyone writes its own part, then reads all; twice, for what is behind a fence must not be
// overtaken. Returns whether there was shared memory.
inline bool ExpectSharedFloats(Communicator* c) {
  const auto shared = c->Share(10 + c->rank());
  if (shared == nullptr) return false;
  for (int r = 0; r < c->size(); ++r) {
    EXPECT_EQ(static_cast<int>(shared->of(r).size()), 10 + r);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(shared->of(r).data()) % 64, 0u);
    for (const float x : shared->of(r)) EXPECT_EQ(x, 0);
  }
  shared->Fence();
  for (int round = 1; round <= 2; ++round) {
    for (float& x : shared->of(c->rank())) x = static_cast<float>(round * 100 + c->rank());
    shared->Fence();
    for (int r = 0; r < c->size(); ++r) {
      for (const float x : shared->of(r)) EXPECT_EQ(x, round * 100 + r);
    }
    shared->Fence();
  }
  return true;
}

inline void ExpectCommunicator(Communicator* c) {
  c->Barrier();
  ExpectBroadcast(c);
  ExpectAllGather(c);
  ExpectAllGatherOfEqualSizes(c);
  ExpectExchange(c);
  ExpectAgreement(c);
  ExpectSharedFloats(c);
}

}  // namespace elman
