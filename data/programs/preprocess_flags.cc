#include "data/programs/preprocess_flags.h"

#include <cstdio>

#include "absl/flags/flag.h"
#include "data/command_line/command_line.h"
#include "data/format/shell_word.h"
#include "trainer/comm/processors.h"

namespace elman {

bool AddsFeatures() {
  return !absl::GetFlag(FLAGS_data).empty() || !absl::GetFlag(FLAGS_features).empty();
}

int DefaultThreads(bool launched) { return launched ? 1 : UsableThreads(); }

int Fail(const Communicator& workers, const absl::Status& status, int exit_status) {
  if (workers.rank() == 0) PrintError("elman-preprocess", status);
  return exit_status;
}

void PrintNextCommand(const std::string& folder) {
  std::printf("next: mpirun elman-train --config=FILE.textproto --data=%s --output=RUN_DIR\n",
              ShellWord(folder).c_str());
}

}  // namespace elman
