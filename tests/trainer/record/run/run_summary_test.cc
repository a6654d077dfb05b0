#include "trainer/record/run/run_summary.h"

#include <sys/stat.h>

#include "data/io/file_system.h"
#include "data/io/folder_lock.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"
#include "tests/support/corruption.h"
#include "tests/trainer/record/checkpoint/made_checkpoint.h"
#include "trainer/eval/inspection/inspect.h"
#include "trainer/eval/inspection/inspection.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A run that saved at steps 10, 20 and 30, of which 20 was the best.
class RunSummaryTest : public testing::Test {
 protected:
  RunSummaryTest() {
    for (const int64_t step : {10, 20, 30}) Save(step, step < 20 ? 10 : 20);
  }

  void Save(int64_t step, int64_t best_step) {
    Checkpoint checkpoint = MadeCheckpoint(step, best_step);
    ASSERT_THAT(directory_.Save(&checkpoint, step == best_step), IsOk());
  }
  void Damage(int64_t step) {
    std::string bytes = Contents(directory_.PathOf(step));
    bytes[bytes.size() / 2] ^= 1;
    Overwrite(directory_.PathOf(step), bytes);
  }
  std::string Contents(const std::string& path) const { return *ReadFile(path, 1 << 20); }
  std::string Mark(std::string_view name) const {
    const std::string path = JoinPath(directory_.folder(), name);
    return FileExists(path) ? Contents(path) : "none";
  }
  void SetMark(std::string_view name, const std::string& text) {
    Overwrite(JoinPath(directory_.folder(), name), text);
  }
  void RemoveMark(std::string_view name) {
    std::filesystem::remove(JoinPath(directory_.folder(), name));
  }
  std::vector<std::string> Problems() const { return SummarizeRun(run_.path())->Problems(); }
  std::vector<std::string> Actions() const {
    const auto repair = RepairRun(run_.path());
    EXPECT_THAT(repair, IsOk());
    return repair.ok() ? repair->actions : std::vector<std::string>();
  }

  const Scratch run_;
  CheckpointDirectory directory_{run_.path()};
};

TEST_F(RunSummaryTest, FindsNoProblemInAnUndamagedRun) {
  const auto run = SummarizeRun(run_.path());
  ASSERT_THAT(run, IsOk());
  EXPECT_THAT(run->Problems(), IsEmpty());
  ASSERT_EQ(run->checkpoints.size(), 3u);
  EXPECT_EQ(run->checkpoints[2].content_hash, ContentHash(MadeCheckpoint(30, 20)));
  EXPECT_EQ(run->latest.checkpoint, "step-000000030.ckpt");
  EXPECT_EQ(run->best.checkpoint, "step-000000020.ckpt");
  EXPECT_EQ(run->writer, "");
  EXPECT_THAT(Actions(), IsEmpty());
}

TEST_F(RunSummaryTest, FindsEveryDamagedCheckpoint) {
  Damage(10);
  EXPECT_THAT(Problems(), ElementsAre(HasSubstr("step-000000010.ckpt: offset")));
  Damage(30);
  EXPECT_THAT(Problems(),
              ElementsAre(HasSubstr("step-000000010.ckpt: offset"),
                          HasSubstr("step-000000030.ckpt: offset"),
                          HasSubstr("latest: names step-000000030.ckpt, which is damaged")));
}

TEST_F(RunSummaryTest, SetsLatestToTheNewestUndamagedCheckpoint) {
  const std::string good = Contents(directory_.PathOf(20));
  Damage(30);
  const std::string bad = Contents(directory_.PathOf(30));
  EXPECT_THAT(Actions(), ElementsAre(HasSubstr("latest: written, names step-000000020.ckpt")));
  EXPECT_EQ(Mark(kLatest), "step-000000020.ckpt\n");
  EXPECT_EQ(Mark(kBest), "step-000000020.ckpt\n");
  EXPECT_EQ(Contents(directory_.PathOf(20)), good);
  EXPECT_EQ(Contents(directory_.PathOf(30)), bad) << "what is damaged stays, too";
  EXPECT_THAT(Actions(), IsEmpty()) << "the second time";
}

TEST_F(RunSummaryTest, RecreatesMissingAndUnreadableMarks) {
  for (const std::string& text :
       {std::string("none"), std::string(), std::string("nonsense"), std::string(5000, 'x'),
        std::string("../../step-000000010.ckpt"), std::string("/etc/passwd"),
        std::string("step-000000099.ckpt"), std::string("step-000000010.ckpt\0", 20)}) {
    for (const std::string_view mark : {kLatest, kBest}) {
      SetMark(mark, text);
      if (text == "none") RemoveMark(mark);
    }
    const std::string folder = directory_.folder();
    EXPECT_THAT(Problems(), ElementsAre(HasSubstr(folder + "/latest: "), HasSubstr("/best: ")))
        << text;
    EXPECT_THAT(Problems()[0], HasSubstr("--repair"));
    EXPECT_EQ(Actions().size(), 2u) << text;
    EXPECT_EQ(Mark(kLatest), "step-000000030.ckpt\n") << text;
    EXPECT_EQ(Mark(kBest), "step-000000020.ckpt\n") << text;
    EXPECT_THAT(Problems(), IsEmpty());
  }
}

