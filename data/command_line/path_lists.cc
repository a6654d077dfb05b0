#include "data/command_line/path_lists.h"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr uint64_t kMaxListBytes = uint64_t{64} << 20;
// Maximum number of parts that are tried as one path with commas.
constexpr size_t kMaxJoinedParts = 32;

// Whether text[i] is a backslash that makes the next character literal.
bool IsEscape(std::string_view text, size_t i) {
  constexpr std::string_view kMeaningful = ",:\\*?[@";
  return text[i] == '\\' && i + 1 < text.size() &&
         kMeaningful.find(text[i + 1]) != kMeaningful.npos;
}

// Positions of the given characters that do not follow a backslash.
std::vector<size_t> Positions(std::string_view text, std::string_view characters) {
  std::vector<size_t> positions;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsEscape(text, i)) {
      ++i;
    } else if (characters.find(text[i]) != characters.npos) {
      positions.push_back(i);
    }
  }
  return positions;
}

std::string WithoutBackslashes(std::string_view text) {
  std::string path;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsEscape(text, i)) ++i;
    path += text[i];
  }
  return path;
}

bool IsThere(const std::string& path) {
  struct stat facts = {};
  return ::stat(path.c_str(), &facts) == 0;
}

// Whether a FILE of ExpandPaths names existing files; it may be a pattern or a list.
bool NamesFiles(const std::string& text) {
  return text == "-" || text.starts_with("@") || !Positions(text, "*?[").empty() ||
         IsThere(WithoutBackslashes(text));
}

using Test = std::function<bool(const std::string&)>;

bool IsPath(const std::string& text) { return IsThere(WithoutBackslashes(text)); }

// Positions of colons between a source and a target that both exist according to `is_there`.
std::vector<size_t> SplittingColons(std::string_view text, const Test& is_there) {
  std::vector<size_t> colons;
  for (const size_t colon : Positions(text, ":")) {
    if (is_there(std::string(text.substr(0, colon))) &&
        is_there(std::string(text.substr(colon + 1))))
      colons.push_back(colon);
  }
  return colons;
}

absl::Status Ambiguous(std::string_view flag, std::string_view text, char separator) {
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(flag), "=", std::string(text),
                   ": ambiguous, because both the file of this name and its parts exist; write \\",
                   std::string(1, separator), " for a ", separator == ',' ? "comma" : "colon",
                   " that belongs to a file name, in quotes for the shell, or rename the file"));
}

// The parts between commas, with their backslashes. `is_there` checks one part, `is_path` several
// parts joined by commas.
absl::StatusOr<std::vector<std::string>> SplitAtCommas(std::string_view flag, std::string_view text,
                                                       const Test& is_there, const Test& is_path) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (const size_t comma : Positions(text, ",")) {
    parts.emplace_back(text.substr(begin, comma - begin));
    begin = comma + 1;
  }
  parts.emplace_back(text.substr(begin));
  if (parts.size() == 1) return parts;
  if (std::ranges::all_of(parts, is_there)) {
    if (is_path(std::string(text))) return Ambiguous(flag, text, ',');
    return parts;
  }
  std::vector<std::string> joined;
  for (size_t i = 0; i < parts.size();) {
    size_t end = std::min(parts.size(), i + kMaxJoinedParts);
    const auto join = [&] { return absl::StrJoin(parts.begin() + i, parts.begin() + end, ","); };
    while (end > i + 1 && !is_path(join())) --end;
    if (end > i + 1 && std::all_of(parts.begin() + i, parts.begin() + end, is_there))
      return Ambiguous(flag, text, ',');
    joined.push_back(join());
    i = end;
  }
  return joined;
}

// The files of a folder, sorted.
absl::StatusOr<std::vector<std::string>> FilesOf(std::string_view flag, const std::string& folder) {
  const auto refuse = [&](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(std::string(flag), "=", folder, ": ", what));
  };
  if (IsThere(JoinPath(folder, "dataset.textproto")))
    return refuse(
        "expected text files, found a folder that already is a data set; to train on it, use "
        "elman-train --data; here, name the text that it was made from");
  std::vector<std::string> files;
  std::error_code error;
  for (std::filesystem::directory_iterator i(folder, error), end; !error && i != end;
       i.increment(error)) {
    const std::string name = i->path().filename().string();
    std::error_code ignored;
    if (!name.starts_with(".") && !i->is_directory(ignored))
      files.push_back(JoinPath(folder, name));
  }
  if (error) return refuse(absl::StrCat("cannot read the folder: ", error.message()));
  if (files.empty()) return refuse("the folder contains no files; expected text files");
  std::ranges::sort(files);
  return files;
}

absl::StatusOr<std::vector<std::string>> FilesLike(std::string_view flag,
                                                   const std::string& pattern) {
  glob_t found = {};
  const int result = ::glob(pattern.c_str(), GLOB_NOSORT | GLOB_ERR, nullptr, &found);
  std::vector<std::string> files;
  for (size_t i = 0; result == 0 && i < found.gl_pathc; ++i) {
    if (!IsFolder(found.gl_pathv[i])) files.emplace_back(found.gl_pathv[i]);
  }
  ::globfree(&found);
  if (files.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        std::string(flag), "=", pattern,
        result == 0 || result == GLOB_NOMATCH ? ": no file matches; check the pattern"
                                              : ": a folder of the pattern cannot be read"));
  }
  std::ranges::sort(files);
  return files;
}

