#include "trainer/record/checkpoint/checkpoint_directory.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "data/format/shell_word.h"
#include "data/io/atomic_file.h"
#include "data/io/contained_file.h"
#include "data/io/errno_status.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"
#include "data/io/temporary_name.h"
#include "data/shards/manifest.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/checkpoint/checkpoint_writer.h"

namespace elman {
namespace {

constexpr uint64_t kMaxMarkBytes = 256;

std::string NameOf(int64_t step) { return absl::StrFormat("step-%09d.ckpt", step); }

// Returns the step of a checkpoint's file name; negative for any other name.
int64_t StepOf(std::string_view name) {
  absl::string_view number(name.data(), name.size());
  int64_t step = -1;
  const bool has_number = absl::ConsumePrefix(&number, "step-") &&
                          absl::ConsumeSuffix(&number, ".ckpt") && absl::SimpleAtoi(number, &step);
  return has_number && NameOf(step) == name ? step : -1;
}

absl::StatusOr<std::vector<std::string>> Names(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator i(folder, error), end; !error && i != end;
       i.increment(error)) {
    names.push_back(i->path().filename().string());
  }
  if (error) return ErrnoStatus(error.value(), "list the folder", folder);
  return names;
}

// Renames a checkpoint so that runs ignore it. Returns the new path.
absl::StatusOr<std::string> SetAside(const std::string& path) {
  for (int number = 1;; ++number) {
    std::string aside = absl::StrCat(path, ".abandoned-", number);
    absl::Status renamed = RenameFile(path, aside);
    if (renamed.ok()) return aside;
    if (!absl::IsAlreadyExists(renamed)) return renamed;
  }
}

// The checkpoint that a mark names; `path` if it is none.
absl::StatusOr<std::string> FollowMark(const std::string& path) {
  const std::string name = FileNameOf(path), folder = FolderOf(path);
  if (name != kLatest && name != kBest) return path;
  if (FileNameOf(folder) == "checkpoints") return CheckpointDirectory(FolderOf(folder)).Find(name);
  // Named from within the folder, or by another name of it.
  absl::StatusOr<std::string> text = ReadFile(path, kMaxMarkBytes);
  if (!text.ok()) return path;
  absl::StripAsciiWhitespace(&*text);
  if (StepOf(*text) < 0) return path;
  RETURN_IF_ERROR(CheckStaysInside(folder, *text));
  return ResolveCheckpoint(JoinPath(folder, *text), name);
}

}  // namespace

CheckpointDirectory::CheckpointDirectory(const std::string& run_folder)
    : folder_(JoinPath(run_folder, "checkpoints")) {}

std::string CheckpointDirectory::PathOf(int64_t step) const {
  return JoinPath(folder_, NameOf(step));
}

bool CheckpointDirectory::Writes(std::string_view name) {
  return name == kLatest || name == kBest || StepOf(name) >= 0;
}

absl::StatusOr<std::string> CheckpointDirectory::Save(Checkpoint* checkpoint, bool is_best) {
  RETURN_IF_ERROR(CreateFolder(folder_));
  const int64_t step = checkpoint->header.progress().step();
  const std::string name = NameOf(step) + "\n";
  ASSIGN_OR_RETURN(const std::string hash, WriteCheckpoint(checkpoint, PathOf(step)));
  if (is_best) RETURN_IF_ERROR(WriteFile(JoinPath(folder_, kBest), name));
  RETURN_IF_ERROR(WriteFile(JoinPath(folder_, kLatest), name));
  return hash;
}

absl::StatusOr<std::string> CheckpointDirectory::ReadMark(std::string_view mark) const {
  const std::string path = JoinPath(folder_, mark);
  RETURN_IF_ERROR(CheckStaysInside(folder_, std::string(mark)));
  absl::StatusOr<std::string> name = ReadFile(path, kMaxMarkBytes);
  if (absl::IsInvalidArgument(name.status())) return absl::DataLossError(name.status().message());
  RETURN_IF_ERROR(name.status());
  absl::StripAsciiWhitespace(&*name);
  if (StepOf(*name) < 0) return absl::DataLossError(absl::StrCat(path, ": names no checkpoint"));
  return name;
}

