#include "trainer/record/report/next_commands.h"

#include "absl/strings/str_cat.h"
#include "data/command_line/next_commands.h"
#include "data/format/shell_word.h"

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

}  // namespace elman
