// Splits and joins paths.
#pragma once

#include <string>
#include <string_view>

namespace elman {

// The folder of a path; "." if it has none.
std::string FolderOf(const std::string& path);
std::string FileNameOf(const std::string& path);  // the part after the last slash
std::string JoinPath(std::string_view folder, std::string_view name);

}  // namespace elman
