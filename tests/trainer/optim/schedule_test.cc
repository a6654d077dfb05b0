#include "trainer/optim/schedule.h"

#include <gtest/gtest.h>

namespace elman {
namespace {

TEST(ScheduleTest, EpochDecayIsConstantThenFalls) {
  ScheduleSpec spec;
  spec.set_kind(ScheduleSpec::EPOCH_DECAY);
  spec.set_constant_epochs(4);
  spec.set_factor(0.5f);
  const double expected[] = {2, 2, 2, 2, 1, 0.5, 0.25};
  for (int epoch = 0; epoch < 7; ++epoch)
    EXPECT_EQ(LearningRate(spec, 2, epoch, 0), expected[epoch]) << epoch;
}

TEST(ScheduleTest, ConstantIsConstant) { EXPECT_EQ(LearningRate({}, 0.3, 100, 0), 0.3); }

TEST(ScheduleTest, PlateauWaitsForPatience) {
  ScheduleSpec spec;
  spec.set_kind(ScheduleSpec::PLATEAU);
  spec.set_factor(0.25f);
  spec.set_patience(2);
  Progress progress;
  const double losses[] = {5, 4, 4.5, 3.9, 3.9, 3.9, 3.8};
  const int64_t decays[] = {0, 0, 0, 0, 0, 1, 1};
  for (int i = 0; i < 7; ++i) {
    ObservePlateau(spec, losses[i], &progress);
    EXPECT_EQ(progress.decays(), decays[i]) << i;
  }
  EXPECT_EQ(LearningRate(spec, 8, 7, progress.decays()), 2);
}

}  // namespace
}  // namespace elman
