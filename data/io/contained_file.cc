#include "data/io/contained_file.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "data/io/errno_status.h"
#include "data/io/paths.h"

namespace elman {

bool IsPlainName(std::string_view name) {
  constexpr size_t kMaxNameBytes = 255;
  return !name.empty() && name.size() <= kMaxNameBytes && name[0] != '.' &&
         std::ranges::none_of(name, [](unsigned char c) { return c == '/' || c < 0x20; });
}

absl::Status CheckStaysInside(const std::string& folder, const std::string& name) {
  const std::string path = JoinPath(folder, name);
  std::error_code error;
  if (!std::filesystem::is_symlink(std::filesystem::symlink_status(path, error)))
    return absl::OkStatus();
  const std::filesystem::path inside = std::filesystem::canonical(folder, error);
  if (error) return ErrnoStatus(error.value(), "follow links in", folder);
  const std::filesystem::path target = std::filesystem::canonical(path, error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory ||
      error == std::errc::too_many_symbolic_link_levels) {
    return absl::DataLossError(absl::StrCat(
        path, ": the target of this symbolic link does not exist; replace the link by the file"));
  }
  if (error) return ErrnoStatus(error.value(), "follow the symbolic link", path);
  const auto differs = std::ranges::mismatch(inside, target);
  if (differs.in1 == inside.end()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(path,
                                          ": this symbolic link points outside of its folder, to ",
                                          target.string(), "; replace the link by the file"));
}

}  // namespace elman