absl::StatusOr<std::string> CheckpointDirectory::Find(std::string_view mark) const {
  const absl::StatusOr<std::string> name = ReadMark(mark);
  absl::Status status = name.status();
  if (name.ok()) {
    std::string path = JoinPath(folder_, *name);
    std::error_code error;
    status = CheckStaysInside(folder_, *name);
    if (status.ok() && std::filesystem::is_regular_file(path, error)) return path;
    status.Update(absl::DataLossError(
        absl::StrCat(JoinPath(folder_, mark), ": names ", *name, ", but there is no such file")));
  }
  if (!absl::IsDataLoss(status)) return status;
  return absl::DataLossError(absl::StrCat(status.message(), "; 'elman-inspect ",
                                          ShellWord(FolderOf(folder_)),
                                          " --repair' writes the mark again"));
}

absl::StatusOr<std::vector<int64_t>> CheckpointDirectory::Steps() const {
  const absl::StatusOr<std::vector<std::string>> names = Names(folder_);
  std::vector<int64_t> steps;
  if (absl::IsNotFound(names.status())) return steps;
  RETURN_IF_ERROR(names.status());
  for (const std::string& name : *names) {
    if (const int64_t step = StepOf(name); step >= 0) steps.push_back(step);
  }
  std::ranges::sort(steps);
  return steps;
}

