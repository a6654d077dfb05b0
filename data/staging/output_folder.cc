#include "data/staging/output_folder.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/atomic_file.h"
#include "data/io/errno_status.h"
#include "data/io/file_system.h"
#include "data/io/output_error.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"
#include "data/io/temporary_folder.h"
#include "data/io/temporary_name.h"
#include "data/shards/manifest.h"

namespace elman {
namespace {

constexpr char kPlanName[] = "plan";
constexpr char kLockName[] = "lock";
constexpr uint64_t kMaxPlanBytes = uint64_t{64} << 20;

absl::Status CheckIsFree(const std::string& path) {
  if (FileExists(JoinPath(path, kManifestName))) {
    return absl::AlreadyExistsError(absl::StrCat(path,
                                                 ": the folder already contains a data set; choose "
                                                 "another --output, or delete the folder first"));
  }
  if (FileExists(path) && !IsFolder(path)) {
    return absl::AlreadyExistsError(absl::StrCat(
        path, ": --output is an existing file, expected a new folder; choose another --output"));
  }
  std::error_code error;
  if (!FileExists(path) || std::filesystem::is_empty(path, error)) return absl::OkStatus();
  if (error) return ErrnoStatus(error.value(), "read the folder", path);
  return absl::AlreadyExistsError(
      absl::StrCat(path, ": the folder contains other files; choose a new folder as --output"));
}

// Removes the files of a folder except `wanted`. Returns the number of removed files.
absl::StatusOr<int> RemoveFiles(const std::string& folder,
                                const std::function<bool(const std::string&)>& wanted) {
  std::error_code error;
  int removed = 0;
  for (std::filesystem::directory_iterator i(folder, error), end; !error && i != end;
       i.increment(error)) {
    if (wanted(i->path().filename().string())) continue;
    RETURN_IF_ERROR(RemoveFile(i->path().string()));
    ++removed;
  }
  if (error) return ErrnoStatus(error.value(), "read the folder", folder);
  return removed;
}

bool IsTemporary(const std::string& name) { return !NameBehindTemporary(name).empty(); }

}  // namespace

absl::StatusOr<std::unique_ptr<OutputFolder>> OutputFolder::Open(const std::string& path) {
  std::string name = path;
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  RETURN_IF_ERROR(CheckIsFree(name));
  std::string work_path = name + ".unfinished";
  RETURN_IF_ERROR(ExplainOutput(CreateFolder(work_path), "--output"));
  absl::StatusOr<std::unique_ptr<FolderLock>> taken = FolderLock::Take(work_path);
  if (!taken.ok()) return ExplainOutput(taken.status(), "--output");
  std::unique_ptr<FolderLock> lock = *std::move(taken);
  // Remove temporary files of killed processes.
  RETURN_IF_ERROR(
      RemoveFiles(work_path, [](const std::string& name) { return !IsTemporary(name); }).status());
  const bool has_work = FileExists(JoinPath(work_path, kPlanName));
  std::unique_ptr<OutputFolder> folder(
      new OutputFolder(std::move(name), std::move(work_path), std::move(lock)));
  folder->kept_ = has_work;
  return folder;
}

OutputFolder::~OutputFolder() {
  if (!published_) Leave();
}

void OutputFolder::Leave() {
  if (!kept_) RemoveFolder(work_path_);
}

absl::StatusOr<bool> OutputFolder::Begin(const std::string& plan, bool* discarded) {
  *discarded = false;
  begun_ = true;
  const std::string plan_path = JoinPath(work_path_, kPlanName);
  const absl::StatusOr<std::string> before = ReadFile(plan_path, kMaxPlanBytes);
  if (before.ok() && *before == plan) return true;
  ASSIGN_OR_RETURN(const int removed, RemoveFiles(work_path_, [](const std::string& name) {
                     return name == kLockName || IsTemporary(name);
                   }));
  *discarded = removed > 0;
  kept_ = false;
  RETURN_IF_ERROR(WriteFile(plan_path, plan));
  return false;
}

absl::Status OutputFolder::Publish(const std::set<std::string>& files) {
  RETURN_IF_ERROR(RemoveFiles(work_path_, [&files](const std::string& name) {
                    return files.contains(name) || name == kLockName;
                  }).status());
  lock_ = nullptr;  // deletes the lock file, which is not part of the data set
  RETURN_IF_ERROR(RemoveFile(JoinPath(work_path_, kLockName)));
  // The names inside must be durable before the folder gets its name.
  RETURN_IF_ERROR(SyncFolder(work_path_));
  if (::rename(work_path_.c_str(), path_.c_str()) != 0) {
    return ErrnoStatus(errno, absl::StrCat("rename ", work_path_, " to it"), path_);
  }
  published_ = true;
  return SyncFolder(FolderOf(path_));
}

}  // namespace elman
