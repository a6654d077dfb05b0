#include "trainer/network/math/product_rate.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "trainer/network/math/gemm.h"

namespace elman {

double ProductRate(double seconds) {
  using Clock = std::chrono::steady_clock;
  constexpr int64_t kSize = 1024;
  const std::vector<float> a(kSize * kSize, 0.5f), b(kSize * kSize, 0.25f);
  std::vector<float> c(kSize * kSize);
  double best = 0;
  const Clock::time_point began = Clock::now();
  double elapsed = 0;
  for (int product = 0; product < 2 || elapsed < seconds; ++product) {
    const Clock::time_point before = Clock::now();
    Gemm(Transpose::kNo, Transpose::kNo, 1, {a.data(), kSize, kSize}, {b.data(), kSize, kSize}, 0,
         {c.data(), kSize, kSize});
    const Clock::time_point after = Clock::now();
    const double took = std::chrono::duration<double>(after - before).count();
    best = std::max(best, 2.0 * kSize * kSize * kSize / std::max(took, 1e-9));
    elapsed = std::chrono::duration<double>(after - began).count();
  }
  return best;
}

}  // namespace elman
