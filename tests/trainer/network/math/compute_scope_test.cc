// Tests that products have the same bits whatever the environment of the process and the settings
// of the calling thread are, and that a scope restores these settings.
#include "trainer/network/math/compute_scope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <omp.h>
#include <unistd.h>

#include <cfenv>
#include <clocale>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/io/checksum.h"
#include "trainer/network/math/gemm.h"
#include "trainer/network/math/transposed_product.h"
#include "trainer/network/math/transposition.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace elman {
namespace {

// Deterministic numbers of both signs. One of 64 is so small that its products are subnormal. They
// are computed once, with the rounding mode of ExpectedHash.
const std::vector<float>& Numbers(int64_t count, uint32_t seed) {
  static std::map<std::pair<int64_t, uint32_t>, std::vector<float>> made;
  std::vector<float>& numbers = made[{count, seed}];
  if (!numbers.empty()) return numbers;
  numbers.resize(count);
  for (float& number : numbers) {
    seed = seed * 1664525 + 1013904223;
    number = static_cast<float>(static_cast<int32_t>(seed)) / 2147483648.0f;
    if (seed % 64 == 0) number *= 1e-38f;
  }
  return numbers;
}

void Add(const std::vector<float>& numbers, Fingerprint* hash) {
  hash->Add(std::string_view(reinterpret_cast<const char*>(numbers.data()),
                             numbers.size() * sizeof(float)));
}

// Hashes products of every kind that Elman computes. If oneDNN had several threads, it would divide
// the sums of the product with one row among them.
std::string ProductHash() {
  Fingerprint hash;
  struct Shape {
    int64_t m, n, k;
  };
  for (const auto& [m, n, k] :
       {Shape{20, 800, 200}, Shape{200, 800, 700}, Shape{8, 8, 20000}, Shape{1, 64, 512}}) {
    const std::vector<float>&a = Numbers(m * k, 1), &b = Numbers(k * n, 2);
    for (const Transpose ta : {Transpose::kNo, Transpose::kYes}) {
      for (const Transpose tb : {Transpose::kNo, Transpose::kYes}) {
        std::vector<float> c = Numbers(m * n, 3);
        const bool at = ta == Transpose::kYes, bt = tb == Transpose::kYes;
        Gemm(ta, tb, 1, {a.data(), at ? k : m, at ? m : k}, {b.data(), bt ? n : k, bt ? k : n}, 1,
             {c.data(), m, n});
        Add(c, &hash);
      }
    }
    std::vector<float> c(m * n), transposed(k * n);
    TransposedProduct().Run({a.data(), m, k}, {b.data(), n, k}, {c.data(), m, n});
    Add(c, &hash);
    Transposition(k, n).Run({b.data(), k, n}, {transposed.data(), n, k});
    Add(transposed, &hash);
  }
  return hash.Hex();
}

// The hash with correct settings of the process.
std::string ExpectedHash() {
  const ComputeScope scope;
  return ProductHash();
}

void OnFreshThread(const std::function<void()>& run) { std::thread(run).join(); }

TEST(ComputeScopeTest, ProductsInAHostThreadHaveTheSameBits) {
  const std::string expected = ExpectedHash();
  for (const int threads : {1, 2, 3, 4, 7}) {
    OnFreshThread([&] {
      omp_set_num_threads(threads);
      EXPECT_EQ(ProductHash(), expected) << threads;
      EXPECT_EQ(omp_get_max_threads(), threads) << "the host's own setting stays";
    });
  }
  OnFreshThread([&] { EXPECT_EQ(ProductHash(), expected) << "as OMP_NUM_THREADS says"; });
}

TEST(ComputeScopeTest, ProductsIgnoreTheRoundingModeOfTheHost) {
  const std::string expected = ExpectedHash();
  OnFreshThread([&] {
    for (const int rounding : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
      ASSERT_EQ(std::fesetround(rounding), 0);
      EXPECT_EQ(ProductHash(), expected) << rounding;
      EXPECT_EQ(std::fegetround(), rounding);
    }
  });
}

#if defined(__x86_64__)
// As in programs linked with -ffast-math, and in all threads that they start later.
TEST(ComputeScopeTest, ProductsKeepSubnormalNumbers) {
  constexpr unsigned kFlushToZero = 0x8000, kSubnormalsAreZero = 0x40;
  const std::string expected = ExpectedHash();
  OnFreshThread([&] {
    const unsigned control = (_mm_getcsr() & ~0x3fu) | kFlushToZero | kSubnormalsAreZero;
    _mm_setcsr(control);
    EXPECT_EQ(ProductHash(), expected);
    EXPECT_EQ(_mm_getcsr() & ~0x3fu, control & ~0x3fu);
  });
}

TEST(ComputeScopeTest, ScopesMayBeNested) {
  OnFreshThread([] {
    omp_set_num_threads(5);
    _mm_setcsr(_mm_getcsr() | 0x8040);
    {
      const ComputeScope outer;
      EXPECT_EQ(omp_get_max_threads(), kProductThreads);
      EXPECT_EQ(_mm_getcsr() & 0xffc0, 0x1f80u);
      // A library that is loaded while the scope exists.
      _mm_setcsr(_mm_getcsr() | 0x8000);
      {
        const ComputeScope inner;
        EXPECT_EQ(_mm_getcsr() & 0xffc0, 0x1f80u);
      }
      EXPECT_EQ(_mm_getcsr() & 0xffc0, 0x9f80u);
    }
    EXPECT_EQ(omp_get_max_threads(), 5);
    EXPECT_EQ(_mm_getcsr() & 0xffc0, 0x9fc0u);
  });
}
#endif

// Run by the next test in processes with other environments; here with the current one.
TEST(ComputeScopeTest, PrintsTheHashOfAFreshThread) {
  std::setlocale(LC_ALL, "");
  OnFreshThread([] { std::printf("hash %s\n", ProductHash().c_str()); });
}

// Runs the test above in a new process with `environment`, arguments of env(1).
std::string HashWith(const std::string& environment) {
  char program[4096] = {};
  if (readlink("/proc/self/exe", program, sizeof(program) - 1) <= 0) return "no program";
  const std::string command =
      absl::StrCat("env ", environment, " '", program,
                   "' --gtest_filter=ComputeScopeTest.PrintsTheHashOfAFreshThread");
  std::FILE* const output = popen(command.c_str(), "r");
  std::string hash;
  char line[256];
  while (std::fgets(line, sizeof(line), output) != nullptr) {
    if (std::strncmp(line, "hash ", 5) == 0) hash = line;
  }
  return pclose(output) == 0 ? hash : "failed";
}

TEST(ComputeScopeTest, TheEnvironmentDoesNotChangeBits) {
  const std::string expected = HashWith("-u OMP_NUM_THREADS");
  EXPECT_THAT(expected, testing::StartsWith("hash "));
  for (const char* environment :
       {"OMP_NUM_THREADS=1", "OMP_NUM_THREADS=2", "OMP_NUM_THREADS=4", "OMP_NUM_THREADS=7",
        "OMP_NUM_THREADS=4,2", "OMP_NUM_THREADS=4 OMP_DYNAMIC=true",
        "OMP_NUM_THREADS=4 OMP_THREAD_LIMIT=3", "OMP_NUM_THREADS=4 OMP_NESTED=true",
        "OMP_NUM_THREADS=4 OMP_PROC_BIND=true", "MKL_NUM_THREADS=3 MKL_DYNAMIC=false",
        "OPENBLAS_NUM_THREADS=3 GOTO_NUM_THREADS=3", "DNNL_DEFAULT_FPMATH_MODE=ANY",
        "ONEDNN_DEFAULT_FPMATH_MODE=BF16", "DNNL_PRIMITIVE_CACHE_CAPACITY=0",
        "LC_ALL=C.utf8 TZ=Pacific/Kiritimati"}) {
    EXPECT_EQ(HashWith(environment), expected) << environment;
  }
}

}  // namespace
}  // namespace elman
