#include "data/command_line/output_checks.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "data/command_line/flag_groups.h"
#include "data/format/shell_word.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"

namespace elman {
namespace {

// A path that does not exist is different from every existing one.
bool SamePlace(const std::string& a, const std::string& b) {
  std::error_code error;
  return std::filesystem::equivalent(a, b, error);
}

bool IsDatasetFolder(const std::string& folder) {
  return FileExists(JoinPath(folder, "dataset.textproto"));
}

}  // namespace

absl::Status ExpectOutputApart(const GivenPath& output, std::span<const GivenPath> inputs) {
  if (output.path.empty()) return absl::OkStatus();
  for (const GivenPath& input : inputs) {
    if (input.path.empty() || !SamePlace(output.path, input.path)) continue;
    return UsageError(absl::StrCat(std::string(output.flag), "=", output.path,
                                   ": this is the path given as ", std::string(input.flag),
                                   ", which would be overwritten; choose another ",
                                   std::string(output.flag)));
  }
  return absl::OkStatus();
}

absl::Status ExpectNoFolder(const GivenPath& output, std::string_view name) {
  if (!IsFolder(output.path)) return absl::OkStatus();
  return UsageError(absl::StrCat(std::string(output.flag), "=", output.path,
                                 ": a folder; name a file, such as ",
                                 ShellWord(JoinPath(output.path, name))));
}

absl::Status ExpectNoDatasetThere(const GivenPath& output) {
  if (output.path.empty()) return absl::OkStatus();
  std::error_code error;
  const bool folder = std::filesystem::is_directory(output.path, error);
  if (!IsDatasetFolder(folder ? output.path : FolderOf(output.path))) return absl::OkStatus();
  return UsageError(absl::StrCat(
      std::string(output.flag), "=", output.path, folder ? ": this is" : ": this is in",
      " the folder of a data set, which must not contain other files; choose another ",
      std::string(output.flag)));
}

}  // namespace elman
