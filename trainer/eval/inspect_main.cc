// elman-inspect: shows, and verifies, any file of ours.
#include <cstdio>
#include <string>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "data/io/program.h"
#include "data/io/status_macros.h"
#include "trainer/eval/baseline_inspection.h"
#include "trainer/eval/inspection.h"
#include "trainer/eval/run_course.h"

ABSL_FLAG(bool, verify, false, "check every byte; exit status 1 if something is wrong");
ABSL_FLAG(bool, repair, false,
          "mend a run directory: write the marks latest and best anew where they name no whole "
          "checkpoint, delete temporary files; touches nothing that is good");
ABSL_FLAG(std::string, compare, "",
          "`RUN_DIR` another run directory, to be shown beside the first");
ABSL_FLAG(
    std::string, arpa, "",
    "`FILE` write the n-gram model PATH, made by elman-baseline, as this file in the ARPA format");
ABSL_FLAG(std::string, format, "text", "`FORMAT` text, or json: one JSON object on one line");

namespace elman {
namespace {

constexpr Example kExamples[] = {
    {"A run at a glance: its course, its figures, its events", "elman-inspect run/mine/model"},
    {"Two runs side by side", "elman-inspect run/mine/model --compare=run/other"},
    {"Every byte of a data set", "elman-inspect run/mine/data --verify"},
    {"Points latest and best to whole checkpoints again", "elman-inspect run/mine/model --repair"},
    {"An n-gram model for other programs", "elman-inspect run/mine/5gram --arpa=5gram.arpa"}};

constexpr Program kProgram = {
    .name = "elman-inspect",
    .purpose = "shows, verifies and repairs data sets, runs, checkpoints",
    .usage =
        "elman-inspect PATH [--verify | --repair | --compare=RUN_DIR] [OPTION...]\n"
        "elman-inspect FILE --arpa=FILE [OPTION...]",
    .description =
        "Shows a data set's folder, a shard, a run directory (its latest checkpoint; with --verify "
        "all of them), a checkpoint or a file of elman-baseline.",
    .examples = kExamples,
    .main_file = __FILE__};

absl::Status CheckCommandLine(const CommandLine& command_line) {
  if (command_line.arguments.size() != 1) {
    return absl::InvalidArgumentError(
        "name one data set, shard, run directory, checkpoint or file of elman-baseline; see "
        "--help");
  }
  const bool compares = !absl::GetFlag(FLAGS_compare).empty();
  const bool exports = !absl::GetFlag(FLAGS_arpa).empty();
  if (compares + exports + absl::GetFlag(FLAGS_verify) + absl::GetFlag(FLAGS_repair) > 1) {
    return absl::InvalidArgumentError("--verify, --repair, --compare and --arpa: give one of them");
  }
  return ExpectFormat(absl::GetFlag(FLAGS_format));
}

absl::StatusOr<Inspection> InspectAsAsked(const std::string& path) {
  if (absl::GetFlag(FLAGS_repair)) return Repair(path);
  const std::string other = absl::GetFlag(FLAGS_compare);
  if (!other.empty()) return CompareRuns(path, other);
  if (const std::string arpa = absl::GetFlag(FLAGS_arpa); !arpa.empty())
    return InspectAndExportArpa(path, arpa);
  return Inspect(path, absl::GetFlag(FLAGS_verify));
}

absl::Status Run(const CommandLine& command_line) {
  ASSIGN_OR_RETURN(const Inspection inspection, InspectAsAsked(command_line.arguments[0]));
  if (absl::GetFlag(FLAGS_format) == "json") {
    std::printf("%s\n", inspection.json().ToString().c_str());
  } else {
    std::printf("%s", inspection.text().c_str());
  }
  if (inspection.problems.empty()) return absl::OkStatus();
  const size_t more = inspection.problems.size() - 1;
  return absl::DataLossError(absl::StrCat(
      inspection.problems[0], more == 0 ? "" : absl::StrCat(" (and ", more, " more problems)")));
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) {
  return elman::RunProgram(elman::kProgram, argc, argv, elman::CheckCommandLine, elman::Run);
}
