// The contract of every communicator, for any number of ranks; tested with threads and with MPI.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "trainer/comm/agreement.h"
#include "trainer/comm/communicator.h"
#include "trainer/comm/host.h"

namespace elman {

inline void ExpectBroadcast(Communicator* c) {
  for (int root = 0; root < c->size(); ++root) {
    std::string text = "a text from " + std::to_string(c->rank()), none = c->rank() ? "x" : "";
    BroadcastString(c, &text, root);
    EXPECT_EQ(text, "a text from " + std::to_string(root));
    BroadcastString(c, &none, 0);
    EXPECT_EQ(none, "");
  }
}

// Texts of different lengths, one of them empty.
inline void ExpectGatheredTexts(Communicator* c) {
  const auto text = [](int rank) {
    std::string letters(static_cast<size_t>(rank) * 1000, '\0');
    std::iota(letters.begin(), letters.end(), static_cast<char>(rank));
    return letters;
  };
  std::vector<std::string> texts;
  for (int r = 0; r < c->size(); ++r) texts.push_back(text(r));
  EXPECT_EQ(c->AllGather(text(c->rank())), texts);
  EXPECT_EQ(c->Gather(text(c->rank())), c->rank() == 0 ? texts : std::vector<std::string>());
}

inline void ExpectSum(Communicator* c) {
  const auto n = static_cast<uint64_t>(c->size());
  const uint64_t large = uint64_t{1} << 40;
  EXPECT_EQ(c->Sum({1, static_cast<uint64_t>(c->rank()), large}),
            (std::vector<uint64_t>{n, n * (n - 1) / 2, n * large}));
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

// A piece may be shorter than the receiver's memory.
inline void ExpectShortExchange(Communicator* c, size_t capacity) {
  const int next = (c->rank() + 1) % c->size(), before = (c->rank() + c->size() - 1) % c->size();
  for (const size_t size : {size_t{0}, capacity / 3, capacity}) {
    std::vector<std::byte> mine(size, static_cast<std::byte>(c->rank() + 1));
    std::vector<std::byte> theirs(capacity, std::byte{77});
    const Communicator::Piece sends[] = {{next, mine, capacity}}, receives[] = {{before, theirs}};
    c->Exchange(sends, receives);
    std::vector<std::byte> expected(capacity, std::byte{77});
    std::fill_n(expected.begin(), size, static_cast<std::byte>(before + 1));
    EXPECT_EQ(theirs, expected) << size;
  }
}

inline void ExpectOrderedTexts(Communicator* c) {
  const int ranks = c->size(), me = c->rank();
  // In descending order of ranks, without that of rank 1.
  const auto texts = c->GatherInOrder(-me, me == 1 ? "" : std::to_string(me));
  std::vector<std::string> expected;
  for (int rank = ranks - 1; rank >= 0; --rank) {
    if (rank != 1) expected.push_back(std::to_string(rank));
  }
  EXPECT_EQ(texts, me == 0 ? expected : std::vector<std::string>());
}

// Every rank sends two pieces to every rank, of 5 floats and of `large` floats.
inline void ExpectExchange(Communicator* c, size_t large) {
  constexpr size_t kSmall = 5;
  const auto number = [](int from, int to, size_t i) {
    return static_cast<float>(from * 100 + to * 10 + i % 7);
  };
  std::vector<std::vector<float>> out, in;
  for (int peer = 0; peer < c->size(); ++peer) {
    for (const size_t size : {kSmall, large}) {
      out.emplace_back(size);
      in.emplace_back(size, -1);
      for (size_t i = 0; i < size; ++i) out.back()[i] = number(c->rank(), peer, i);
    }
  }
  const auto travels = [&](int peer) { return peer != c->rank() || c->size() == 1; };
  std::vector<Communicator::Piece> sends, receives;
  for (size_t i = 0; i < out.size(); ++i) {
    const int peer = static_cast<int>(i / 2);
    if (!travels(peer)) continue;
    sends.emplace_back(peer, std::span(out[i]));
    receives.emplace_back(peer, std::span(in[i]));
  }
  c->Exchange(sends, receives);
  for (size_t piece = 0; piece < in.size(); ++piece) {
    const int peer = static_cast<int>(piece / 2);
    for (size_t i = 0; i < in[piece].size(); ++i)
      ASSERT_EQ(in[piece][i], travels(peer) ? number(peer, c->rank(), i) : -1);
  }
}

inline void ExpectAgreement(Communicator* c) {
  EXPECT_TRUE(Agree(c, absl::OkStatus()).ok());
  for (int bad = 0; bad < c->size(); ++bad) {  // this rank and all later ones fail
    const absl::Status mine = c->rank() < bad
                                  ? absl::OkStatus()
                                  : absl::DataLossError("hole " + std::to_string(c->rank()));
    const std::string place =
        c->size() == 1 ? "" : "rank " + std::to_string(bad) + " on " + HostName() + ": ";
    EXPECT_EQ(Agree(c, mine), absl::DataLossError(place + "hole " + std::to_string(bad)));
  }
  EXPECT_EQ(Agree(c, absl::NotFoundError("x")).message(), "x") << "all alike: no rank is to blame";
  const absl::Status root =
      AgreeWithRoot(c, c->rank() == 0 ? absl::NotFoundError("y") : absl::OkStatus());
  EXPECT_EQ(root, absl::NotFoundError("y"));
}

// Every rank writes its own part, then reads all parts; twice, because writes after a fence must
// not be visible before it. Returns whether there was shared memory.
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
  ExpectGatheredTexts(c);
  ExpectAllGatherOfEqualSizes(c);
  ExpectSum(c);
  ExpectExchange(c, /*large=*/50);
  ExpectShortExchange(c, 50);
  ExpectOrderedTexts(c);
  ExpectAgreement(c);
  ExpectSharedFloats(c);
}

}  // namespace elman
