// Parses flag values that contain several paths.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace elman {

// The paths of PATH[,PATH...]. A comma is part of a path if a file or folder of that name exists,
// or after a backslash; "\:" is a colon and "\\" a backslash. InvalidArgument if both readings of a
// comma name existing files. `flag`, such as "--train", is used in messages.
absl::StatusOr<std::vector<std::string>> SplitPaths(std::string_view flag, std::string_view text);

// As above if a part is more than a path. `is_there` returns whether the text between two commas,
// without backslashes, names something that exists.
absl::StatusOr<std::vector<std::string>> SplitPaths(
    std::string_view flag, std::string_view text,
    const std::function<bool(const std::string&)>& is_there);

// Files to read in order and, for parallel corpora, their target files.
struct PathLists {
  std::vector<std::string> files;
  std::vector<std::string> targets = {};  // empty, or one for each of `files`
};

// The files of FILE[,FILE...], where each FILE is one of
// - a path, or - for standard input;
// - a folder: all of its files except hidden ones and those in subfolders;
// - a pattern with *, ? or [...], unless a file of that name exists: the files that match;
// - @LIST, unless a file of that name exists: every line of the file LIST is a FILE that may
//   contain commas. Its paths are relative to the current folder.
//
// Files of folders and patterns are sorted by bytes. A backslash makes the next character literal.
// A path need not exist. With `pairs`, a FILE may be SOURCE:TARGET with equally many sources and
// targets; a colon is part of a path if such a file exists.
absl::StatusOr<PathLists> ExpandPaths(std::string_view flag, std::string_view text, bool pairs);

}  // namespace elman
