#include "trainer/record/run/run_summary.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "data/format/shell_word.h"
#include "data/io/atomic_file.h"
#include "data/io/contained_file.h"
#include "data/io/errno_status.h"
#include "data/io/file_system.h"
#include "data/io/folder_lock.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/io/temporary_name.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/checkpoint/checkpoint_vocabularies.h"
#include "trainer/record/checkpoint/finite_check.h"

namespace elman {
namespace {

std::string NameOf(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

// Returns whether an error means that the file is damaged. Errors such as a failing disk, a missing
// permission or a file of another version do not.
bool IsDamage(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsNotFound(status) || absl::IsInvalidArgument(status);
}

// Returns whether a name is the temporary name of a file that a run writes.
bool IsTemporary(std::string_view name) {
  const std::string_view base = NameBehindTemporary(name);
  return CheckpointDirectory::Writes(base) || base == "config.textproto" ||
         base == "metrics.jsonl" || base == "report.html" ||
         base.starts_with("events.out.tfevents.");
}

// Returns unfinished files of writers in these folders.
std::vector<std::string> TemporaryFiles(const std::string& run) {
  std::vector<std::string> paths;
  for (const std::string& folder :
       {run, JoinPath(run, "checkpoints"), JoinPath(run, "tensorboard")}) {
    std::error_code error;
    for (std::filesystem::directory_iterator i(folder, error), end; !error && i != end;
         i.increment(error)) {
      const std::string name = i->path().filename().string();
      std::error_code gone;
      if (IsTemporary(name) && std::filesystem::is_regular_file(i->symlink_status(gone)))
        paths.push_back(JoinPath(folder, name));
    }
  }
  std::ranges::sort(paths);
  return paths;
}

CheckpointSummary SummarizeCheckpoint(const std::string& folder, int64_t step,
                                      const std::string& path) {
  CheckpointSummary summary;
  summary.name = NameOf(path);
  std::error_code error;
  const uint64_t bytes = std::filesystem::file_size(path, error);
  if (!error) summary.bytes = bytes;
  summary.status = CheckStaysInside(folder, summary.name);
  if (!summary.whole()) return summary;
  const absl::StatusOr<Checkpoint> checkpoint = ReadWholeCheckpoint(path);
  summary.status = checkpoint.status();
  if (!summary.whole()) return summary;
  summary.progress = checkpoint->header.progress();
  summary.content_hash = ContentHash(*checkpoint);
  if (summary.progress.step() != step) {
    summary.status = absl::DataLossError(absl::StrCat(path, ": contains the checkpoint of step ",
                                                      summary.progress.step(),
                                                      "; rename the file to that step"));
  }
  return summary;
}

// Reads the mark and checks that the checkpoint it names is undamaged.
MarkSummary SummarizeMark(const CheckpointDirectory& directory, std::string_view name,
                          const RunSummary& run) {
  MarkSummary mark;
  mark.name = std::string(name);
  const absl::StatusOr<std::string> found = directory.ReadMark(name);
  mark.exists = !absl::IsNotFound(found.status());
  if (!mark.exists) return mark;
  if (!found.ok()) {
    mark.problem = std::string(found.status().message());
    return mark;
  }
  mark.checkpoint = *found;
  const CheckpointSummary* named = run.Find(mark.checkpoint);
  if (named == nullptr || !named->whole()) {
    mark.problem =
        absl::StrCat(JoinPath(directory.folder(), name), ": names ", mark.checkpoint, ", which is ",
                     named == nullptr ? "no checkpoint of this run" : "damaged");
  }
  return mark;
}

// Returns the checkpoint that `best` should name; null if none.
const CheckpointSummary* BestOf(const RunSummary& run, const CheckpointDirectory& directory) {
  const CheckpointSummary* newest = run.NewestWhole();
  if (newest == nullptr || !newest->progress.has_best()) return nullptr;
  const CheckpointSummary* best = run.Find(NameOf(directory.PathOf(newest->progress.best_step())));
  return best != nullptr && best->whole() ? best : nullptr;
}

void SummarizeMarks(const CheckpointDirectory& directory, RunSummary* run) {
  run->latest = SummarizeMark(directory, kLatest, *run);
  run->best = SummarizeMark(directory, kBest, *run);
  const auto lacking = [&](const MarkSummary& mark, const CheckpointSummary& checkpoint) {
    return absl::StrCat(JoinPath(directory.folder(), mark.name), ": ",
                        mark.exists ? absl::StrCat("names ", mark.checkpoint) : "missing",
                        ", expected it to name ", checkpoint.name);
  };
  if (const auto* newest = run->NewestWhole(); newest != nullptr && !run->latest.exists)
    run->latest.problem = lacking(run->latest, *newest);
  if (const auto* best = BestOf(*run, directory); best != nullptr && run->best.problem.empty()) {
    // A checkpoint that was the best when it was written may still be: a save was interrupted after
    // it.
    const CheckpointSummary* named = run->Find(run->best.checkpoint);
    if (named == nullptr || (named != best && !named->best_of_its_time()))
      run->best.problem = lacking(run->best, *best);
  }
}

// Reads the directory once.
absl::StatusOr<RunSummary> SummarizeOnce(const std::string& folder) {
  const CheckpointDirectory directory(folder);
  RunSummary run;
  run.folder = folder;
  ASSIGN_OR_RETURN(const std::vector<int64_t> steps, directory.Steps());
  for (const int64_t step : steps) {
    const std::string path = directory.PathOf(step);
    std::error_code error;
    if (!std::filesystem::exists(std::filesystem::symlink_status(path, error))) continue;
    run.checkpoints.push_back(SummarizeCheckpoint(directory.folder(), step, path));
  }
  SummarizeMarks(directory, &run);
  run.temporary_files = TemporaryFiles(folder);
  return run;
}

absl::Status RepairMark(const CheckpointDirectory& directory, const MarkSummary& mark,
                        const CheckpointSummary* checkpoint, RunRepair* repair) {
  const std::string path = JoinPath(directory.folder(), mark.name);
  if (checkpoint != nullptr) {
    RETURN_IF_ERROR(WriteFile(path, checkpoint->name + "\n"));
    repair->actions.push_back(absl::StrCat(path, ": written, names ", checkpoint->name));
  } else {
    std::error_code error;
    if (!std::filesystem::remove(path, error) && error)
      return ErrnoStatus(error.value(), "delete", path);
    RETURN_IF_ERROR(SyncFolder(directory.folder()));
    repair->actions.push_back(
        absl::StrCat(path, ": removed, because the best checkpoint is missing or damaged"));
  }
  return absl::OkStatus();
}

absl::Status DeleteTemporaryFiles(const RunSummary& run, RunRepair* repair) {
  for (const std::string& path : run.temporary_files) {
    std::error_code error;
    if (!std::filesystem::remove(path, error) && error)
      return ErrnoStatus(error.value(), "delete", path);
    RETURN_IF_ERROR(SyncFolder(FolderOf(path)));
    repair->actions.push_back(
        absl::StrCat(path, ": deleted, because its writer did not finish it"));
  }
  return absl::OkStatus();
}

}  // namespace

const CheckpointSummary* RunSummary::Find(std::string_view name) const {
  const auto found = std::ranges::find(checkpoints, name, &CheckpointSummary::name);
  return found == checkpoints.end() ? nullptr : &*found;
}

const CheckpointSummary* RunSummary::NewestWhole() const {
  const auto newest =
      std::find_if(checkpoints.rbegin(), checkpoints.rend(),
                   [](const CheckpointSummary& checkpoint) { return checkpoint.whole(); });
  return newest == checkpoints.rend() ? nullptr : &*newest;
}

std::vector<std::string> RunSummary::Problems() const {
  std::vector<std::string> problems;
  for (const CheckpointSummary& checkpoint : checkpoints) {
    if (!checkpoint.whole()) problems.emplace_back(checkpoint.status.message());
  }
  const std::string remedy =
      absl::StrCat("; 'elman-inspect ", ShellWord(folder), " --repair' repairs it");
  if (!latest.problem.empty()) {
    problems.push_back(latest.problem + (NewestWhole() != nullptr
                                             ? remedy
                                             : "; no checkpoint is intact: restore one from a "
                                               "copy, or start a new run with another --output"));
  }
  if (!best.problem.empty()) problems.push_back(best.problem + remedy);
  if (writer.empty()) {
    for (const std::string& path : temporary_files)
      problems.push_back(absl::StrCat(path, ": its writer did not finish it", remedy));
  }
  return problems;
}

bool IsRunDirectory(const std::string& path) {
  return IsFolder(CheckpointDirectory(path).folder());
}

absl::StatusOr<Checkpoint> ReadWholeCheckpoint(const std::string& path) {
  ASSIGN_OR_RETURN(Checkpoint checkpoint, ReadCheckpoint(path));
  RETURN_IF_ERROR(ReadVocabularies(checkpoint, path).status());
  RETURN_IF_ERROR(CheckAllFinite(checkpoint, path));
  return checkpoint;
}

absl::StatusOr<RunSummary> SummarizeRun(const std::string& folder) {
  // A running run deletes checkpoints and moves its marks while they are read; then the directory
  // is read again.
  constexpr int kAttempts = 3;
  for (int attempt = 1;; ++attempt) {
    const std::string writer = FolderLockHolder(folder);
    ASSIGN_OR_RETURN(RunSummary run, SummarizeOnce(folder));
    run.writer = writer;
    if (writer.empty() || attempt == kAttempts || run.Problems().empty()) return run;
  }
}

absl::StatusOr<RunRepair> RepairRun(const std::string& folder) {
  if (!IsRunDirectory(folder)) {
    return absl::InvalidArgumentError(
        absl::StrCat(folder,
                     ": expected a run directory, found no folder 'checkpoints' in it; only run "
                     "directories can be repaired"));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<FolderLock> lock, FolderLock::Take(folder));
  ASSIGN_OR_RETURN(const RunSummary before, SummarizeOnce(folder));
  for (const CheckpointSummary& checkpoint : before.checkpoints) {
    if (!checkpoint.whole() && !IsDamage(checkpoint.status)) {
      return absl::Status(checkpoint.status.code(),
                          absl::StrCat(checkpoint.status.message(), "; nothing was repaired"));
    }
  }

  const CheckpointDirectory directory(folder);
  RunRepair repair;
  // If no checkpoint is undamaged, bad marks stay, because they show what there was.
  if (const auto* newest = before.NewestWhole()) {
    if (!before.latest.problem.empty())
      RETURN_IF_ERROR(RepairMark(directory, before.latest, newest, &repair));
    if (!before.best.problem.empty())
      RETURN_IF_ERROR(RepairMark(directory, before.best, BestOf(before, directory), &repair));
  }
  RETURN_IF_ERROR(DeleteTemporaryFiles(before, &repair));

  repair.after = before;
  SummarizeMarks(directory, &repair.after);
  repair.after.temporary_files = TemporaryFiles(folder);
  return repair;
}

}  // namespace elman
