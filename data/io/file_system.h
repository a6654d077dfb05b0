// The names in folders: looked up, created, deleted, renamed and made durable.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace elman {

bool FileExists(const std::string& path);
bool IsFolder(const std::string& path);

// Creates a folder and its missing parents, durably; fine if it is there already.
absl::Status CreateFolder(const std::string& path);

// Deletes a file; fine if there is none.
absl::Status RemoveFile(const std::string& path);

// Gives a file another name in its folder; AlreadyExists if something has that name. Not durable
// before SyncFolder.
absl::Status RenameFile(const std::string& from, const std::string& to);

// Makes the names in a folder durable.
absl::Status SyncFolder(const std::string& folder);

}  // namespace elman
