#include "trainer/record/checkpoint/checkpoint_difference.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tests/trainer/record/checkpoint/made_checkpoint.h"

namespace elman {
namespace {

std::string DifferenceAfter(const std::function<void(Checkpoint*)>& change) {
  Checkpoint changed = MadeCheckpoint(12);
  change(&changed);
  return FirstDifference(MadeCheckpoint(12), changed);
}

TEST(CheckpointDifferenceTest, NamesTheFirstElementThatDiffers) {
  EXPECT_EQ(DifferenceAfter([](Checkpoint* c) {
              c->Find("values")->at(7) = 0.25f;
              c->Find("values")->at(9) = 0.25f;
              c->Find("carry")->at(0) = 5;
            }),
            "values, weights [1, 2]: 0.5 and 0.25 (2 of 16 elements differ)");
  EXPECT_EQ(DifferenceAfter([](Checkpoint* c) { c->Find("moment1")->at(15) = 0; }),
            "moment1, element 15: -1 and 0 (1 of 16 elements differ)")
      << "padding belongs to no parameter";
  EXPECT_EQ(DifferenceAfter([](Checkpoint* c) { c->Find("carry")->at(2) = 5; }),
            "carry, element 2: 3 and 5 (1 of 3 elements differ)");
}

TEST(CheckpointDifferenceTest, ComparesBits) {
  const auto with = [](float value) {
    Checkpoint checkpoint = MadeCheckpoint(12);
    checkpoint.Find("carry")->at(0) = value;
    return checkpoint;
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(FirstDifference(with(nan), with(nan)), "");
  EXPECT_EQ(FirstDifference(with(0.0f), with(-0.0f)),
            "carry, element 0: 0 and -0 (1 of 3 elements differ)");
}

TEST(CheckpointDifferenceTest, NamesDifferencesOutsideOfElements) {
  EXPECT_EQ(DifferenceAfter([](Checkpoint*) {}), "");
  EXPECT_EQ(DifferenceAfter([](Checkpoint* c) { c->header.mutable_config()->set_seed(8); }),
            "the configuration, modified: seed: 7 -> 8");
  EXPECT_EQ(DifferenceAfter([](Checkpoint* c) { c->header.mutable_config()->set_max_steps(8); }),
            "");
  EXPECT_EQ(DifferenceAfter([](Checkpoint* c) { c->header.mutable_progress()->set_step(13); }),
            "the position: step 12 (0 of epoch 1) and step 13 (0 of epoch 1)");
  EXPECT_EQ(DifferenceAfter([](Checkpoint* c) { c->arrays.pop_back(); }),
            "the arrays there are: carry and none");
  EXPECT_EQ(DifferenceAfter([](Checkpoint* c) { c->Find("carry")->pop_back(); }),
            "the size of carry: 3 and 2 elements");
}

}  // namespace
}  // namespace elman
