#include "trainer/record/checkpoint/checkpoint_directory.h"

#include <sys/stat.h>

#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "tests/support/scratch.h"
#include "tests/trainer/record/checkpoint/made_checkpoint.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;

class CheckpointDirectoryTest : public testing::Test {
 protected:
  void Save(int64_t step, int64_t best_step = 0) {
    Checkpoint checkpoint = MadeCheckpoint(step, best_step);
    ASSERT_THAT(directory_.Save(&checkpoint, step == best_step), IsOk());
  }
  void SetMark(std::string_view mark, const std::string& text) {
    run_.Write("checkpoints/" + std::string(mark), text);
  }
  void Remove(std::string_view name) { std::filesystem::remove(Path(name)); }
  void Link(const std::string& target, std::string_view name) {
    Remove(name);
    std::filesystem::create_symlink(target, Path(name));
  }
  std::string Path(std::string_view name) const { return JoinPath(directory_.folder(), name); }

  // Returns the names in the directory, sorted.
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.folder()))
      names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
  }

  const Scratch run_, elsewhere_;
  CheckpointDirectory directory_{run_.path()};
};

TEST_F(CheckpointDirectoryTest, KeepsTheNewestTheBestAndTheLatest) {
  EXPECT_TRUE(absl::IsNotFound(directory_.Find(kLatest).status()));
  EXPECT_THAT(*directory_.Steps(), IsEmpty());
  for (const int64_t step : {10, 20, 30, 40, 50}) {
    Save(step, step < 20 ? 0 : 20);
    ASSERT_THAT(directory_.Prune(2), IsOk());
  }
  EXPECT_THAT(*directory_.Steps(), ElementsAre(20, 40, 50));
  EXPECT_EQ(*directory_.Find(kLatest), directory_.PathOf(50));
  EXPECT_EQ(*ResolveCheckpoint(run_.path(), kBest), directory_.PathOf(20));
}

TEST_F(CheckpointDirectoryTest, PrunesOnlyFilesOfItsWriters) {
  Save(10);
  const std::vector<std::string> ours = {"latest.tmp-12-3", "best.tmp-1-0",
                                         "step-000000020.ckpt.tmp-77-5"};
  const std::vector<std::string> theirs = {
      "notes.tmp-1-2",      "step-000000005.ckpt.tmp-mine", "step-000000005.ckpt.tmp-1-2-3",
      "step-1.ckpt",        "step-+00000005.ckpt",          "step-5.ckpt.tmp-1-2",
      "latest.tmp-1",       "step-0000000005.ckpt",         "step-000000005.ckpt.abandoned-1",
      "step--00000005.ckpt"};
  for (const auto& names : {ours, theirs}) {
    for (const std::string& name : names) run_.Write("checkpoints/" + name, "x");
  }
  ASSERT_THAT(directory_.Prune(1), IsOk());
  for (const std::string& name : ours) EXPECT_FALSE(FileExists(Path(name))) << name;
  EXPECT_THAT(Names(), IsSupersetOf(theirs));
  EXPECT_THAT(*directory_.Steps(), ElementsAre(10));
}

TEST_F(CheckpointDirectoryTest, StepsOfManyDigitsAreInOrder) {
  for (const int64_t step : {999999999, 1000000000, 1000000001}) Save(step);
  ASSERT_THAT(directory_.Prune(2), IsOk());
  EXPECT_THAT(*directory_.Steps(), ElementsAre(1000000000, 1000000001));
}

TEST_F(CheckpointDirectoryTest, MarksThatNameNoCheckpointAreErrorsWithARemedy) {
  Save(10);
  EXPECT_EQ(*ResolveCheckpoint(run_.path(), kBest), directory_.PathOf(10))
      << "without a best, the latest";
  const std::string remedy = "'elman-inspect " + run_.path() + " --repair'";
  for (const std::string& text :
       {std::string("step-000000099.ckpt"), std::string("../../etc/passwd"), std::string(),
        std::string("step-.ckpt"), std::string("step-10.ckpt"), std::string("step-+00000010.ckpt"),
        std::string(5000, 'x')}) {
    SetMark(kLatest, text);
    EXPECT_THAT(directory_.Find(kLatest), FailsWith(kDataLoss, remedy)) << text;
  }
  SetMark(kLatest, "step-000000010.ckpt\n");
  EXPECT_THAT(directory_.Find(kLatest), IsOk());
  std::filesystem::rename(directory_.PathOf(10), elsewhere_.Path("kept"));
  std::filesystem::create_directory(directory_.PathOf(10));
  EXPECT_THAT(directory_.Find(kLatest), FailsWith(kDataLoss, "there is no such file; " + remedy));
  EXPECT_TRUE(absl::IsNotFound(ResolveCheckpoint(run_.Path("nowhere"), kBest).status()));
}

