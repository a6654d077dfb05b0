#include "trainer/run/peak_meter.h"

#include <gtest/gtest.h>

#include <vector>

#include "trainer/comm/thread_group.h"

namespace elman {
namespace {

TEST(PeakMeterTest, MeasuresAgainAfterThePause) {
  std::vector<double> peaks(3), again(3);
  RunThreadGroup(3, [&](Communicator* communicator) {
    PeakMeter patient(communicator, 1'000'000);
    const double first = patient.peak();
    EXPECT_GT(first, 1e6);
    EXPECT_EQ(patient.Measure(), first) << "too soon";
    PeakMeter eager(communicator, 0);
    peaks[communicator->rank()] = eager.peak();
    again[communicator->rank()] = eager.Measure();
  });
  EXPECT_EQ(peaks[1], peaks[0]);
  EXPECT_EQ(peaks[2], peaks[0]);
  EXPECT_EQ(again[1], again[0]);
  EXPECT_EQ(again[2], again[0]);
  EXPECT_NE(again[0], peaks[0]) << "two measurements in nanoseconds are never equal";
}

}  // namespace
}  // namespace elman