absl::StatusOr<std::vector<std::string>> LinesOf(std::string_view flag, const std::string& list) {
  const absl::StatusOr<std::string> text = ReadFile(list, kMaxListBytes);
  if (!text.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(std::string(flag), "=@", list, ": ", text.status().message()));
  }
  std::vector<std::string> lines = absl::StrSplit(absl::StripPrefix(*text, "\xef\xbb\xbf"), '\n');
  for (std::string& line : lines) line = std::string(absl::StripSuffix(line, "\r"));
  std::erase(lines, "");
  if (lines.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        std::string(flag), "=@", list, ": the list is empty; expected one path per line"));
  }
  return lines;
}

class Expansion {
 public:
  Expansion(std::string_view flag, bool pairs) : flag_(flag), pairs_(pairs) {}

  // Adds the text between two commas or a line of a list.
  absl::Status AddPart(const std::string& part, bool in_list = false) {
    const std::string path = WithoutBackslashes(part);
    const std::vector<size_t> colons =
        pairs_ ? SplittingColons(part, NamesFiles) : std::vector<size_t>{};
    if (colons.size() > 1 || (!colons.empty() && IsThere(path))) return Ambiguous(flag_, part, ':');
    if (!in_list && part.starts_with("@") && !IsThere(path) && colons.empty()) {
      ASSIGN_OR_RETURN(const std::vector<std::string> lines,
                       LinesOf(flag_, WithoutBackslashes(part.substr(1))));
      for (const std::string& line : lines) RETURN_IF_ERROR(AddPart(line, /*in_list=*/true));
      return absl::OkStatus();
    }
    size_t colon = colons.empty() ? std::string::npos : colons[0];
    // Keep it; opening it will report the error.
    if (pairs_ && colons.empty() && !NamesFiles(part)) {
      const std::vector<size_t> all = Positions(part, ":");
      const bool is_address = !all.empty() && part.substr(all[0]).starts_with("://");
      if (!all.empty() && !is_address) colon = all[0];
    }
    ASSIGN_OR_RETURN(const std::vector<std::string> files, Expand(part.substr(0, colon), in_list));
    lists_.files.insert(lists_.files.end(), files.begin(), files.end());
    if (colon == std::string::npos) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::vector<std::string> targets,
                     Expand(part.substr(colon + 1), in_list));
    if (files.size() != targets.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat(flag_, "=", part, ": ", files.size(), " sources and ", targets.size(),
                       " targets; expected one target file per source file"));
    }
    lists_.targets.insert(lists_.targets.end(), targets.begin(), targets.end());
    return absl::OkStatus();
  }

  PathLists Take() { return std::move(lists_); }

 private:
  absl::StatusOr<std::vector<std::string>> Expand(const std::string& text, bool in_list) const {
    const std::string path = WithoutBackslashes(text);
    if (IsFolder(path)) return FilesOf(flag_, path);
    if (path == "-" || IsThere(path)) return std::vector<std::string>{path};
    if (!in_list && text.starts_with("@")) {
      ASSIGN_OR_RETURN(const std::vector<std::string> lines,
                       LinesOf(flag_, WithoutBackslashes(text.substr(1))));
      std::vector<std::string> all;
      for (const std::string& line : lines) {
        ASSIGN_OR_RETURN(const std::vector<std::string> files, Expand(line, /*in_list=*/true));
        all.insert(all.end(), files.begin(), files.end());
      }
      return all;
    }
    if (!Positions(text, "*?[").empty()) return FilesLike(flag_, text);
    return std::vector<std::string>{path};
  }

  const std::string flag_;
  const bool pairs_;
  PathLists lists_;
};

}  // namespace

absl::StatusOr<std::vector<std::string>> SplitPaths(
    std::string_view flag, std::string_view text,
    const std::function<bool(const std::string&)>& is_there) {
  const Test test = [&](const std::string& part) { return is_there(WithoutBackslashes(part)); };
  ASSIGN_OR_RETURN(std::vector<std::string> paths, SplitAtCommas(flag, text, test, test));
  for (std::string& path : paths) {
    path = WithoutBackslashes(path);
    if (!path.empty()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(std::string(flag), "=", std::string(text),
                     ": found an empty file name; remove the extra comma"));
  }
  return paths;
}

absl::StatusOr<std::vector<std::string>> SplitPaths(std::string_view flag, std::string_view text) {
  return SplitPaths(flag, text, IsThere);
}

absl::StatusOr<PathLists> ExpandPaths(std::string_view flag, std::string_view text, bool pairs) {
  const auto or_pair = [&](const Test& test) {
    return [test, pairs](const std::string& part) {
      return test(part) || (pairs && !SplittingColons(part, test).empty());
    };
  };
  ASSIGN_OR_RETURN(const std::vector<std::string> parts,
                   SplitAtCommas(flag, text, or_pair(NamesFiles), or_pair(IsPath)));
  Expansion expansion(flag, pairs);
  for (const std::string& part : parts) {
    if (part.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(std::string(flag), "=", std::string(text),
                       ": found an empty file name; remove the extra comma"));
    }
    RETURN_IF_ERROR(expansion.AddPart(part));
  }
  return expansion.Take();
}

}  // namespace elman
