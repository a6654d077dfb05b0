#include "data/programs/preprocess_flags.h"

#include <algorithm>
#include <cstdio>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "data/command_line/flag_paths.h"
#include "data/command_line/next_commands.h"
#include "data/format/shell_word.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "trainer/comm/processors.h"

namespace elman {

bool AddsFeatures() {
  return !absl::GetFlag(FLAGS_data).empty() || !absl::GetFlag(FLAGS_features).empty();
}

int DefaultThreads(bool launched) { return launched ? 1 : UsableThreads(); }

int Fail(const Communicator& workers, const CommandLine& line, const absl::Status& status,
         int exit_status) {
  if (workers.rank() == 0) PrintError("elman-preprocess", NameFlagOfPath(line, status));
  return exit_status;
}

void PrintNextCommand(const std::string& folder, const DatasetManifest& manifest) {
  const auto train = std::ranges::find(manifest.splits(), "train", &SplitEntry::name);
  if (train == manifest.splits().end()) return;
  // One rank trains on less in seconds (trainer/config/default_config.cc).
  constexpr uint64_t kLeastTokens = 50'000;
  const bool several_ranks = train->counts(0).tokens() >= kLeastTokens;
  // The run directory next to the data set, named after it, that does not exist yet.
  const std::string data = AbsolutePath(folder);
  std::string run = absl::StrCat(data, "-model");
  for (int number = 2; FileExists(run); ++number) run = absl::StrCat(data, "-model", number);
  std::puts(NextText({absl::StrCat(TrainWords(several_ranks), " --data=", ShellWord(data),
                                   " --output=", ShellWord(run))})
                .c_str());
}

}  // namespace elman
