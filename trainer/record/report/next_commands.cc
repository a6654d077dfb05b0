#include "trainer/record/report/next_commands.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/command_line/next_commands.h"
#include "data/format/shell_word.h"
#include "data/io/paths.h"

namespace elman {
namespace {

// Returns an input to try the model with: a sample of the record, if there is one that echo prints
// as it is and that has no unknown words.
std::string InputFor(const RunRecord& record) {
  for (const RecordedLine& line : record.lines()) {
    const auto input = line.texts.find("input");
    if (line.kind != "sample" || input == line.texts.end()) continue;
    const std::string& text = input->second;
    const bool plain = !text.empty() && text[0] != '-' && text.find('\\') == text.npos &&
                       text.find('\n') == text.npos && text.find("<unk>") == text.npos;
    if (plain) return text;
  }
  return "a sentence";
}

}  // namespace

std::vector<std::string> NextCommands(const std::string& run, const std::string& data,
                                      const std::string& split, bool predicts,
                                      const RunRecord& record) {
  std::vector<std::string> commands;
  const std::string checkpoint = absl::StrCat(" --checkpoint=", PathWord(run));
  if (!split.empty()) {
    commands.push_back(absl::StrCat(ProgramWord("elman-evaluate"), checkpoint,
                                    " --data=", PathWord(data), " --split=", split));
  }
  if (predicts) {
    commands.push_back(absl::StrCat("echo ", ShellWord(InputFor(record)), " | ",
                                    ProgramWord("elman-predict"), checkpoint));
  }
  commands.push_back(absl::StrCat(ProgramWord("elman-inspect"), " ", PathWord(run)));
  return commands;
}

std::vector<std::string> NextCommandsOfVectors(const std::string& run, const std::string& word) {
  const std::string inspect = absl::StrCat(ProgramWord("elman-inspect"), " ", PathWord(run));
  return {absl::StrCat(inspect, " --neighbors=", ShellWord(word)),
          absl::StrCat(inspect, " --export_vectors=", PathWord(run + "/vectors.txt")), inspect};
}

std::string ReproduceCommand(const std::string& run, const std::vector<std::string>& data,
                             const std::vector<std::string>& options) {
  constexpr char kNextLine[] = " \\\n    ";
  std::string folder = AbsolutePath(run);
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  std::vector<std::string> folders;
  for (const std::string& one : data) folders.push_back(AbsolutePath(one));
  std::string command = absl::StrCat(ProgramWord("elman-train"), kNextLine,
                                     "--config=", ShellWord(folder + "/config.textproto"),
                                     kNextLine, "--data=", ShellWord(absl::StrJoin(folders, ",")),
                                     kNextLine, "--output=", ShellWord(folder + "-again"));
  for (const std::string& option : options) absl::StrAppend(&command, kNextLine, ShellWord(option));
  return command;
}

}  // namespace elman
