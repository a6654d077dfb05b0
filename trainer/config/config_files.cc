#include "trainer/config/config_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "data/format/near_names.h"
#include "data/format/shell_word.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"

namespace elman {
namespace {

constexpr std::string_view kExtension = ".textproto";
constexpr std::string_view kUsualName = "/config.textproto";

// The short names of all configurations in the folder, sorted.
std::vector<std::string> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(folder, error), end;
       !error && entry != end; entry.increment(error)) {
    std::string name = entry->path().lexically_relative(folder).string();
    if (!name.ends_with(kExtension)) continue;
    name.resize(name.size() - (name.ends_with(kUsualName) ? kUsualName : kExtension).size());
    names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

// What `name` is, if it is not a file, and what to write instead. `plain` is the name without its
// extension.
std::string Remedy(const std::string& name, const std::string& plain, const std::string& folder) {
  if (IsFolder(name)) {
    const std::string inside = JoinPath(name, "config.textproto");
    return absl::StrCat("a folder, not a file",
                        FileExists(inside)
                            ? absl::StrCat("; the configuration of the run is ", ShellWord(inside))
                            : "");
  }
  std::vector<std::string> neighbors;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(FolderOf(name), error), end;
       !error && entry != end; entry.increment(error)) {
    std::string file = entry->path().filename().string();
    if (file.ends_with(kExtension)) neighbors.push_back(std::move(file));
  }
  std::ranges::sort(neighbors);
  if (const std::string file = NearestName(FileNameOf(name), neighbors); !file.empty()) {
    return absl::StrCat("no such file; did you mean ", ShellWord(JoinPath(FolderOf(name), file)),
                        "?");
  }
  const std::vector<std::string> names =
      folder.empty() ? std::vector<std::string>() : NamesIn(folder);
  if (names.empty()) return "no such file";
  // Only the last part of a path can be meant as a name.
  const std::string nearest = NearestName(FileNameOf(plain), names);
  if (!nearest.empty()) return absl::StrCat("no such file; did you mean --config=", nearest, "?");
  return absl::StrCat("no such file, and no configuration of Elman has this name; there are: ",
                      absl::StrJoin(names, ", "));
}

}  // namespace

absl::StatusOr<std::string> FindConfigFile(const std::string& name, const std::string& folder) {
  // A folder is no configuration, and may have the name of one.
  if (FileExists(name) && !IsFolder(name)) return name;
  std::string plain = name;
  if (plain.ends_with(kExtension)) plain.resize(plain.size() - kExtension.size());
  if (!folder.empty() && !plain.empty() && plain[0] != '/') {
    for (const std::string_view end : {kExtension, kUsualName}) {
      std::string path = JoinPath(folder, absl::StrCat(plain, std::string(end)));
      if (FileExists(path)) return path;
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--config: ", name, ": ", Remedy(name, plain, folder),
                   "; without --config, a configuration for the data set is chosen"));
}

}  // namespace elman
