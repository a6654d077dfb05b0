#include "data/programs/count_cooccurrences.h"

#include <cstdio>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "data/command_line/flag_groups.h"
#include "data/command_line/output_checks.h"
#include "data/command_line/program.h"
#include "data/io/status_macros.h"
#include "data/preprocess/preprocess_cooccurrences.h"
#include "data/programs/preprocess_flags.h"

namespace elman {
namespace {

absl::StatusOr<CooccurrenceOptions> CooccurrenceOptionsFromFlags(const CommandLine& line,
                                                                 int processes) {
  RETURN_IF_ERROR(ExpectNoArguments(line));
  RETURN_IF_ERROR(ExpectOnly(
      line, {"cooccurrences_of", "output", "window", "shard_tokens", "threads", "memory_mb"},
      "--cooccurrences_of, which reads an existing data set"));
  if (processes > 1) {
    return absl::InvalidArgumentError(absl::StrCat("--cooccurrences_of runs in one process, found ",
                                                   processes,
                                                   "; start it without mpirun and use --threads"));
  }
  CooccurrenceOptions options{.dataset = absl::GetFlag(FLAGS_cooccurrences_of),
                              .output = absl::GetFlag(FLAGS_output),
                              .window = absl::GetFlag(FLAGS_window),
                              .shard_tokens = absl::GetFlag(FLAGS_shard_tokens),
                              .threads = absl::GetFlag(FLAGS_threads),
                              .memory_mb = absl::GetFlag(FLAGS_memory_mb)};
  if (options.threads == 0) options.threads = DefaultThreads(/*launched=*/false);
  RETURN_IF_ERROR(CheckOptions(options));
  const GivenPath inputs[] = {{"--cooccurrences_of", options.dataset}};
  RETURN_IF_ERROR(ExpectOutputApart({"--output", options.output}, inputs));
  return options;
}

}  // namespace

int CountCooccurrences(const CommandLine& line, const Communicator& workers,
                       Interruption* interruption) {
  const auto options = CooccurrenceOptionsFromFlags(line, workers.size());
  if (!options.ok()) return Fail(workers, line, options.status(), kExitUsage);
  const auto manifest = PreprocessCooccurrences(*options, interruption);
  if (!manifest.ok()) return Fail(workers, line, manifest.status(), kExitFailed);
  std::fputs(CooccurrenceReport(*manifest).c_str(), stderr);
  PrintNextCommand(options->output, *manifest);
  return kExitDone;
}

}  // namespace elman
