// The environment of a run is recorded, and a change is reported when the run is resumed.
#include "trainer/run/run_environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/trainer/run/prepared_runs.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/checkpoint/checkpoint_writer.h"
#include "trainer/run/training_run.h"

namespace elman {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(RunEnvironmentTest, NamesWhatChanges) {
  Provenance now;
  DescribeEnvironment(&now);
  EXPECT_EQ(EnvironmentChange(now, now), "");
  EXPECT_EQ(EnvironmentChange(Provenance(), now), "") << "what is not recorded is not compared";
  Provenance before = now;
  before.set_onednn_version("1.2.3");
  before.set_threads(4);
  EXPECT_EQ(EnvironmentChange(before, now),
            "oneDNN 1.2.3 -> " + now.onednn_version() + ", threads per product 4 -> 1");
  const auto* const reflection = Provenance::GetReflection();
  for (const char* name : {"instruction_set", "vector_instruction_set", "highway_version",
                           "c_library", "processor", "elman_version"}) {
    before = now;
    reflection->SetString(&before, Provenance::descriptor()->FindFieldByName(name), "another");
    EXPECT_THAT(EnvironmentChange(before, now), HasSubstr(" another -> ")) << name;
  }
}

class ResumedEnvironmentTest : public PreparedRuns {
 protected:
  void Train(int64_t max_steps) {
    RunThreadGroup(1, [&](Communicator* communicator) {
      EXPECT_THAT(
          RunTraining(communicator, {.config = Config({"max_steps=" + std::to_string(max_steps)}),
                                     .datasets = {dataset_},
                                     .output = scratch_.Path("run")}),
          IsOk());
    });
  }
  std::string Metrics() { return scratch_.Read("run/metrics.jsonl"); }
};

TEST_F(ResumedEnvironmentTest, ReportsAChangeOnce) {
  Train(4);
  const std::string latest = *ResolveCheckpoint(scratch_.Path("run"), kLatest);
  Checkpoint checkpoint = *ReadCheckpoint(latest);
  const Provenance& written = checkpoint.header.provenance();
  EXPECT_NE(written.onednn_version(), "");
  EXPECT_NE(written.instruction_set(), "");
  EXPECT_NE(written.vector_instruction_set(), "");
  EXPECT_NE(written.highway_version(), "");
  EXPECT_NE(written.c_library(), "");
  EXPECT_EQ(written.threads(), 1);
  const std::string hash = ContentHash(checkpoint);
  checkpoint.header.mutable_provenance()->set_instruction_set("mmx");
  checkpoint.header.mutable_provenance()->set_threads(4);
  EXPECT_EQ(ContentHash(checkpoint), hash);
  ASSERT_THAT(WriteCheckpoint(&checkpoint, latest), IsOk());
  Train(6);
  EXPECT_THAT(Metrics(),
              AllOf(HasSubstr("\"event\": \"environment\""), HasSubstr("instruction set mmx -> "),
                    HasSubstr("threads per product 4 -> 1")));
  const size_t once = Metrics().find("\"environment\"");
  Train(8);
  EXPECT_EQ(Metrics().find("\"environment\"", once + 1), std::string::npos)
      << "the next resume is in the same environment";
}

}  // namespace
}  // namespace elman
