#include "trainer/trace/run_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "data/io/file_system.h"
#include "tests/support/scratch.h"
#include "trainer/comm/thread_group.h"
#include "trainer/trace/trace_file.h"

namespace elman {
namespace {

using testing::HasSubstr;
using testing::Not;
using std::chrono_literals::operator""us;

std::vector<std::string> NamesOf(const Timeline& timeline) {
  std::vector<std::string> names;
  for (const Timeline::Span& span : timeline.Spans()) names.emplace_back(span.name);
  return names;
}

TEST(TimelineTest, KeepsTheLatestSpans) {
  Timeline timeline(3);
  const Timeline::Clock::time_point now = Timeline::Clock::now();
  for (const char* name : {"a", "b", "c"}) timeline.Record(name, now, now);
  EXPECT_EQ(timeline.forgotten(), 0);
  for (const char* name : {"d", "e"}) timeline.Record(name, now, now);
  EXPECT_THAT(NamesOf(timeline), testing::ElementsAre("c", "d", "e"));
  EXPECT_EQ(timeline.forgotten(), 2);
}

TEST(TraceFileTest, WritesTraceEventFormat) {
  Scratch folder;
  const std::string path = folder.Path("trace.json");
  const auto file = *TraceFile::Create(path);
  file->AddRank(1, "rank 1 on \"here\"", "2 left out");
  file->AddTrack(1, 0, "training");
  const TraceEvent event{"forward", 0, 17, 4};
  file->AddEvents(1, {&event, 1});
  EXPECT_FALSE(FileExists(path));
  ASSERT_THAT(file->Publish(), IsOk());
  EXPECT_EQ(folder.Read("trace.json"),
            "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n"
            "{\"ph\": \"M\", \"pid\": 1, \"tid\": 0, \"name\": \"process_name\", "
            "\"args\": {\"name\": \"rank 1 on \\\"here\\\"\"}},\n"
            "{\"ph\": \"M\", \"pid\": 1, \"tid\": 0, \"name\": \"process_labels\", "
            "\"args\": {\"labels\": \"2 left out\"}},\n"
            "{\"ph\": \"M\", \"pid\": 1, \"tid\": 0, \"name\": \"process_sort_index\", "
            "\"args\": {\"sort_index\": 1}},\n"
            "{\"ph\": \"M\", \"pid\": 1, \"tid\": 0, \"name\": \"thread_name\", "
            "\"args\": {\"name\": \"training\"}},\n"
            "{\"ph\": \"X\", \"pid\": 1, \"tid\": 0, \"ts\": 17, \"dur\": 4, \"name\": "
            "\"forward\"}\n]}\n");
}

void Spend(std::chrono::microseconds time) { std::this_thread::sleep_for(time); }

TEST(RunTraceTest, HasTheSpansOfEveryRankAndNoIdleTime) {
  Scratch folder;
  const std::string path = folder.Path("trace.json");
  RunThreadGroup(3, [&](Communicator* communicator) {
    PhaseClock clock;
    {
      RunTrace trace(communicator, &clock, path);
      clock.Enter(Phase::kForward);
      if (communicator->rank() == 2) {
        const TimedSpan span(&clock, "layer7 forward");
        Spend(100us);
      }
      Spend(100us);
      clock.Enter(Phase::kOther);
      Spend(100us);
      clock.Enter(Phase::kData);
      EXPECT_FALSE(trace.Due());
      EXPECT_THAT(trace.Publish(), IsOk());
    }
    clock.Enter(Phase::kWait);  // recording has ended
  });
  const std::string text = folder.Read("trace.json");
  for (const int rank : {0, 1, 2}) {
    const std::string pid = "\"X\", \"pid\": " + std::to_string(rank);
    EXPECT_THAT(text, testing::ContainsRegex(pid + "[^\n]*\"forward\""));
  }
  EXPECT_THAT(text, testing::ContainsRegex("\"pid\": 2, [^\n]*\"layer7 forward\""));
  EXPECT_THAT(text, Not(testing::ContainsRegex("\"pid\": 1, [^\n]*\"layer7 forward\"")));
  EXPECT_THAT(text, Not(HasSubstr("other")));
}

TEST(RunTraceTest, FailsOnEveryRank) {
  Scratch folder;
  RunThreadGroup(2, [&](Communicator* communicator) {
    PhaseClock clock;
    RunTrace trace(communicator, &clock, folder.Path("none/trace.json"));
    EXPECT_THAT(trace.Publish(), FailsWith(absl::StatusCode::kNotFound, "none/trace.json"));
  });
}

}  // namespace
}  // namespace elman
