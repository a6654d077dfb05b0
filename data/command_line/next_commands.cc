#include "data/command_line/next_commands.h"

#include <sched.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "data/format/shell_word.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"

namespace elman {
namespace {

// The path of the program that a shell in any folder would find for `name`; empty if there is none.
// Relative folders of PATH are another place in every folder.
std::string FoundInPath(std::string_view name) {
  const char* const path = std::getenv("PATH");
  for (const absl::string_view folder : absl::StrSplit(path ? path : "", ':')) {
    if (folder.empty() || folder[0] != '/') continue;
    const std::string found = JoinPath({folder.data(), folder.size()}, name);
    if (FileExists(found)) return found;
  }
  return "";
}

// The path of a program of Elman; empty if it is not known.
std::string PathOf(std::string_view name) {
  const std::string beside = JoinPath(FolderOfProgram(), name);
  if (FileExists(beside)) return beside;
  return FindShipped(JoinPath("launch", name));
}

bool HasSeveralCores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  return ::sched_getaffinity(0, sizeof(allowed), &allowed) == 0 && CPU_COUNT(&allowed) > 1;
}

}  // namespace

std::string ProgramWord(std::string_view name) {
  const std::string path = PathOf(name);
  const std::string found = FoundInPath(name);
  std::error_code error;
  const bool same =
      path.empty() || (!found.empty() && std::filesystem::equivalent(found, path, error));
  return same ? std::string(name) : ShellWord(path);
}

std::string PathWord(const std::string& path) { return ShellWord(AbsolutePath(path)); }

std::string TrainWords(bool several_ranks) {
  const std::string launcher = PathOf("elman-run");
  if (!several_ranks || !HasSeveralCores() || launcher.empty() || FoundInPath("mpirun").empty())
    return ProgramWord("elman-train");
  // elman-run starts the programs in build/bin or next to itself. Others need a path.
  std::error_code error;
  const std::filesystem::path program = PathOf("elman-train"), beside = FolderOf(launcher);
  const bool own =
      std::filesystem::equivalent(beside / "../build/bin/elman-train", program, error) ||
      std::filesystem::equivalent(beside / "elman-train", program, error);
  return absl::StrCat(ProgramWord("elman-run"), " ",
                      own ? "elman-train" : PathWord(program.string()));
}

std::string NextText(const std::vector<std::string>& commands) {
  return commands.empty() ? "" : absl::StrCat("next: ", absl::StrJoin(commands, "\n      "));
}

}  // namespace elman