TEST_F(RunSummaryTest, LeavesAGoodMarkAlone) {
  SetMark(kLatest, "step-000000010.ckpt");  // the run was moved back on purpose
  EXPECT_THAT(Problems(), IsEmpty());
  EXPECT_THAT(Actions(), IsEmpty());
  EXPECT_EQ(Mark(kLatest), "step-000000010.ckpt");
  // A save of a new best was interrupted before `latest` was updated.
  Save(40, 40);
  SetMark(kLatest, "step-000000030.ckpt");
  EXPECT_THAT(Actions(), IsEmpty());
  EXPECT_EQ(Mark(kBest), "step-000000040.ckpt\n");
}

TEST_F(RunSummaryTest, RemovesTheMarkOfABestThatIsLost) {
  Damage(20);
  EXPECT_THAT(Actions(), ElementsAre(HasSubstr("best: removed")));
  EXPECT_EQ(Mark(kBest), "none");
  EXPECT_EQ(Mark(kLatest), "step-000000030.ckpt\n");
}

TEST_F(RunSummaryTest, CorrectsABestThatNoCheckpointRecords) {
  Save(40, 20);
  SetMark(kBest, "step-000000030.ckpt\n");
  EXPECT_THAT(Problems(), ElementsAre(HasSubstr("expected it to name step-000000020.ckpt")));
  EXPECT_THAT(Actions(), ElementsAre(HasSubstr("best: written, names step-000000020.ckpt")));
}

// Bad marks show which checkpoints may still be rescued.
TEST_F(RunSummaryTest, KeepsMarksIfNoCheckpointIsUndamaged) {
  for (const int64_t step : {10, 20, 30}) Damage(step);
  const auto repair = RepairRun(run_.path());
  ASSERT_THAT(repair, IsOk());
  EXPECT_FALSE(repair->ok());
  EXPECT_EQ(Mark(kLatest), "step-000000030.ckpt\n");
  EXPECT_EQ(Mark(kBest), "step-000000020.ckpt\n");
  EXPECT_THAT(repair->after.Problems(), testing::Contains(HasSubstr("no checkpoint is intact")));
}

TEST_F(RunSummaryTest, DeletesOnlyOwnTemporaryFiles) {
  std::filesystem::create_directory(run_.Path("tensorboard"));
  const std::vector<std::string> ours = {"checkpoints/best.tmp-1-0",
                                         "checkpoints/latest.tmp-12-3",
                                         "checkpoints/step-000000040.ckpt.tmp-77-5",
                                         "config.textproto.tmp-1-2",
                                         "metrics.jsonl.tmp-1-2",
                                         "report.html.tmp-9-9",
                                         "tensorboard/events.out.tfevents.1.h.2.tmp-1-2"};
  const std::vector<std::string> theirs = {
      "checkpoints/notes.tmp-1-2", "checkpoints/step-000000030.ckpt.tmp-mine",
      "checkpoints/step-000000010.ckpt.tmp-1-2-3", "metrics.jsonl", "notes.txt"};
  for (const auto& names : {ours, theirs}) {
    for (const std::string& name : names) run_.Write(name, "x");
  }
  EXPECT_EQ(Problems().size(), ours.size());
  EXPECT_EQ(Actions().size(), ours.size());
  for (const std::string& name : ours) EXPECT_FALSE(FileExists(run_.Path(name))) << name;
  for (const std::string& name : theirs) EXPECT_TRUE(FileExists(run_.Path(name))) << name;
  EXPECT_THAT(Problems(), IsEmpty());
}

TEST_F(RunSummaryTest, DoesNotFollowLinksOutOfTheFolder) {
  Scratch elsewhere;
  std::filesystem::rename(directory_.PathOf(30), elsewhere.Path("kept.ckpt"));
  std::filesystem::create_symlink(elsewhere.Path("kept.ckpt"), directory_.PathOf(30));
  elsewhere.Write("best", "step-000000010.ckpt\n");
  RemoveMark(kBest);
  std::filesystem::create_symlink(elsewhere.Path("best"), JoinPath(directory_.folder(), kBest));
  EXPECT_THAT(Problems(),
              ElementsAre(HasSubstr("step-000000030.ckpt: this symbolic link points outside"),
                          HasSubstr("latest: names step-000000030.ckpt"),
                          HasSubstr("best: this symbolic link points outside")));
  EXPECT_EQ(Actions().size(), 2u);
  EXPECT_EQ(Mark(kLatest), "step-000000020.ckpt\n");
  EXPECT_EQ(Mark(kBest), "step-000000020.ckpt\n");
  EXPECT_EQ(elsewhere.Read("best"), "step-000000010.ckpt\n") << "what the link led to";
  EXPECT_THAT(ReadCheckpoint(elsewhere.Path("kept.ckpt")), IsOk());
}

