// Names the flag that gave the path in an error message. Files are opened far from the command
// line, by code that does not know the flag.
#pragma once

#include "absl/status/status.h"
#include "data/command_line/command_line.h"

namespace elman {

// If the message of `status` begins with "PATH: " and PATH is the value of a given flag, one of the
// paths in it, or a folder above one of them, adds the flag before it:
// "--vocabulary: words.txt: cannot open: ...". If several flags gave the path, adds all of them. A
// message that names the flag already is not changed.
//
// Adds a remedy for a file that does not exist, if the message has none: a similar name in its
// folder, or the current folder. If the message has a remedy, adds the current folder only.
absl::Status NameFlagOfPath(const CommandLine& command_line, const absl::Status& status);

// The remedy for a path that does not exist: "; did you mean PATH?" or "; check the path (the
// current folder is ...)".
std::string MissingFileRemedy(const std::string& path);

}  // namespace elman
