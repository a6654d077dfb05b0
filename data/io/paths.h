// Splits and joins paths, and finds files that belong to Elman.
#pragma once

#include <string>
#include <string_view>

namespace elman {

// The folder of a path; "." if it has none.
std::string FolderOf(const std::string& path);
std::string FileNameOf(const std::string& path);  // the part after the last slash
std::string JoinPath(std::string_view folder, std::string_view name);

// Returns the absolute form of a path, without . and .. where possible; symbolic links are kept.
// The path itself if the current folder is not known.
std::string AbsolutePath(const std::string& path);

// The folder of the running program; empty if it is not known.
std::string FolderOfProgram();

// The absolute path of a file or folder that comes with Elman, such as "launch/elman-run": as
// installed, or in the source tree in which the program was built. Empty if there is none.
std::string FindShipped(std::string_view relative);

}  // namespace elman
