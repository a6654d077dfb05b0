#include "data/io/temporary_folder.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/errno_status.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/io/temporary_name.h"

namespace elman {

absl::StatusOr<std::unique_ptr<TemporaryFolder>> TemporaryFolder::Create(const std::string& path) {
  constexpr int kMaxNameAttempts = 1000;
  std::string name = path;
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  RETURN_IF_ERROR(CreateFolder(FolderOf(name)));
  // The name may exist: a killed process may have left its folder, and process ids are reused.
  for (int attempt = 0; attempt < kMaxNameAttempts; ++attempt) {
    std::string temporary = TemporaryName(name);
    if (::mkdir(temporary.c_str(), 0777) == 0) {
      return std::unique_ptr<TemporaryFolder>(
          new TemporaryFolder(std::move(name), std::move(temporary)));
    }
    if (errno != EEXIST) return ErrnoStatus(errno, "create the folder", temporary);
  }
  return absl::AlreadyExistsError(
      absl::StrCat(name, ": too many temporary folders exist already; remove ", name, ".tmp-*"));
}

TemporaryFolder::TemporaryFolder(std::string path, std::string temporary_path)
    : path_(std::move(path)), temporary_path_(std::move(temporary_path)) {}

TemporaryFolder::~TemporaryFolder() {
  if (!published_) RemoveFolder(temporary_path_);
}

absl::Status TemporaryFolder::Publish() {
  // The names inside must be durable before the folder gets its name.
  RETURN_IF_ERROR(SyncFolder(temporary_path_));
  if (::rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    return ErrnoStatus(errno, absl::StrCat("rename ", temporary_path_, " to it"), path_);
  }
  published_ = true;
  return SyncFolder(FolderOf(path_));
}

void RemoveFolder(const std::string& path) {
  // Retry, because another thread may still add files.
  constexpr int kAttempts = 5;
  std::error_code error;
  for (int i = 0; i < kAttempts; ++i) {
    std::filesystem::remove_all(path, error);
    if (!error) return;
  }
}

}  // namespace elman
