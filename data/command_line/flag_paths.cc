#include "data/command_line/flag_paths.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/format/near_names.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"

namespace elman {
namespace {

// In larger folders no similar name is searched for.
constexpr size_t kMostNamesCompared = 10'000;

std::string CurrentFolder() {
  std::error_code error;
  return std::filesystem::current_path(error).string();
}

// True if `path` stands in the list `value` between separators: as a file of FILE,FILE, SPLIT:FILE,
// SOURCE:TARGET, @LIST or words=FILE.
bool ListContains(std::string_view value, std::string_view path) {
  constexpr std::string_view kBefore = ",:=@", kAfter = ",:";
  for (size_t at = value.find(path); at != value.npos; at = value.find(path, at + 1)) {
    const size_t end = at + path.size();
    if ((at == 0 || kBefore.find(value[at - 1]) != kBefore.npos) &&
        (end == value.size() || kAfter.find(value[end]) != kAfter.npos))
      return true;
  }
  return false;
}

bool IsBelow(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

// True if `text` contains "--flag" as a whole word.
bool Mentions(std::string_view text, std::string_view flag) {
  const std::string dashed = absl::StrCat("--", std::string(flag));
  for (size_t at = text.find(dashed); at != text.npos; at = text.find(dashed, at + 1)) {
    const size_t end = at + dashed.size();
    if (end == text.size() ||
        (!absl::ascii_isalnum(static_cast<unsigned char>(text[end])) && text[end] != '_'))
      return true;
  }
  return false;
}

// The path that begins a message: the longest text before ": " that a flag gave, because paths may
// contain ": "; otherwise the shortest.
std::string_view PathOf(std::string_view message, const CommandLine& command_line) {
  std::string_view longest = message.substr(0, message.find(": "));
  for (size_t at = longest.size(); at < message.size(); at = message.find(": ", at + 1)) {
    const std::string_view path = message.substr(0, at);
    for (const auto& [flag, value] : command_line.values)
      if (ListContains(value, path)) longest = path;
  }
  return longest;
}

// The message of `status`, which begins with `path`. If there is no such path, with the folder in
// which it was searched for.
std::string WithPlace(const absl::Status& status, const std::string& path) {
  const std::string message(status.message());
  if (!absl::IsNotFound(status) || FileExists(path)) return message;
  const size_t remedy = message.find("; ", path.size());
  if (remedy == message.npos) return message + MissingFileRemedy(path);
  if (path.starts_with('/') || absl::StrContains(message, "current folder")) return message;
  return absl::StrCat(message.substr(0, remedy), " (the current folder is ", CurrentFolder(), ")",
                      message.substr(remedy));
}

}  // namespace

absl::Status NameFlagOfPath(const CommandLine& command_line, const absl::Status& status) {
  if (status.ok()) return status;
  const std::string_view message(status.message().data(), status.message().size());
  const std::string_view path = PathOf(message, command_line);
  if (path.empty() || path.size() == message.size()) return status;
  std::vector<std::string> flags;
  for (const auto& [flag, value] : command_line.values) {
    if (!ListContains(value, path) && !IsBelow(value, path)) continue;
    if (Mentions(message, flag)) return status;
    flags.push_back(absl::StrCat("--", flag));
  }
  if (flags.empty()) return status;
  absl::Status named(status.code(), absl::StrCat(absl::StrJoin(flags, " and "), ": ",
                                                 WithPlace(status, std::string(path))));
  status.ForEachPayload(
      [&](absl::string_view type, const absl::Cord& payload) { named.SetPayload(type, payload); });
  return named;
}

std::string MissingFileRemedy(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator i(FolderOf(path), error), end; !error && i != end;
       i.increment(error)) {
    if (names.size() == kMostNamesCompared) return "";
    names.push_back(i->path().filename().string());
  }
  std::ranges::sort(names);
  constexpr size_t kLeastLength = 3;  // shorter names have neighbors by chance
  const std::string nearest = NearestName(FileNameOf(path), names);
  if (!nearest.empty() && FileNameOf(path).size() >= kLeastLength) {
    return absl::StrCat("; did you mean ", path.substr(0, path.size() - FileNameOf(path).size()),
                        nearest, "?");
  }
  return absl::StrCat("; check the path (the current folder is ", CurrentFolder(), ")");
}

}  // namespace elman
