// Tests that every vectorized function returns NaN for NaN and has the right limits at infinity: on
// every instruction set of this processor, at every position of a row, and also in the remainder of
// a row that does not fill a vector.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "hwy/targets.h"
#include "trainer/network/math/cell_sweeps.h"
#include "trainer/network/math/row_products.h"
#include "trainer/network/math/softmax.h"

namespace elman {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr int kLongest = 37;  // two vectors of sixteen, and a remainder

using Row = std::vector<float>;

class VectorFunctionsTest : public testing::Test {
 protected:
  ~VectorFunctionsTest() override { UseTarget(0); }

  // 0: the best one, the default.
  static void UseTarget(int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();
  }

  // Calls `test` once for each instruction set.
  static void OnEveryTarget(const std::function<void()>& test) {
    const std::vector<int64_t> targets = hwy::SupportedAndGeneratedTargets();
    EXPECT_GE(targets.size(), 1u);
    for (const int64_t target : targets) {
      UseTarget(target);
      SCOPED_TRACE(hwy::TargetName(target));
      test();
    }
  }
};

// A function of rows of `size` elements. It reads and changes arrays whose sizes are multiples of
// `size`.
struct Sweep {
  std::string name;
  std::vector<int> multiples;  // size of each array, in units of `size`
  std::function<void(int64_t size, std::vector<Row>* arrays)> call;
  std::vector<int> inputs;   // arrays into which NaN is written
  std::vector<int> outputs;  // at least one of these must then have NaN in the same column
};

std::vector<Sweep> Sweeps() {
  const auto lstm = [](int64_t n, std::vector<Row>* a, bool peeps) {
    LstmForward(1, n, (*a)[1].data(), peeps ? ConstMatrix{(*a)[2].data(), 3, n} : ConstMatrix{},
                (*a)[3].data(), (*a)[0].data(), (*a)[4].data(), (*a)[5].data());
  };
  const auto lstm_back = [](int64_t n, std::vector<Row>* a) {
    LstmBackward(1, n, {(*a)[1].data(), 3, n}, (*a)[2].data(), (*a)[3].data(), (*a)[4].data(),
                 (*a)[5].data(), (*a)[6].data(), (*a)[0].data(), {(*a)[7].data(), 3, n});
  };
  std::vector<Sweep> sweeps;
  for (const bool relu : {false, true}) {
    sweeps.push_back({relu ? "relu" : "tanh",
                      {1, 1, 1},
                      [relu](int64_t n, std::vector<Row>* a) {
                        VanillaForward(relu, 1, n, (*a)[1].data(), (*a)[0].data(), (*a)[2].data());
                      },
                      {0, 1},
                      {2}});
    sweeps.push_back({relu ? "relu backward" : "tanh backward",
                      {1, 1, 1, 1},
                      [relu](int64_t n, std::vector<Row>* a) {
                        VanillaBackward(relu, 1, n, (*a)[0].data(), (*a)[1].data(), (*a)[2].data(),
                                        (*a)[3].data());
                      },
                      {0, 1, 2},
                      {3}});
  }
  sweeps.push_back({"lstm",
                    {4, 4, 3, 1, 1, 1},
                    [lstm](int64_t n, std::vector<Row>* a) { lstm(n, a, false); },
                    {0, 1, 3},
                    {5}});
  sweeps.push_back({"peephole lstm",
                    {4, 4, 3, 1, 1, 1},
                    [lstm](int64_t n, std::vector<Row>* a) { lstm(n, a, true); },
                    {0, 1, 2, 3},
                    {5}});
  sweeps.push_back(
      {"lstm backward", {4, 3, 1, 1, 1, 1, 1, 3}, lstm_back, {0, 1, 2, 3, 4, 5, 6}, {0, 6}});
  sweeps.push_back({"gru gates",
                    {3, 2, 1, 1},
                    [](int64_t n, std::vector<Row>* a) {
                      GruGatesForward(1, n, (*a)[1].data(), (*a)[2].data(), (*a)[0].data(),
                                      (*a)[3].data());
                    },
                    {0, 1, 2},
                    {0, 3}});
  sweeps.push_back({"gru output",
                    {3, 3, 1, 1},
                    [](int64_t n, std::vector<Row>* a) {
                      GruOutputForward(1, n, (*a)[1].data(), (*a)[2].data(), (*a)[0].data(),
                                       (*a)[3].data());
                    },
                    {0, 2},
                    {0, 3}});
  sweeps.push_back({"gru output backward",
                    {3, 1, 1, 1},
                    [](int64_t n, std::vector<Row>* a) {
                      GruOutputBackward(1, n, (*a)[1].data(), (*a)[2].data(), (*a)[0].data(),
                                        (*a)[3].data());
                    },
                    {0, 1, 2, 3},
                    {0}});
  sweeps.push_back({"gru gates backward",
                    {3, 1, 1, 1},
                    [](int64_t n, std::vector<Row>* a) {
                      GruGatesBackward(1, n, (*a)[1].data(), (*a)[2].data(), (*a)[0].data(),
                                       (*a)[3].data());
                    },
                    {1, 2, 3},
                    {0, 3}});
  sweeps.push_back({"linear before reset",
                    {3, 4, 1, 1, 1},
                    [](int64_t n, std::vector<Row>* a) {
                      LinearBeforeResetForward(1, n, (*a)[1].data(), (*a)[2].data(), (*a)[0].data(),
                                               (*a)[3].data(), (*a)[4].data());
                    },
                    {0, 1, 2, 3},
                    {4}});
  sweeps.push_back({"linear before reset backward",
                    {3, 1, 1, 1, 1},
                    [](int64_t n, std::vector<Row>* a) {
                      LinearBeforeResetBackward(1, n, (*a)[1].data(), (*a)[2].data(),
                                                (*a)[0].data(), (*a)[3].data(), (*a)[4].data());
                    },
                    {0, 1, 2, 3, 4},
                    {0, 3, 4}});
  sweeps.push_back({"logistic losses",
                    {1, 1, 1},
                    [](int64_t, std::vector<Row>* a) {
                      // Labels are 0 or 1.
                      for (float& label : (*a)[1]) label = label > 0.5f ? 1.0f : 0.0f;
                      LogisticLosses((*a)[0], (*a)[1], (*a)[2]);
                    },
                    {0},
                    {0}});
  sweeps.push_back({"losses of logistic losses",
                    {1, 1, 1},
                    [](int64_t, std::vector<Row>* a) { LogisticLosses((*a)[0], {}, (*a)[2]); },
                    {0},
                    {2}});
  return sweeps;
}

// Numbers between 0.1 and 0.9: valid gates and positive outputs.
std::vector<Row> ArraysOf(const Sweep& sweep, int64_t size) {
  std::vector<Row> arrays;
  for (size_t i = 0; i < sweep.multiples.size(); ++i) {
    arrays.emplace_back(size * sweep.multiples[i]);
    for (size_t j = 0; j < arrays[i].size(); ++j)
      arrays[i][j] = 0.5f + 0.4f * std::sin(static_cast<float>(1.7 * j + 5.3 * i));
  }
  return arrays;
}

bool IsNanIn(const std::vector<Row>& arrays, const std::vector<int>& which, int64_t size,
             int64_t column) {
  for (const int array : which) {
    for (size_t j = column; j < arrays[array].size(); j += size)
      if (std::isnan(arrays[array][j])) return true;
  }
  return false;
}

TEST_F(VectorFunctionsTest, NanAffectsOnlyItsColumn) {
  OnEveryTarget([] {
    for (const Sweep& sweep : Sweeps()) {
      for (int64_t size = 1; size <= kLongest; ++size) {
        const std::vector<Row> clean = ArraysOf(sweep, size);
        for (const int input : sweep.inputs) {
          for (int64_t place = 0; place < size * sweep.multiples[input]; ++place) {
            std::vector<Row> arrays = clean;
            arrays[input][place] = kNan;
            sweep.call(size, &arrays);
            for (int64_t column = 0; column < size; ++column) {
              ASSERT_EQ(IsNanIn(arrays, sweep.outputs, size, column), column == place % size)
                  << sweep.name << ", " << size << " elements, array " << input << " at " << place
                  << ", column " << column;
            }
          }
        }
      }
    }
  });
}

TEST_F(VectorFunctionsTest, SoftmaxPropagatesNan) {
  OnEveryTarget([] {
    for (int size = 1; size <= kLongest; ++size) {
      for (int place = 0; place < size; ++place) {
        for (const bool in_bias : {false, true}) {
          Row z(size, 0.5f), bias(size, 0.25f), d_bias(size);
          (in_bias ? bias : z)[place] = kNan;
          const int target = (place + 1) % size;
          EXPECT_TRUE(in_bias || std::isnan(LogSumExp(z.data(), size))) << size << " " << place;
          EXPECT_TRUE(
              std::isnan(CrossEntropyRow(z.data(), bias.data(), size, target, d_bias.data())))
              << size << " " << place;
          for (int i = 0; i < size; ++i) EXPECT_TRUE(std::isnan(z[i]) && std::isnan(d_bias[i]));
        }
      }
    }
  });
}

TEST_F(VectorFunctionsTest, ActivationsHaveTheirLimits) {
  OnEveryTarget([] {
    for (int64_t size = 1; size <= kLongest; ++size) {
      const Row zeros(4 * size);
      for (const float x : {kInfinity, 3e38f, 105.0f}) {
        Row sums(size, x), y(size);
        VanillaForward(/*relu=*/false, 1, size, zeros.data(), sums.data(), y.data());
        EXPECT_EQ(y, Row(size, 1));
        VanillaForward(/*relu=*/true, 1, size, zeros.data(), sums.data(), y.data());
        EXPECT_EQ(y, sums);
        for (float& sum : sums) sum = -x;
        VanillaForward(/*relu=*/false, 1, size, zeros.data(), sums.data(), y.data());
        EXPECT_EQ(y, Row(size, -1));
        VanillaForward(/*relu=*/true, 1, size, zeros.data(), sums.data(), y.data());
        EXPECT_EQ(y, Row(size, 0));
        // Update gate open, reset gate closed.
        Row gates(3 * size), reset(size), h(size, 2);
        for (int64_t i = 0; i < size; ++i) gates[i] = x, gates[size + i] = -x;
        GruGatesForward(1, size, zeros.data(), h.data(), gates.data(), reset.data());
        for (int64_t i = 0; i < size; ++i) {
          EXPECT_EQ(gates[i], 1);
          EXPECT_NEAR(gates[size + i], 0, 1e-38) << x;
          EXPECT_NEAR(reset[i], 0, 2e-38) << x;
        }
      }
    }
  });
}

TEST_F(VectorFunctionsTest, SoftmaxHasItsLimits) {
  OnEveryTarget([] {
    for (int size = 2; size <= kLongest; ++size) {
      for (int place = 0; place < size; ++place) {
        const Row bias(size);
        Row z(size, 1), d_bias(size);
        z[place] = -kInfinity;
        EXPECT_NEAR(LogSumExp(z.data(), size), 1 + std::log(size - 1.0), 1e-5);
        const int other = (place + 1) % size;
        EXPECT_NEAR(CrossEntropyRow(z.data(), bias.data(), size, other, d_bias.data()),
                    std::log(size - 1.0), 1e-5);
        EXPECT_EQ(z[place], 0);
        z.assign(size, 1);
        z[place] = -kInfinity;
        EXPECT_EQ(CrossEntropyRow(z.data(), bias.data(), size, place, d_bias.data()), kInfinity);
        z.assign(size, 1);
        z[place] = kInfinity;
        EXPECT_EQ(LogSumExp(z.data(), size), kInfinity);
        EXPECT_EQ(CrossEntropyRow(z.data(), bias.data(), size, other, d_bias.data()), kInfinity);
      }
      EXPECT_EQ(LogSumExp(Row(size, -kInfinity).data(), size), -kInfinity);
    }
  });
}

TEST_F(VectorFunctionsTest, LogisticLossesHaveTheirLimits) {
  OnEveryTarget([] {
    for (int size = 1; size <= kLongest; ++size) {
      for (const float sign : {1.0f, -1.0f}) {
        for (const float label : {0.0f, 1.0f}) {
          Row scores(size, sign * kInfinity), losses(size);
          const Row labels(size, label);
          LogisticLosses(scores, labels, losses);
          const bool right = (sign > 0) == (label > 0);
          EXPECT_EQ(losses, Row(size, right ? 0 : kInfinity)) << sign << " " << label;
          EXPECT_EQ(scores, Row(size, (sign > 0 ? 1 : 0) - label)) << sign << " " << label;
        }
      }
    }
  });
}

}  // namespace
}  // namespace elman