absl::Status CheckpointDirectory::Prune(int keep) {
  ASSIGN_OR_RETURN(std::vector<int64_t> steps, Steps());
  std::set<std::string> marked;
  for (const std::string_view mark : {kLatest, kBest}) {
    const absl::StatusOr<std::string> path = Find(mark);
    if (absl::IsNotFound(path.status())) continue;
    // If a mark cannot be read, any checkpoint may be the one that it names.
    RETURN_IF_ERROR(path.status());
    marked.insert(*path);
    if (mark != kLatest) continue;
    const int64_t latest = StepOf(path->substr(folder_.size() + 1));
    std::erase_if(steps, [&](int64_t step) { return step > latest; });
  }
  const size_t newest = std::min<size_t>(steps.size(), std::max(keep, 1));
  steps.resize(steps.size() - newest);
  for (const int64_t step : steps) {
    if (!marked.contains(PathOf(step))) RETURN_IF_ERROR(RemoveFile(PathOf(step)));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names, Names(folder_));
  for (const std::string& name : names) {
    if (Writes(NameBehindTemporary(name))) RETURN_IF_ERROR(RemoveFile(JoinPath(folder_, name)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> CheckpointDirectory::ContinueFrom(
    const Progress& progress) {
  const std::string here = PathOf(progress.step());
  std::vector<std::string> set_aside;
  if (!FileExists(here)) return set_aside;  // the checkpoint is in another directory
  if (const auto latest = Find(kLatest); latest.ok() && *latest == here) {
    // A save may have been interrupted between writing the marks `best` and `latest`.
    RETURN_IF_ERROR(MarkBest(progress));
    return set_aside;
  }
  ASSIGN_OR_RETURN(const std::vector<int64_t> steps, Steps());
  for (const int64_t step : steps) {
    if (step <= progress.step()) continue;
    ASSIGN_OR_RETURN(std::string path, SetAside(PathOf(step)));
    set_aside.push_back(std::move(path));
  }
  RETURN_IF_ERROR(MarkBest(progress));
  RETURN_IF_ERROR(SyncFolder(folder_));
  // `latest` is written last: if this is interrupted, it is repeated, or a run refuses to start.
  RETURN_IF_ERROR(WriteFile(JoinPath(folder_, kLatest), NameOf(progress.step()) + "\n"));
  return set_aside;
}

bool CheckpointDirectory::HasBest(const Progress& progress) const {
  std::error_code error;
  return progress.has_best() &&
         std::filesystem::is_regular_file(PathOf(progress.best_step()), error);
}

bool CheckpointDirectory::SettleBest(Progress* progress) const {
  if (!progress->has_best()) return false;
  const absl::StatusOr<std::string> mark = ReadMark(kBest);
  if (HasBest(*progress)) {
    const bool marked = mark.ok() && *mark == NameOf(progress->best_step());
    if (marked || ReadBest(progress->best_step())) return false;
  }
  std::optional<Progress> marked;
  if (mark.ok() && StepOf(*mark) <= progress->step()) marked = ReadBest(StepOf(*mark));
  if (marked && marked->validated_on() == progress->validated_on()) {
    CopyBest(*marked, progress);
  } else {
    CopyBest(Progress(), progress);
  }
  return true;
}

absl::Status CheckpointDirectory::MarkBest(const Progress& progress) {
  const std::string path = JoinPath(folder_, kBest);
  if (!HasBest(progress)) return RemoveFile(path);
  const std::string name = NameOf(progress.best_step());
  if (const auto mark = ReadMark(kBest); mark.ok() && *mark == name) return absl::OkStatus();
  return WriteFile(path, name + "\n");
}

// Returns the progress in the checkpoint of that step, if it is undamaged and was the best when it
// was written.
std::optional<Progress> CheckpointDirectory::ReadBest(int64_t step) const {
  const std::string path = PathOf(step);
  if (!CheckStaysInside(folder_, NameOf(step)).ok()) return std::nullopt;
  const absl::StatusOr<Checkpoint> checkpoint = ReadCheckpoint(path);
  if (!checkpoint.ok()) return std::nullopt;
  const Progress& progress = checkpoint->header.progress();
  if (!progress.has_best() || progress.best_step() != step) return std::nullopt;
  return progress;
}

void CopyBest(const Progress& from, Progress* to) {
  to->set_has_best(from.has_best());
  to->set_best_step(from.best_step());
  to->set_best_loss(from.best_loss());
  to->set_best_score(from.best_score());
}

absl::StatusOr<std::string> ResolveCheckpoint(const std::string& path, std::string_view mark) {
  if (!IsFolder(path)) {
    if (!FileExists(path)) {
      return absl::NotFoundError(
          absl::StrCat(path, ": no such file or folder; name a run directory or a checkpoint"));
    }
    return FollowMark(path);
  }
  absl::StatusOr<std::string> found = CheckpointDirectory(path).Find(mark);
  if (!absl::IsNotFound(found.status())) return found;
  // A run without validation has no best checkpoint; its latest one is used.
  if (mark == kBest) return ResolveCheckpoint(path, kLatest);
  return absl::NotFoundError(absl::StrCat(path, ": ", DescribeFolder(path)));
}

std::string DescribeFolder(const std::string& path) {
  const auto has_checkpoint = [](const std::string& folder) {
    return CheckpointDirectory(folder).Find(kLatest).ok();
  };
  const std::string run = FolderOf(path);
  if (FileNameOf(path) == "checkpoints" && has_checkpoint(run)) {
    return absl::StrCat("has the checkpoints of a run; name the run directory: ", ShellWord(run));
  }
  if (FileExists(JoinPath(path, kManifestName)))
    return "a data set, not a run directory; name the --output of elman-train";
  if (IsFolder(JoinPath(path, "checkpoints")) || FileExists(JoinPath(path, "config.textproto"))) {
    return "a run directory without a checkpoint; start the run again, with a smaller "
           "checkpoint.every_steps if it is interrupted early";
  }
  absl::StatusOr<std::vector<std::string>> names = Names(path);
  if (names.ok() && names->empty()) return "an empty folder; name a run directory or a checkpoint";
  std::vector<std::string> runs, data_sets;
  if (names.ok()) std::ranges::sort(*names);
  for (const std::string& name : names.ok() ? *names : std::vector<std::string>()) {
    const std::string inside = JoinPath(path, name);
    if (has_checkpoint(inside)) runs.push_back(inside);
    if (FileExists(JoinPath(inside, kManifestName))) data_sets.push_back(inside);
  }
  const auto contains = [](const char* one, const char* more,
                           const std::vector<std::string>& folders) {
    return absl::StrCat("contains ", folders.size() == 1 ? one : more, "; name ",
                        folders.size() == 1 ? "it: " : "one of them, such as ",
                        ShellWord(folders[0]));
  };
  if (!runs.empty()) {
    return absl::StrCat(contains("a run directory", "run directories", runs),
                        runs.size() == 1 ? ""
                                         : absl::StrCat(". A table of all of them: elman-inspect ",
                                                        ShellWord(path), "/*"));
  }
  if (!data_sets.empty()) return contains("a data set", "data sets", data_sets);
  return "neither a run directory (no folder 'checkpoints' in it) nor a data set; name a run "
         "directory or a checkpoint";
}

}  // namespace elman