TEST_F(CheckpointDirectoryTest, SaysWhatToNameInsteadOfAFolder) {
  const auto refusal = [](const std::string& path) {
    return std::string(ResolveCheckpoint(path, kBest).status().message());
  };
  const std::string folder = elsewhere_.path(), inside = elsewhere_.Path("model");
  EXPECT_EQ(refusal(folder), folder + ": an empty folder; name a run directory or a checkpoint");
  std::filesystem::create_directories(inside);
  EXPECT_THAT(refusal(folder),
              HasSubstr("neither a run directory (no folder 'checkpoints' in it)"));
  elsewhere_.Write("model/dataset.textproto", "");
  EXPECT_THAT(refusal(inside), HasSubstr(": a data set, not a run directory"));
  EXPECT_EQ(refusal(folder), folder + ": contains a data set; name it: " + inside);
  std::filesystem::remove(inside + "/dataset.textproto");
  std::filesystem::create_directories(inside + "/checkpoints");
  EXPECT_THAT(refusal(inside), HasSubstr(": a run directory without a checkpoint; start the run"));
  Save(10);
  std::filesystem::copy(run_.path(), inside, std::filesystem::copy_options::recursive);
  EXPECT_EQ(refusal(folder), folder + ": contains a run directory; name it: " + inside);
  EXPECT_EQ(
      refusal(inside + "/checkpoints"),
      inside + "/checkpoints: has the checkpoints of a run; name the run directory: " + inside);
}

TEST_F(CheckpointDirectoryTest, RefusesLinksOutOfTheFolder) {
  Save(10);
  std::filesystem::copy(directory_.PathOf(10), elsewhere_.Path("a.ckpt"));
  const std::string mark = elsewhere_.Write("mark", "step-000000010.ckpt\n");
  Link(mark, kLatest);
  EXPECT_THAT(directory_.Find(kLatest),
              FailsWith(kDataLoss, Path(kLatest) + ": this symbolic link points outside"));
  Link(elsewhere_.Path("nothing"), kLatest);
  EXPECT_THAT(directory_.Find(kLatest),
              FailsWith(kDataLoss, "the target of this symbolic link does not exist"));
  Remove(kLatest);
  SetMark(kLatest, "step-000000010.ckpt\n");
  Link(elsewhere_.Path("a.ckpt"), "step-000000010.ckpt");
  EXPECT_THAT(directory_.Find(kLatest),
              FailsWith(kDataLoss, directory_.PathOf(10) + ": this symbolic link points outside"));
  Link(elsewhere_.Path("nothing"), "step-000000010.ckpt");
  EXPECT_THAT(directory_.Find(kLatest),
              FailsWith(kDataLoss, "the target of this symbolic link does not exist"));

  // Links within the folder are treated like files.
  std::filesystem::rename(elsewhere_.Path("a.ckpt"), Path("a.ckpt"));
  Link("a.ckpt", "step-000000010.ckpt");
  EXPECT_EQ(*directory_.Find(kLatest), directory_.PathOf(10));
}

TEST_F(CheckpointDirectoryTest, RefusesAPipeAsMark) {
  Save(10);
  Remove(kLatest);
  ASSERT_EQ(::mkfifo(Path(kLatest).c_str(), 0600), 0);
  EXPECT_THAT(directory_.Find(kLatest), FailsWith(kDataLoss, "found a device or a pipe"));
}

// A run that goes back leaves checkpoints of later steps: they neither cause its own checkpoints to
// be deleted nor are they lost.
TEST_F(CheckpointDirectoryTest, LaterCheckpointsAreNeitherCountedNorDeleted) {
  for (const int64_t step : {10, 20, 30, 40, 50}) Save(step);
  SetMark(kLatest, "step-000000020.ckpt\n");
  Save(25);
  ASSERT_THAT(directory_.Prune(2), IsOk());
  EXPECT_THAT(*directory_.Steps(), ElementsAre(20, 25, 30, 40, 50));
}

TEST_F(CheckpointDirectoryTest, ResumingAnEarlierStepRenamesLaterCheckpoints) {
  for (const int64_t step : {10, 20, 30, 40}) Save(step, step < 40 ? 10 : 40);
  const auto aside = directory_.ContinueFrom(MadeCheckpoint(20, 10).header.progress());
  ASSERT_THAT(aside, IsOk());
  ASSERT_THAT(*aside, ElementsAre(directory_.PathOf(30) + ".abandoned-1",
                                  directory_.PathOf(40) + ".abandoned-1"));
  EXPECT_THAT(*directory_.Steps(), ElementsAre(10, 20));
  EXPECT_EQ(*directory_.Find(kLatest), directory_.PathOf(20));
  EXPECT_EQ(*directory_.Find(kBest), directory_.PathOf(10));
  EXPECT_THAT(ReadCheckpoint((*aside)[0]), IsOk());

  Save(30);
  ASSERT_THAT(directory_.Prune(1), IsOk());
  EXPECT_THAT(*directory_.Steps(), ElementsAre(10, 30));
  const auto again = directory_.ContinueFrom(MadeCheckpoint(10).header.progress());
  EXPECT_THAT(*again, ElementsAre(directory_.PathOf(30) + ".abandoned-2"));
  EXPECT_THAT(Names(),
              ElementsAre("latest", "step-000000010.ckpt", "step-000000030.ckpt.abandoned-1",
                          "step-000000030.ckpt.abandoned-2", "step-000000040.ckpt.abandoned-1"))
      << "step 10 had no best";
}

