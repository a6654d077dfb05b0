// Ends runs at every call on their files before the data set is complete, and checks that the next
// run continues and makes the same bytes.
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <string>

#include "data/io/file_system.h"
#include "data/io/folder_lock.h"
#include "data/preprocess/preprocess.h"
#include "data/text/text_cuts.h"
#include "tests/support/faults.h"
#include "tests/support/scratch.h"
#include "trainer/comm/single_process.h"

namespace elman {
namespace {

class PreprocessFaultsTest : public testing::Test {
 protected:
  PreprocessFaultsTest() {
    options_.quiet = true;
    options_.task = CLASSIFICATION;
    options_.tokenizer.set_kind(TokenizerSpec::WORD);
    options_.tokenizer.set_vocab_size(500);  // some words of train are left out
    options_.shard_tokens = 150'000;
    options_.splits = {
        {"train", {scratch_.Write("train", Text(2 * kChunkBytes + 1000))}},
        {"valid", {scratch_.Write("valid", Text(10'000) + "unseen\tword\n\xff\tx\n")}}};
    std::filesystem::create_directory(scratch_.Path("made"));
    EXPECT_THAT(Run("made/expected"), IsOk());
    expected_ = Files("made/expected");
    expected_report_ = report_;
    std::filesystem::remove_all(scratch_.Path("made/expected"));
  }

  static std::string Text(size_t size) {
    std::string text;
    uint32_t random = 1;
    while (text.size() < size) {
      text += std::to_string(text.size() % 3) + "\t";
      for (int i = 0; i < 12; ++i) {
        random = random * 1664525 + 1013904223;
        text += "word" + std::to_string(random >> 22) + (i < 11 ? " " : ".\n");
      }
    }
    return text;
  }

  absl::Status Run(const std::string& output) {
    options_.output = scratch_.Path(output);
    if (absl::Status status = CheckOptions(&options_); !status.ok()) return status;
    SingleProcess alone;
    const auto report = Preprocess(options_, &alone, nullptr);
    if (report.ok()) report_ = ReportText(*report);
    return report.status();
  }

  // Runs with the fault in a separate process. Returns how it ended.
  int RunAlone(const Fault& fault) {
    const pid_t child = fork();
    if (child == 0) {
      const FaultInjection injection(fault, scratch_.Path("made"));
      _exit(Run("made/out").ok() ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
  }

  std::map<std::string, std::string> Files(const std::string& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(scratch_.Path(folder))) {
      const std::string name = entry.path().filename().string();
      files[name] = scratch_.Read(folder + "/" + name);
    }
    return files;
  }

  // Checks the run that follows one that was ended.
  void ExpectItContinues() {
    if (!IsFolder(scratch_.Path("made/out"))) {
      EXPECT_THAT(Run("made/out"), IsOk());
    }
    EXPECT_TRUE(Files("made/out") == expected_);
    EXPECT_EQ(report_, expected_report_);

    EXPECT_FALSE(FileExists(scratch_.Path("made/out.unfinished")));
    std::filesystem::remove_all(scratch_.Path("made/out"));
  }

  // Kills a run that has written some of its shards.
  void KillAmidShards() {
    for (int64_t at = Calls();; --at) {
      ASSERT_GT(at, 0);
      RunAlone({.kind = Fault::kDeath, .at = at});
      int shards = 0;
      // Before it is published.
      if (FileExists(scratch_.Path("made/out.unfinished/made")) &&
          !FileExists(scratch_.Path("made/out.unfinished/dataset.textproto"))) {
        for (const auto& [name, bytes] : Files("made/out.unfinished"))
          shards += name.starts_with("train-") && name.ends_with(".tfrecord");
      }
      if (shards > 1) return;
      std::filesystem::remove_all(scratch_.Path("made/out"));
      std::filesystem::remove_all(scratch_.Path("made/out.unfinished"));
    }
  }

  int64_t Calls() {
    const FaultInjection injection({}, scratch_.Path("made"));
    EXPECT_THAT(Run("made/out"), IsOk());
    std::filesystem::remove_all(scratch_.Path("made/out"));
    return injection.calls();
  }

  Scratch scratch_;
  PreprocessOptions options_;
  std::string report_;
  std::map<std::string, std::string> expected_;
  std::string expected_report_;
};

TEST_F(PreprocessFaultsTest, ContinuesAfterBeingKilledAtAnyCall) {
  const int64_t calls = Calls();
  ASSERT_GT(calls, 50);
  for (int64_t at = 1; at <= calls; ++at) {
    SCOPED_TRACE(testing::Message() << "call " << at << " of " << calls);
    const int status = RunAlone({.kind = Fault::kDeath, .at = at});
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    ExpectItContinues();
    if (HasFailure()) return;
  }
}

TEST_F(PreprocessFaultsTest, ContinuesAfterAFullDisk) {
  const int64_t calls = Calls();
  for (int64_t at = 2; at <= calls; at += 3) {
    SCOPED_TRACE(testing::Message() << "call " << at << " of " << calls);
    RunAlone({.kind = Fault::kError, .error = ENOSPC, .at = at, .lasting = true});
    ExpectItContinues();
    if (HasFailure()) return;
  }
}

TEST_F(PreprocessFaultsTest, DoesNotReuseDamagedFiles) {
  KillAmidShards();
  const auto kept = Files("made/out.unfinished");
  ASSERT_GT(kept.size(), 8u);
  for (const auto& [name, bytes] : kept) {
    if (bytes.empty()) continue;
    SCOPED_TRACE(name);
    for (const auto& [other, contents] : kept) {
      std::filesystem::create_directory(scratch_.Path("made/out.unfinished"));
      scratch_.Write("made/out.unfinished/" + other, contents);
    }
    std::string damaged = bytes;
    damaged[damaged.size() / 2] ^= 4;
    scratch_.Write("made/out.unfinished/" + name, damaged);
    ExpectItContinues();
  }
}

TEST_F(PreprocessFaultsTest, StartsAgainIfFilesOrOptionsDiffer) {
  const auto run = [&] {
    options_.quiet = false;
    testing::internal::CaptureStderr();
    EXPECT_THAT(Run("made/out"), IsOk());
    options_.quiet = true;
    return testing::internal::GetCapturedStderr();
  };
  KillAmidShards();
  EXPECT_THAT(run(),
              testing::AllOf(testing::HasSubstr("resuming in "),
                             testing::HasSubstr("reused from the interrupted run: vocabularies\n"),
                             testing::HasSubstr("reused from the interrupted run: tokens of "),
                             testing::HasSubstr(" shards\n")));
  EXPECT_TRUE(Files("made/out") == expected_);
  std::filesystem::remove_all(scratch_.Path("made/out"));
  KillAmidShards();
  options_.tokenizer.set_min_count(2);
  EXPECT_THAT(run(), testing::AllOf(testing::HasSubstr("discarded the unfinished parts in "),
                                    testing::Not(testing::HasSubstr("kept"))));
  EXPECT_FALSE(Files("made/out") == expected_);
  std::filesystem::remove_all(scratch_.Path("made/out"));
  options_.tokenizer.set_min_count(0);
  KillAmidShards();
  // The same size and the same ends.
  std::string text = scratch_.Read("train");
  text[text.size() / 2] = text[text.size() / 2] == 'o' ? 'a' : 'o';
  scratch_.Write("train", text);
  EXPECT_THAT(run(), testing::HasSubstr("discarded the unfinished parts in "));
}

TEST_F(PreprocessFaultsTest, LocksOutAnotherRun) {
  std::filesystem::create_directory(scratch_.Path("made/out.unfinished"));
  const auto lock = FolderLock::Take(scratch_.Path("made/out.unfinished"));
  ASSERT_THAT(lock, IsOk());
  EXPECT_THAT(Run("made/out"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "another run writes there"));
}

}  // namespace
}  // namespace elman
