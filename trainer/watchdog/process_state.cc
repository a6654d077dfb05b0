#include "trainer/watchdog/process_state.h"

#include <unistd.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "trainer/comm/host.h"

namespace elman {
namespace {

// Returns the fields of /proc/PID/stat from the third one on: state, parent and so on. The name
// before them may contain any characters.
std::vector<std::string> StatFields(int64_t process) {
  const std::string text = ReadSystemFile(absl::StrCat("/proc/", process, "/stat"));
  const size_t name_end = text.rfind(") ");
  if (name_end == std::string::npos) return {};
  return absl::StrSplit(text.substr(name_end + 2), ' ');
}

constexpr size_t kState = 0, kStarted = 19;

}  // namespace

ProcessIdentity ThisProcess() {
  ProcessIdentity self{NamespaceKey("pid"), getpid(), ""};
  const std::vector<std::string> fields = StatFields(self.process);
  if (fields.size() > kStarted) self.started = fields[kStarted];
  return self;
}

char MainThreadState(const ProcessIdentity& process) {
  if (process.system.empty() || process.started.empty() || process.system != NamespaceKey("pid"))
    return 0;
  const std::vector<std::string> fields = StatFields(process.process);
  if (fields.size() <= kStarted || fields[kStarted] != process.started) return '-';
  return fields[kState].empty() ? 0 : fields[kState][0];
}

}  // namespace elman
