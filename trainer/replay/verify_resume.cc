#include "trainer/replay/verify_resume.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/io/temporary_folder.h"
#include "trainer/comm/agreement.h"
#include "trainer/optim/schedule.h"
#include "trainer/record/checkpoint/checkpoint_difference.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"

namespace elman {
namespace {

// Trains in the request's folder up to a step. Returns the seconds it took.
absl::StatusOr<double> TrainTo(Communicator* communicator, RunRequest request, int64_t step) {
  request.config.set_max_steps(step);
  const absl::Time began = absl::Now();
  ASSIGN_OR_RETURN(const RunEnd end, RunTraining(communicator, request));
  if (end.stopped) {
    return absl::CancelledError(absl::StrCat("asked to stop at step ", end.step, " of ", step,
                                             ", before the check was complete"));
  }
  return absl::ToDoubleSeconds(absl::Now() - began);
}

void PrintRun(const char* how, const Checkpoint& checkpoint, double seconds) {
  absl::PrintF("%-30s step %-8d %s  %.1f s\n", how, checkpoint.header.progress().step(),
               ContentHash(checkpoint), seconds);
}

// The part of rank 0: reads and compares both results.
absl::Status Compare(const std::string& straight_run, double straight_seconds,
                     const std::string& resumed_run, double resumed_seconds) {
  ASSIGN_OR_RETURN(const std::string straight_path, ResolveCheckpoint(straight_run, kLatest));
  ASSIGN_OR_RETURN(const std::string resumed_path, ResolveCheckpoint(resumed_run, kLatest));
  ASSIGN_OR_RETURN(const Checkpoint straight, ReadCheckpoint(straight_path));
  ASSIGN_OR_RETURN(const Checkpoint resumed, ReadCheckpoint(resumed_path));
  PrintRun("straight", straight, straight_seconds);
  PrintRun("stopped half way and resumed", resumed, resumed_seconds);
  const std::string difference = FirstDifference(straight, resumed);
  if (difference.empty() && ContentHash(straight) == ContentHash(resumed)) {
    absl::PrintF("resume is exact: both results have the same bits\n");
    return absl::OkStatus();
  }
  return absl::DataLossError(
      absl::StrCat("resume is not exact: the uninterrupted and the resumed run differ in ",
                   difference.empty() ? "state that is in no array" : difference));
}

}  // namespace

absl::Status VerifyResume(Communicator* communicator, const RunRequest& request, int64_t steps) {
  std::unique_ptr<TemporaryFolder> temporary;
  absl::Status created;
  std::string path;
  if (communicator->rank() == 0) {
    auto opened = TemporaryFolder::Create(request.output);
    created = opened.status();
    if (opened.ok()) temporary = *std::move(opened);
    if (temporary) path = temporary->temporary_path();
  }
  RETURN_IF_ERROR(AgreeWithRoot(communicator, created));
  BroadcastString(communicator, &path, 0);

  RunRequest straight = request;
  straight.resume = "auto";
  straight.temporary = true;
  RemoveEpochLimit(&straight.config);
  RunRequest resumed = straight;
  straight.output = JoinPath(path, "straight");
  resumed.output = JoinPath(path, "resumed");
  ASSIGN_OR_RETURN(const double straight_seconds, TrainTo(communicator, straight, 2 * steps));
  ASSIGN_OR_RETURN(const double first_half, TrainTo(communicator, resumed, steps));
  ASSIGN_OR_RETURN(const double second_half, TrainTo(communicator, resumed, 2 * steps));

  absl::Status compared;
  if (communicator->rank() == 0)
    compared = Compare(straight.output, straight_seconds, resumed.output, first_half + second_half);
  return AgreeWithRoot(communicator, compared);
}

}  // namespace elman
