// Folders that are published atomically when they are complete.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// Creates a folder with a temporary name ("PATH.tmp-PID-N") in the parent of the destination. The
// destructor removes it with its contents unless it was published.
class TemporaryFolder {
 public:
  // Also creates the missing parents of `path`.
  static absl::StatusOr<std::unique_ptr<TemporaryFolder>> Create(const std::string& path);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  // Renames the folder to its final name. AlreadyExists if that exists and is not an empty folder.
  absl::Status Publish();

  const std::string& temporary_path() const { return temporary_path_; }

 private:
  TemporaryFolder(std::string path, std::string temporary_path);
  const std::string path_;
  const std::string temporary_path_;
  bool published_ = false;
};

// Removes a folder with its contents as far as possible. Does not follow symbolic links.
void RemoveFolder(const std::string& path);

}  // namespace elman
