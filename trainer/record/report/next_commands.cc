#include "trainer/record/report/next_commands.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/format/shell_word.h"

namespace elman {
namespace {

// Returns the command for another Elman program: its name if it is in PATH, otherwise its path next
// to this program.
std::string ProgramBeside(const std::string& name) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return name;
  const char* const path = std::getenv("PATH");
  for (const absl::string_view folder : absl::StrSplit(path ? path : "", ':')) {
    if (std::filesystem::equivalent(std::filesystem::path(std::string(folder)) / name,
                                    self.parent_path() / name, error))
      return name;
  }
  const auto here = std::filesystem::current_path(error);
  const auto relative = self.lexically_relative(here);
  const bool below = !error && !relative.empty() && *relative.begin() != "..";
  return ShellWord(((below ? relative : self).parent_path() / name).string());
}

// Returns an input to try the model with: a sample of the record, if there is one.
std::string InputFor(const RunRecord& record) {
  for (const RecordedLine& line : record.lines()) {
    const auto input = line.texts.find("input");
    if (line.kind == "sample" && input != line.texts.end()) return input->second;
  }
  return "a sentence";
}

}  // namespace

std::vector<std::string> NextCommands(const std::string& run, const std::string& data,
                                      const std::string& split, const RunRecord& record) {
  std::vector<std::string> commands;
  const std::string checkpoint = absl::StrCat(" --checkpoint=", ShellWord(run));
  if (!split.empty()) {
    commands.push_back(absl::StrCat(ProgramBeside("elman-evaluate"), checkpoint,
                                    " --data=", ShellWord(data), " --split=", split));
  }
  commands.push_back(absl::StrCat("echo ", ShellWord(InputFor(record)), " | ",
                                  ProgramBeside("elman-predict"), checkpoint));
  commands.push_back(absl::StrCat(ProgramBeside("elman-inspect"), " ", ShellWord(run)));
  return commands;
}

std::vector<std::string> NextCommandsOfVectors(const std::string& run, const std::string& word) {
  const std::string inspect = absl::StrCat(ProgramBeside("elman-inspect"), " ", ShellWord(run));
  return {absl::StrCat(inspect, " --neighbors=", ShellWord(word)),
          absl::StrCat(inspect, " --export_vectors=", ShellWord(run + "/vectors.txt")), inspect};
}

}  // namespace elman
