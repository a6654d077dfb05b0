#include "data/io/file_system.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "data/io/errno_status.h"
#include "data/io/open_file.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

// Renames a file if `to` does not exist. Returns 0 or an errno. Uses a hard link on file systems
// that do not support the flag.
int RenameNew(const char* from, const char* to) {
#ifdef SYS_renameat2
  if (::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
#endif
  if (::link(from, to) != 0) return errno;
  ::unlink(from);
  return 0;
}

}  // namespace

bool FileExists(const std::string& path) {
  struct stat facts;
  return ::stat(path.c_str(), &facts) == 0;
}

bool IsFolder(const std::string& path) {
  struct stat facts;
  return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

absl::Status CreateFolder(const std::string& path) {
  if (path.empty() || IsFolder(path)) return absl::OkStatus();
  const std::string parent = FolderOf(path);
  if (parent != path && !IsFolder(parent)) RETURN_IF_ERROR(CreateFolder(parent));
  if (::mkdir(path.c_str(), 0777) == 0) {
    // A folder with write but without read permission cannot be opened for fsync.
    if (::access(parent.c_str(), R_OK) != 0 && errno == EACCES) return absl::OkStatus();
    return SyncFolder(parent);
  }
  const int error = errno;
  // Another process may have created it at the same time.
  if (error == EEXIST && IsFolder(path)) return absl::OkStatus();
  if (error == EEXIST) {
    return absl::AlreadyExistsError(
        absl::StrCat(path, ": cannot create the folder: a file has this name"));
  }
  return ErrnoStatus(error, "create the folder", path);
}

absl::Status RemoveFile(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return ErrnoStatus(errno, "delete", path);
}

absl::Status RenameFile(const std::string& from, const std::string& to) {
  const int error = RenameNew(from.c_str(), to.c_str());
  if (error == 0) return absl::OkStatus();
  return ErrnoStatus(error, absl::StrCat("rename ", from, " to it"), to);
}

absl::Status SyncFolder(const std::string& folder) {
  const int fd = OpenFile(folder, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return ErrnoStatus(errno, "open the folder", folder);
  const int error = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  // Some file systems return EINVAL because folders need no fsync.
  if (error != 0 && error != EINVAL) return ErrnoStatus(error, "fsync the folder", folder);
  return absl::OkStatus();
}

}  // namespace elman