TEST_F(RunSummaryTest, AcceptsALinkToARunDirectory) {
  Scratch other;
  std::filesystem::create_symlink(run_.path(), other.Path("run"));
  RemoveMark(kLatest);
  ASSERT_THAT(RepairRun(other.Path("run")), IsOk());
  EXPECT_EQ(Mark(kLatest), "step-000000030.ckpt\n");
}

TEST_F(RunSummaryTest, DetectsACheckpointUnderAnotherName) {
  std::filesystem::copy(directory_.PathOf(10), directory_.PathOf(50));
  EXPECT_THAT(Problems(), ElementsAre(HasSubstr("contains the checkpoint of step 10")));
}

TEST_F(RunSummaryTest, DetectsAVocabularyOtherThanTheHeaders) {
  Checkpoint checkpoint = MadeCheckpoint(40, 20);
  checkpoint.tables[0].tokenizer_model += "x";
  ASSERT_THAT(directory_.Save(&checkpoint, false), IsOk());
  EXPECT_THAT(ReadCheckpoint(directory_.PathOf(40)), IsOk());
  EXPECT_THAT(ReadWholeCheckpoint(directory_.PathOf(40)),
              FailsWith(absl::StatusCode::kDataLoss, "fingerprint"));
}

TEST_F(RunSummaryTest, RefusesToRepairWhileARunWrites) {
  SetMark(kLatest, "nonsense");
  run_.Write("checkpoints/latest.tmp-1-2", "x");
  {
    const auto lock = FolderLock::Take(run_.path());
    ASSERT_THAT(lock, IsOk());
    EXPECT_THAT(RepairRun(run_.path()), FailsWith(absl::StatusCode::kFailedPrecondition,
                                                  "process " + std::to_string(getpid())));
    EXPECT_EQ(Mark(kLatest), "nonsense");
    const auto run = SummarizeRun(run_.path());
    EXPECT_THAT(run->writer, HasSubstr("process"));
    EXPECT_THAT(run->Problems(), ElementsAre(HasSubstr("latest"))) << "the run's temporary file";
  }
  EXPECT_EQ(Actions().size(), 2u);
}

// A checkpoint of another version is not damaged: its state is unknown.
TEST_F(RunSummaryTest, ChangesNothingIfACheckpointCannotBeChecked) {
  std::vector<std::string> records = FramedRecords(directory_.PathOf(30));
  CheckpointRecord header;
  ASSERT_TRUE(header.ParseFromString(
      records[0].substr(kRecordHeaderBytes, records[0].size() - kRecordFrameBytes)));
  header.mutable_header()->set_format_version(99);
  records[0] = FrameRecord(header.SerializeAsString());
  Overwrite(directory_.PathOf(30), Joined(records));
  EXPECT_THAT(RepairRun(run_.path()),
              FailsWith(absl::StatusCode::kFailedPrecondition, "nothing was repaired"));
  EXPECT_EQ(Mark(kLatest), "step-000000030.ckpt\n");
}

TEST_F(RunSummaryTest, RepairsRunDirectoriesOnly) {
  Scratch empty;
  EXPECT_THAT(RepairRun(empty.path()),
              FailsWith(absl::StatusCode::kInvalidArgument, "expected a run directory"));
}

TEST_F(RunSummaryTest, PrintsTextAndJson) {
  Damage(30);
  const auto inspection = Inspect(run_.path(), {.verify = true});
  ASSERT_THAT(inspection, IsOk());
  EXPECT_EQ(inspection->problems.size(), 2u);
  EXPECT_THAT(inspection->text(), HasSubstr("3, 2 whole"));
  EXPECT_THAT(inspection->text(), HasSubstr("step-000000030.ckpt   DAMAGED"));
  const std::string json = inspection->json().ToString();
  EXPECT_THAT(json, HasSubstr("\"verified\": false"));
  EXPECT_THAT(json, HasSubstr("\"file\": \"step-000000020.ckpt\", \"whole\": true"));
  EXPECT_THAT(json, testing::Not(HasSubstr("\n")));

  const auto repaired = Repair(run_.path());
  ASSERT_THAT(repaired, IsOk());
  EXPECT_THAT(repaired->problems, IsEmpty());
  EXPECT_THAT(repaired->json().ToString(), HasSubstr("\"verified\": false"))
      << "the damaged checkpoint is there still";
  EXPECT_THAT(repaired->text(), HasSubstr("latest: written, names step-000000020.ckpt"));
  EXPECT_THAT(repaired->json().ToString(), HasSubstr("\"actions\": [\""));
  EXPECT_THAT(Repair(run_.path())->text(), HasSubstr("nothing needed repair"));
}

}  // namespace
}  // namespace elman
