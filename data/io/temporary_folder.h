// A folder that appears under its name only when it is complete.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// It is filled beside its destination under a temporary name ("PATH.tmp-PID-N"), which the
// destructor removes with all that is in it unless Publish succeeded.
class TemporaryFolder {
 public:
  // Creates the missing parents of `path` too.
  static absl::StatusOr<std::unique_ptr<TemporaryFolder>> Create(const std::string& path);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  // Renames it to its final name, under which there must be nothing, or an empty folder;
  // AlreadyExists otherwise.
  absl::Status Publish();

  const std::string& temporary_path() const { return temporary_path_; }

 private:
  TemporaryFolder(std::string path, std::string temporary_path);
  const std::string path_;
  const std::string temporary_path_;
  bool published_ = false;
};

// Removes a folder and all in it, as far as possible, without following symbolic links.
void RemoveFolder(const std::string& path);

}  // namespace elman
