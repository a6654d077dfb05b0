#include "data/pipeline_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elman {
namespace {

TEST(PipelineProgress, AnnouncesEachStepOnALineWhereThereIsNoTerminal) {
  testing::internal::CaptureStderr();
  {
    PipelineProgress progress(2, /*visible=*/true);
    progress.Begin("reading");
    progress.Add(1000);
    progress.End();
    progress.Begin("writing");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "step 1 of 2: reading\nstep 2 of 2: writing\n");
}

TEST(PipelineProgress, CanBeSilent) {
  testing::internal::CaptureStderr();
  {
    PipelineProgress progress(1, /*visible=*/false);
    progress.Begin("reading");
    progress.End();
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace elman