TEST_F(CheckpointDirectoryTest, ResumingTheLatestChangesNothing) {
  EXPECT_THAT(*directory_.ContinueFrom(MadeCheckpoint(20).header.progress()), IsEmpty());
  EXPECT_FALSE(FileExists(directory_.folder()));
  for (const int64_t step : {10, 20}) Save(step, 10);
  run_.Write("checkpoints/step-000000030.ckpt", "a save that was cut short");
  const std::vector<std::string> before = Names();
  EXPECT_THAT(*directory_.ContinueFrom(MadeCheckpoint(20, 10).header.progress()), IsEmpty());
  EXPECT_EQ(Names(), before);
  EXPECT_EQ(*directory_.Find(kBest), directory_.PathOf(10));
}

// Regardless of `latest`: resuming from an earlier checkpoint also works without a valid mark.
TEST_F(CheckpointDirectoryTest, ResumingRestoresMarks) {
  for (const int64_t step : {10, 20, 30}) Save(step, 10);
  SetMark(kLatest, "nonsense");
  Remove(kBest);
  EXPECT_THAT(directory_.ContinueFrom(MadeCheckpoint(30, 10).header.progress()), IsOk());
  EXPECT_EQ(*directory_.Find(kLatest), directory_.PathOf(30));
  EXPECT_EQ(*directory_.Find(kBest), directory_.PathOf(10));
  EXPECT_THAT(*directory_.Steps(), ElementsAre(10, 20, 30));
}

// After a kill between the two marks of a save, `best` names a checkpoint that the run has not
// reached.
TEST_F(CheckpointDirectoryTest, ResumingTheLatestCorrectsTheBest) {
  Save(10, 10);
  Save(20, 10);
  Checkpoint later = MadeCheckpoint(30, 30);
  ASSERT_THAT(directory_.Save(&later, /*is_best=*/true), IsOk());
  SetMark(kLatest, "step-000000020.ckpt\n");
  Progress progress = MadeCheckpoint(20, 10).header.progress();
  EXPECT_FALSE(directory_.SettleBest(&progress)) << "its checkpoint is whole";
  EXPECT_EQ(progress.best_step(), 10);
  ASSERT_THAT(directory_.ContinueFrom(progress), IsOk());
  EXPECT_EQ(*directory_.Find(kBest), directory_.PathOf(10));
  EXPECT_EQ(*directory_.Find(kLatest), directory_.PathOf(20));
}

TEST_F(CheckpointDirectoryTest, MissingBestIsReplacedByTheMarkedOneOrNone) {
  for (const int64_t step : {10, 20, 30}) Save(step, step == 30 ? 10 : step);
  Progress lost = MadeCheckpoint(30, 25).header.progress();  // never saved
  EXPECT_TRUE(directory_.SettleBest(&lost));
  EXPECT_TRUE(lost.has_best());
  EXPECT_EQ(lost.best_step(), 20);
  EXPECT_EQ(lost.best_loss(), 1.5);

  Progress elsewhere = MadeCheckpoint(30, 25).header.progress();
  elsewhere.set_validated_on("another split");
  EXPECT_TRUE(directory_.SettleBest(&elsewhere));
  EXPECT_FALSE(elsewhere.has_best()) << "its loss is that of another split";

  Progress later = MadeCheckpoint(15, 12).header.progress();
  EXPECT_TRUE(directory_.SettleBest(&later));
  EXPECT_FALSE(later.has_best()) << "the run has not reached step 20";

  std::filesystem::remove(directory_.PathOf(20));
  lost = MadeCheckpoint(30, 20).header.progress();
  EXPECT_TRUE(directory_.SettleBest(&lost));
  EXPECT_FALSE(lost.has_best());
  EXPECT_EQ(lost.best_step(), 0);
  ASSERT_THAT(directory_.MarkBest(lost), IsOk());
  EXPECT_TRUE(absl::IsNotFound(directory_.Find(kBest).status()));
  EXPECT_THAT(directory_.Prune(1), IsOk()) << "as it could not with a mark that names no file";
}

// elman-inspect --repair removes the mark of a damaged best and keeps the file.
TEST_F(CheckpointDirectoryTest, BestWithoutAMarkMustBeUndamaged) {
  Save(10, 10);
  Save(20, 10);
  Remove(kBest);
  Progress progress = MadeCheckpoint(20, 10).header.progress();
  EXPECT_FALSE(directory_.SettleBest(&progress));
  ASSERT_THAT(directory_.MarkBest(progress), IsOk());
  EXPECT_EQ(*directory_.Find(kBest), directory_.PathOf(10));
  Remove(kBest);
  run_.Write("checkpoints/step-000000010.ckpt", "damage");
  EXPECT_TRUE(directory_.SettleBest(&progress));
  EXPECT_FALSE(progress.has_best());
}

}  // namespace
}  // namespace elman
