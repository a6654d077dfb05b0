#include "trainer/optim/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace elman {
namespace {

Progress At(int64_t epoch, int64_t step_in_epoch = 0, int64_t decays = 0) {
  Progress progress;
  progress.set_epoch(epoch);
  progress.set_step_in_epoch(step_in_epoch);
  progress.set_decays(decays);
  return progress;
}

class ScheduleTest : public testing::Test {
 protected:
  double Rate(const Progress& progress) { return LearningRate(config_, progress, 10); }

  TrainingConfig config_;
  ScheduleSpec* spec_ = config_.mutable_schedule();
};

TEST_F(ScheduleTest, EpochDecayIsConstantThenFalls) {
  config_.mutable_optimizer()->set_learning_rate(2);
  spec_->set_kind(ScheduleSpec::EPOCH_DECAY);
  spec_->set_constant_epochs(4);
  spec_->set_factor(0.5f);
  const double expected[] = {2, 2, 2, 2, 1, 0.5, 0.25};
  for (int epoch = 0; epoch < 7; ++epoch) EXPECT_EQ(Rate(At(epoch, 9)), expected[epoch]) << epoch;
}

TEST_F(ScheduleTest, ConstantIsConstant) {
  config_.mutable_optimizer()->set_learning_rate(0.25f);
  EXPECT_EQ(Rate(At(0)), 0.25);
  EXPECT_EQ(Rate(At(100)), 0.25);
}

TEST_F(ScheduleTest, LossThatIsNotFiniteIsNotAnImprovement) {
  spec_->set_kind(ScheduleSpec::PLATEAU);
  spec_->set_patience(1);
  Progress progress;
  ObservePlateau(*spec_, std::nan(""), &progress);
  EXPECT_FALSE(progress.has_plateau_loss());
  EXPECT_EQ(progress.decays(), 1);
  ObservePlateau(*spec_, 5, &progress);
  EXPECT_EQ(progress.plateau_loss(), 5);
  EXPECT_EQ(progress.decays(), 1);
  ObservePlateau(*spec_, std::nan(""), &progress);
  EXPECT_EQ(progress.plateau_loss(), 5);
  EXPECT_EQ(progress.decays(), 2);
  progress.set_plateau_loss(std::nan(""));  // as older versions may have recorded it
  ObservePlateau(*spec_, 4, &progress);
  EXPECT_EQ(progress.plateau_loss(), 4);
}

TEST_F(ScheduleTest, PlateauWaitsForPatience) {
  config_.mutable_optimizer()->set_learning_rate(8);
  spec_->set_kind(ScheduleSpec::PLATEAU);
  spec_->set_factor(0.25f);
  spec_->set_patience(2);
  Progress progress = At(7);
  const double losses[] = {5, 4, 4.5, 3.9, 3.9, 3.9, 3.8};
  const int64_t decays[] = {0, 0, 0, 0, 0, 1, 1};
  for (int i = 0; i < 7; ++i) {
    ObservePlateau(*spec_, losses[i], &progress);
    EXPECT_EQ(progress.decays(), decays[i]) << i;
  }
  EXPECT_EQ(Rate(progress), 2);
}

// A NaN loss is not an improvement even if it is the first loss.
TEST_F(ScheduleTest, PlateauIgnoresNan) {
  spec_->set_kind(ScheduleSpec::PLATEAU);
  spec_->set_patience(1);
  Progress progress = At(0);
  const double losses[] = {std::nan(""), 5, std::nan(""), INFINITY, 4, 4.5};
  const int64_t decays[] = {1, 1, 2, 3, 3, 4};
  for (int i = 0; i < 6; ++i) {
    ObservePlateau(*spec_, losses[i], &progress);
    EXPECT_EQ(progress.decays(), decays[i]) << i;
  }
  EXPECT_EQ(progress.plateau_loss(), 4);
  progress.set_plateau_loss(std::nan(""));  // as older versions may have recorded it
  ObservePlateau(*spec_, 6, &progress);
  EXPECT_EQ(progress.plateau_loss(), 6);
}

TEST_F(ScheduleTest, LinearDecayFallsToZeroByTheStep) {
  spec_->set_kind(ScheduleSpec::LINEAR_DECAY);
  spec_->set_linear_epochs(4);
  EXPECT_EQ(Rate(At(0, 0)), 1);
  EXPECT_DOUBLE_EQ(Rate(At(0, 5)), 1 - 5.0 / 40);
  EXPECT_NEAR(Rate(At(3, 9)), 1.0 / 40, 1e-15);
  // A run longer than planned keeps a small rate.
  EXPECT_DOUBLE_EQ(Rate(At(7)), 1e-4);
}

TEST_F(ScheduleTest, LinearDecayOfNoLengthTakesAllEpochs) {
  spec_->set_kind(ScheduleSpec::LINEAR_DECAY);
  config_.set_max_epochs(4);
  EXPECT_NEAR(Rate(At(3, 9)), 1.0 / 40, 1e-15);
  RemoveEpochLimit(&config_);
  EXPECT_GT(config_.max_epochs(), 1000);
  EXPECT_NEAR(Rate(At(3, 9)), 1.0 / 40, 1e-15);
  config_.set_max_epochs(8);
  spec_->set_linear_epochs(0);
  EXPECT_NEAR(Rate(At(3, 9)), 1 - 39.0 / 80, 1e-15) << "a longer run";
}

TEST_F(ScheduleTest, WarmsUpLinearly) {
  spec_->set_warmup_epochs(2);
  EXPECT_DOUBLE_EQ(Rate(At(0, 0)), 1.0 / 20);
  EXPECT_DOUBLE_EQ(Rate(At(0, 9)), 10.0 / 20);
  EXPECT_DOUBLE_EQ(Rate(At(1, 8)), 19.0 / 20);
  EXPECT_EQ(Rate(At(1, 9)), 1);
  EXPECT_EQ(Rate(At(5)), 1);
}

// The batch has 8 times as many sequences as the rate is meant for.
TEST_F(ScheduleTest, ScalesWithTheBatchSize) {
  config_.set_batch_size(40);
  config_.set_micro_batches(4);
  spec_->set_base_batch_size(20);
  spec_->set_warmup_epochs(0.5f);
  EXPECT_EQ(Rate(At(1)), 1);
  spec_->set_batch_scaling(ScheduleSpec::LINEAR);
  EXPECT_EQ(Rate(At(4)), 8);
  spec_->set_batch_scaling(ScheduleSpec::SQRT);
  EXPECT_DOUBLE_EQ(Rate(At(4)), std::sqrt(8.0));
  // The warm-up is 8 times as long, so half of it is done after two epochs.
  EXPECT_DOUBLE_EQ(Rate(At(1, 9)), std::sqrt(8.0) / 2);
}

}  // namespace
}  // namespace elman
