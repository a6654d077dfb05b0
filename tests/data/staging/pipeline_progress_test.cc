#include "data/staging/pipeline_progress.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

namespace elman {
namespace {

TEST(PipelineProgress, PrintsOneLinePerStepWithoutATerminal) {
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

TEST(PipelineProgress, PrintsLinesBetweenSteps) {
  testing::internal::CaptureStderr();
  {
    PipelineProgress progress(3, /*visible=*/true);
    progress.SkipSteps(1);
    progress.PrintInfo("kept");
    progress.Begin("writing", 100);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "kept\nstep 2 of 3: writing\n");
}

// The line on a terminal, recorded by script(1): fraction, speed and remaining time.
TEST(PipelineProgress, UpdatesALineOnATerminal) {
  int terminal = -1;
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(master, 0);
  ASSERT_EQ(::grantpt(master) | ::unlockpt(master), 0);
  terminal = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
  const int before = ::dup(STDERR_FILENO);
  ::dup2(terminal, STDERR_FILENO);
  {
    PipelineProgress progress(1, /*visible=*/true, /*workers=*/2);
    progress.Begin("counting", 10'000'000);
    progress.Skip(1'000'000);
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    progress.Add(1'500'000);
    progress.End();
  }
  ::dup2(before, STDERR_FILENO);
  std::string text;
  for (char byte = 0; byte != '\n' && ::read(master, &byte, 1) == 1;) text += byte;
  EXPECT_THAT(text,
              testing::AllOf(testing::HasSubstr("\rstep 1 of 1: counting, 5.0 of 10.0 MB, "),
                             testing::HasSubstr(" MB/s, 0:00:0"), testing::HasSubstr(" left")));
  for (const int fd : {before, terminal, master}) ::close(fd);
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
