// Operations on names in folders: test, create, delete, rename and sync.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace elman {

// Whether the path exists, and whether it is a folder. Symbolic links are followed.
bool FileExists(const std::string& path);
bool IsFolder(const std::string& path);

// Creates a folder and its missing parents durably. OK if it exists.
absl::Status CreateFolder(const std::string& path);

// Deletes a file. OK if it does not exist.
absl::Status RemoveFile(const std::string& path);

// Renames a file within its folder. AlreadyExists if `to` exists. Durable only after SyncFolder.
absl::Status RenameFile(const std::string& from, const std::string& to);

// Makes changes of names in a folder durable.
absl::Status SyncFolder(const std::string& folder);

}  // namespace elman
