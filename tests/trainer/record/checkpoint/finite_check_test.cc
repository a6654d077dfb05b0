// Checkpoints with numbers that are not finite are detected and named, and cannot be resumed from.
#include "trainer/record/checkpoint/finite_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/support/scratch.h"
#include "tests/trainer/record/checkpoint/made_checkpoint.h"
#include "trainer/eval/inspection/inspect.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_writer.h"
#include "trainer/record/run/run_summary.h"

namespace elman {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(CountNotFiniteTest, FindsEveryKindAtEveryPlace) {
  EXPECT_EQ(CountNotFinite({}), 0);
  for (const float bad :
       {kNan, -kNan, kInfinity, -kInfinity, std::numeric_limits<float>::signaling_NaN()}) {
    for (size_t place = 0; place < 40; ++place) {
      std::vector<float> numbers(40, std::numeric_limits<float>::max());
      numbers[0] = std::numeric_limits<float>::denorm_min();
      numbers[1] = -std::numeric_limits<float>::max();
      EXPECT_EQ(CountNotFinite(numbers), 0);
      numbers[place] = bad;
      EXPECT_EQ(CountNotFinite(numbers), 1) << bad << " at " << place;
    }
  }
  EXPECT_EQ(CountNotFinite(std::vector<float>(200'000, kNan)), 200'000) << "more than a block";
}

TEST(FiniteCheckTest, NamesParameterCountAndRemedy) {
  Checkpoint checkpoint = MadeCheckpoint(12);
  EXPECT_THAT(CheckAllFinite(checkpoint, "a.ckpt"), IsOk());
  EXPECT_THAT(CheckValuesFinite(checkpoint, "a.ckpt"), IsOk());
  (*checkpoint.Find("moment1"))[3] = kInfinity;
  (*checkpoint.Find("carry"))[0] = kNan;
  EXPECT_THAT(CheckValuesFinite(checkpoint, "a.ckpt"), IsOk()) << "a model uses its values alone";
  EXPECT_THAT(
      std::string(CheckAllFinite(checkpoint, "run/checkpoints/step-000000012.ckpt").message()),
      AllOf(HasSubstr("step-000000012.ckpt: 1 of 15 numbers of moment1 of weights are not finite, "
                      "and neither are some of 1 more"),
            HasSubstr("diverged"), HasSubstr("'elman-inspect run --repair'")));
  for (const int place : {4, 14}) (*checkpoint.Find("values"))[place] = kNan;
  EXPECT_THAT(std::string(CheckValuesFinite(checkpoint, "a.ckpt").message()),
              AllOf(HasSubstr("a.ckpt: 2 of 15 numbers of values of weights are not finite;"),
                    HasSubstr("--checkpoint=FILE")));
}

// A run whose latest and best checkpoint has a NaN.
class PoisonedRunTest : public testing::Test {
 protected:
  PoisonedRunTest() {
    for (const int64_t step : {10, 20}) {
      Checkpoint checkpoint = MadeCheckpoint(step, step);
      if (step == 20) (*checkpoint.Find("values"))[14] = kNan;
      EXPECT_THAT(directory_.Save(&checkpoint, /*is_best=*/true), IsOk());
    }
  }
  const Scratch run_;
  CheckpointDirectory directory_{run_.path()};
};

TEST_F(PoisonedRunTest, InspectShowsIt) {
  const auto shown = Inspect(run_.path(), {});
  ASSERT_THAT(shown, IsOk());
  EXPECT_THAT(shown->text(), HasSubstr("WARNING"));
  EXPECT_THAT(
      shown->json().ToString(),
      HasSubstr(R"("not_finite": ["1 of 15 numbers of values of weights are not finite"])"));
  const auto sound = Inspect(directory_.PathOf(10), {});
  ASSERT_THAT(sound, IsOk());
  EXPECT_THAT(sound->text(), Not(HasSubstr("WARNING")));
  EXPECT_THAT(sound->json().ToString(), Not(HasSubstr("not_finite")));
  const auto verified = Inspect(directory_.PathOf(20), {.verify = true});
  ASSERT_THAT(verified, IsOk());
  EXPECT_THAT(verified->problems, ElementsAre(HasSubstr("not finite")));
}

TEST_F(PoisonedRunTest, RepairReturnsToTheFiniteCheckpoint) {
  EXPECT_THAT(SummarizeRun(run_.path())->Problems(), Not(IsEmpty()));
  ASSERT_THAT(RepairRun(run_.path()), IsOk());
  EXPECT_EQ(*directory_.Find(kLatest), directory_.PathOf(10));
  EXPECT_EQ(*directory_.Find(kBest), directory_.PathOf(10));
}

}  // namespace
}  // namespace elman
