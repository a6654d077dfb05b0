// Tests that unusable models are rejected.
#include "trainer/eval/loading/trained_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tests/support/scratch.h"
#include "tests/trainer/record/checkpoint/made_checkpoint.h"
#include "trainer/eval/embeddings/vector_source.h"
#include "trainer/record/checkpoint/checkpoint_writer.h"

namespace elman {
namespace {

using testing::HasSubstr;

TEST(LoadTrainedModelTest, RejectsValuesThatAreNotFinite) {
  const Scratch folder;
  const std::string path = folder.Path("nan.ckpt");
  Checkpoint checkpoint = MadeCheckpoint(5);
  (*checkpoint.Find("values"))[7] = std::numeric_limits<float>::quiet_NaN();
  ASSERT_THAT(WriteCheckpoint(&checkpoint, path), IsOk());
  const std::string expected =
      "nan.ckpt: 1 of 15 numbers of values of weights are not finite; its training diverged";
  EXPECT_THAT(std::string(LoadTrainedModel(path).status().message()), HasSubstr(expected));
  EXPECT_THAT(std::string(OpenVectorSource(path).status().message()), HasSubstr(expected));
}

}  // namespace
}  // namespace elman
