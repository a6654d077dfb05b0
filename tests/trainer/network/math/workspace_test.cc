#include "trainer/network/math/workspace.h"

#include <gtest/gtest.h>

namespace elman {
namespace {

TEST(WorkspaceTest, AllocationsAreAlignedAndDisjoint) {
  Workspace workspace;
  float* previous = nullptr;
  for (int i = 0; i < 100; ++i) {
    float* piece = workspace.Floats(1000 + i);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(piece) % 64, 0u);
    std::fill_n(piece, 1000 + i, static_cast<float>(i));
    if (previous) {
      EXPECT_EQ(previous[999 + i - 1], static_cast<float>(i - 1));
    }
    previous = piece;
  }
}

TEST(WorkspaceTest, RepeatedStepsAllocateNothing) {
  Workspace workspace;
  const auto step = [&] {
    workspace.Reset();
    for (int i = 0; i < 20; ++i) workspace.Floats(300000);
  };
  step();
  step();
  const size_t capacity = workspace.capacity();
  for (int i = 0; i < 5; ++i) step();
  EXPECT_EQ(workspace.capacity(), capacity);
}

}  // namespace
}  // namespace elman
