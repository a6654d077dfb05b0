// The paths that the value of a flag names.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace elman {

// The paths of PATH[,PATH...]. A comma belongs to a path where there is a file or folder of that
// name, and where a backslash stands before it; "\:" and "\\" are a colon and a backslash then.
// InvalidArgument where both readings of a comma name files. `flag`, such as "--train", is for
// messages.
absl::StatusOr<std::vector<std::string>> SplitPaths(std::string_view flag, std::string_view text);

// The same where each part is more than a path: it is there if `is_there` says so of what stands
// between the commas, without backslashes.
absl::StatusOr<std::vector<std::string>> SplitPaths(
    std::string_view flag, std::string_view text,
    const std::function<bool(const std::string&)>& is_there);

// Files to read one after the other, and of parallel ones the targets.
struct PathLists {
  std::vector<std::string> files;
  std::vector<std::string> targets = {};  // empty, or one for each of `files`
};

// The files of FILE[,FILE...], where each FILE is
// - a path, or - for standard input;
// - a folder: all files in it, but not those in its folders and not hidden ones;
// - a pattern with *, ? or [...], unless there is a file of that name: the files that match;
// - @LIST, unless there is a file of that name: what each line of the file LIST names, but for
//   commas, which lines may hold. Paths in it are relative to the current folder.
// Files of a folder and of a pattern are in the order of their bytes. A backslash takes the meaning
// of the next character away. A path need not exist. With `pairs`, a FILE may be SOURCE:TARGET, of
// as many sources as targets; a colon belongs to a path where there is such a file.
absl::StatusOr<PathLists> ExpandPaths(std::string_view flag, std::string_view text, bool pairs);

}  // namespace elman
