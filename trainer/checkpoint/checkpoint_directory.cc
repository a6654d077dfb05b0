#include "trainer/checkpoint/checkpoint_directory.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "data/io/file.h"
#include "data/io/status_macros.h"
#include "trainer/checkpoint/checkpoint_writer.h"

namespace elman {
namespace {

constexpr absl::string_view kPrefix = "step-";
constexpr absl::string_view kSuffix = ".ckpt";
constexpr uint64_t kMaxMarkBytes = 256;

// The step of a checkpoint's file name; negative for any other name.
int64_t StepOf(absl::string_view name) {
  int64_t step = -1;
  if (!absl::ConsumePrefix(&name, kPrefix) || !absl::ConsumeSuffix(&name, kSuffix)) return -1;
  return absl::SimpleAtoi(name, &step) ? step : -1;
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

}  // namespace

CheckpointDirectory::CheckpointDirectory(const std::string& run_folder)
    : folder_(JoinPath(run_folder, "checkpoints")) {}

std::string CheckpointDirectory::PathOf(int64_t step) const {
  return JoinPath(folder_, absl::StrFormat("step-%09d.ckpt", step));
}

absl::StatusOr<std::string> CheckpointDirectory::Save(Checkpoint* checkpoint, bool is_best) {
  RETURN_IF_ERROR(CreateFolder(folder_));
  const std::string path = PathOf(checkpoint->header.progress().step());
  const std::string name = path.substr(folder_.size() + 1) + "\n";
  ASSIGN_OR_RETURN(const std::string hash, WriteCheckpoint(checkpoint, path));
  if (is_best) RETURN_IF_ERROR(WriteFile(JoinPath(folder_, kBest), name));
  RETURN_IF_ERROR(WriteFile(JoinPath(folder_, kLatest), name));
  return hash;
}

absl::StatusOr<std::string> CheckpointDirectory::Find(std::string_view mark) const {
  const std::string mark_path = JoinPath(folder_, mark);
  ASSIGN_OR_RETURN(std::string name, ReadFile(mark_path, kMaxMarkBytes));
  absl::StripAsciiWhitespace(&name);
  if (StepOf(name) < 0) {
    return absl::DataLossError(
        absl::StrCat(mark_path, ": names no checkpoint; write the name of one of the step-*",
                     kSuffix, " files beside it into it"));
  }
  const std::string path = JoinPath(folder_, name);
  if (!FileExists(path)) {
    return absl::DataLossError(
        absl::StrCat(mark_path, ": names ", name,
                     ", which is not there; write the name of one that is into it"));
  }
  return path;
}

absl::StatusOr<std::vector<int64_t>> CheckpointDirectory::Steps() const {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, Names(folder_));
  std::vector<int64_t> steps;
  for (const std::string& name : names) {
    if (const int64_t step = StepOf(name); step >= 0) steps.push_back(step);
  }
  std::ranges::sort(steps);
  return steps;
}

absl::Status CheckpointDirectory::Prune(int keep) {
  ASSIGN_OR_RETURN(const std::vector<int64_t> steps, Steps());
  std::set<std::string> kept;
  for (const std::string_view mark : {kLatest, kBest}) {
    const absl::StatusOr<std::string> path = Find(mark);
    if (path.ok()) kept.insert(*path);
    // As long as nobody knows which checkpoint a mark means, it may be any.
    if (!path.ok() && !absl::IsNotFound(path.status())) return path.status();
  }
  for (size_t i = 0; i < steps.size(); ++i) {
    if (i + std::max(keep, 1) >= steps.size()) kept.insert(PathOf(steps[i]));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names, Names(folder_));
  for (const std::string& name : names) {
    const std::string path = JoinPath(folder_, name);
    const bool left_over = absl::StrContains(name, ".tmp-");
    if (!left_over && (StepOf(name) < 0 || kept.contains(path))) continue;
    RETURN_IF_ERROR(RemoveFile(path));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ResolveCheckpoint(const std::string& path, std::string_view mark) {
  if (!IsFolder(path)) {
    if (!FileExists(path)) {
      return absl::NotFoundError(
          absl::StrCat(path, ": no such file or folder; name a run directory or a checkpoint"));
    }
    return path;
  }
  absl::StatusOr<std::string> found = CheckpointDirectory(path).Find(mark);
  if (absl::IsNotFound(found.status())) {
    // A run without validation has no best: its latest is all there is.
    if (mark == kBest) return ResolveCheckpoint(path, kLatest);
    return absl::NotFoundError(absl::StrCat(path, ": no checkpoint in it; is it a run directory?"));
  }
  return found;
}

}  // namespace elman
