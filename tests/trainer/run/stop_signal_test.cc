#include "trainer/run/stop_signal.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "tests/support/gradient_check.h"
#include "trainer/network/math/gemm.h"

namespace elman {
namespace {

// oneDNN's matrix products use the stack pointer as an ordinary register: a signal handler on the
// normal stack would overwrite their operands or the heap.
TEST(StopSignalTest, ASignalWithinAMatrixProductChangesNothing) {
  CatchStopSignals();
  const pthread_t computing = ::pthread_self();
  std::atomic<bool> done = false;
  std::thread signals([&] {
    while (!done) {
      ::pthread_kill(computing, SIGUSR1);
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  });
  constexpr int64_t kRows = 64, kInner = 512, kCols = 512;
  const std::vector<float> a = RandomFloats(kRows * kInner, 1), b = RandomFloats(kInner * kCols, 2);
  std::vector<float> first(kRows * kCols), again(kRows * kCols);
  const auto multiply = [&](std::vector<float>* c) {
    Gemm(Transpose::kNo, Transpose::kNo, 1, ConstMatrix{a.data(), kRows, kInner},
         ConstMatrix{b.data(), kInner, kCols}, 0, Matrix{c->data(), kRows, kCols});
  };
  multiply(&first);
  for (int i = 0; i < 300; ++i) {
    multiply(&again);
    ASSERT_EQ(first, again) << i;
  }
  done = true;
  signals.join();
  EXPECT_TRUE(StopRequested());
}

}  // namespace
}  // namespace elman
