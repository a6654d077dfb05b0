#include "trainer/record/run/run_directory.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "data/io/file_system.h"
#include "data/io/output_error.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(100);

}  // namespace

absl::StatusOr<std::unique_ptr<RunDirectory>> RunDirectory::Open(const std::string& folder,
                                                                 absl::Duration patience) {
  const bool is_new = !FileExists(folder);
  if (!is_new && !IsFolder(folder)) {
    return absl::FailedPreconditionError(
        absl::StrCat(folder, ": a file, and --output must be a folder; use another --output"));
  }
  const absl::Time deadline = absl::Now() + patience;
  while (true) {
    // Repeated on each attempt, because a run that fails at its start removes its folder.
    RETURN_IF_ERROR(ExplainOutput(CreateFolder(folder), "--output"));
    absl::StatusOr<std::unique_ptr<FolderLock>> lock = FolderLock::Take(folder);
    if (lock.ok()) {
      return std::unique_ptr<RunDirectory>(new RunDirectory(folder, is_new, *std::move(lock)));
    }
    const bool held = absl::IsFailedPrecondition(lock.status());
    if (!held && !absl::IsNotFound(lock.status())) return ExplainOutput(lock.status(), "--output");
    if (absl::Now() > deadline) {
      return absl::Status(
          lock.status().code(),
          absl::StrCat(lock.status().message(), held ? ", or give another --output" : ""));
    }
    absl::SleepFor(kPause);
  }
}

RunDirectory::~RunDirectory() {
  lock_.reset();
  std::error_code error;
  if (is_new_) std::filesystem::remove(folder_, error);  // removes only an empty folder
}

std::string RunDirectory::config_path() const { return JoinPath(folder_, "config.textproto"); }
std::string RunDirectory::metrics_path() const { return JoinPath(folder_, "metrics.jsonl"); }
std::string RunDirectory::heartbeat_path() const { return JoinPath(folder_, "heartbeat"); }
std::string RunDirectory::tensorboard_folder() const { return JoinPath(folder_, "tensorboard"); }
std::string RunDirectory::report_path() const { return JoinPath(folder_, "report.html"); }

}  // namespace elman
