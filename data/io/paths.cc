#include "data/io/paths.h"

#include <filesystem>
#include <system_error>

namespace elman {

std::string FolderOf(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  if (end == std::string::npos) return path.empty() ? "." : "/";
  const size_t slash = path.find_last_of('/', end);
  if (slash == std::string::npos) return ".";
  const size_t last = path.find_last_not_of('/', slash);
  return last == std::string::npos ? "/" : path.substr(0, last + 1);
}

std::string FileNameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string JoinPath(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty() && path.back() != '/') path += '/';
  path += name;
  return path;
}

std::string AbsolutePath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute.lexically_normal().string();
}

std::string FolderOfProgram() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "" : self.parent_path().string();
}

std::string FindShipped(std::string_view relative) {
  const std::string bin = FolderOfProgram();
  if (bin.empty()) return "";
  // Below an install prefix, and below the root of the source tree with a build folder in it.
  for (const char* const root : {"../share/elman", "../..", "../../.."}) {
    const std::string path = AbsolutePath(JoinPath(JoinPath(bin, root), relative));
    if (std::error_code error; std::filesystem::exists(path, error)) return path;
  }
  return "";
}

}  // namespace elman
