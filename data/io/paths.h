// Paths as texts: taken apart and joined.
#pragma once

#include <string>
#include <string_view>

namespace elman {

// The folder part of a path ("." if none) and the two joined by a slash.
std::string FolderOf(const std::string& path);
std::string FileNameOf(const std::string& path);  // what stands behind its folder
std::string JoinPath(std::string_view folder, std::string_view name);

}  // namespace elman
