#include "trainer/replay/replay.h"

#include <cmath>
#include <cstdio>
#include <optional>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/number_text.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"
#include "trainer/config/run_config.h"
#include "trainer/loop/training_loop.h"
#include "trainer/optim/schedule.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/log/recorded_step.h"
#include "trainer/replay/step_norms.h"
#include "trainer/run/prepared_run.h"
#include "trainer/run/run_environment.h"
#include "trainer/run/stop_signal.h"

namespace elman {
namespace {

constexpr uint64_t kMaxConfigBytes = 1 << 20;

// Returns the newest checkpoint of the run before a step; empty if there is none.
std::string CheckpointBefore(const std::string& run_folder, int64_t step) {
  const CheckpointDirectory checkpoints(run_folder);
  const auto steps = checkpoints.Steps();
  std::string newest;
  if (!steps.ok()) return newest;
  for (const int64_t there : *steps) {
    if (there < step) newest = checkpoints.PathOf(there);
  }
  return newest;
}

absl::Status CheckIsBefore(const std::string& path, const CheckpointHeader& header, int64_t step) {
  if (header.progress().step() < step) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": is of step ", header.progress().step(), "; step ", step,
                   " can be replayed from a checkpoint of step ", step - 1, " or before"));
}

void WarnOfAnotherMachine(const Provenance& theirs) {
  Provenance ours;
  DescribeEnvironment(&ours);
  const std::string change = EnvironmentChange(theirs, ours);
  if (change.empty()) return;
  absl::FPrintF(stderr,
                "warning: the environment differs from that of the checkpoint: %s; the bits of a "
                "replay may differ\n",
                change);
}

// Returns how training handled the step.
const char* OutcomeText(const Progress& before, const Progress& after,
                        const absl::Status& trained) {
  if (!trained.ok()) return "the run ended with it";
  if (after.divergence().rollbacks() > before.divergence().rollbacks())
    return "it diverged and was rolled back";
  if (after.divergence().steps() > before.divergence().steps())
    return "it diverged and was skipped";
  return "updated";
}

bool SameMetric(double recorded, double replayed) {
  return std::isfinite(recorded) ? recorded == replayed : !std::isfinite(replayed);
}

// Compares with the recorded metrics of the run, if there are any. Values that the run rounded
// between nodes are not rounded in one process.
absl::Status CheckAgainstRecord(const std::string& metrics, const StepReport& report,
                                bool may_have_rounded) {
  std::optional<RecordedStep> recorded;
  if (FileExists(metrics)) {
    ASSIGN_OR_RETURN(recorded, FindRecordedStep(metrics, report.step));
  }
  if (!recorded) {
    absl::PrintF("%s: has no line of this step to compare with\n", metrics);
    return absl::OkStatus();
  }
  if (SameMetric(recorded->loss, report.loss) &&
      SameMetric(recorded->gradient_norm, report.gradient_norm) &&
      SameMetric(recorded->learning_rate, report.learning_rate)) {
    absl::PrintF("%s: the same loss, gradient norm and learning rate\n", metrics);
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "the replay differs from what ", metrics, " recorded for step ", report.step, ": loss ",
      RoundTripText(recorded->loss), ", gradient norm ", RoundTripText(recorded->gradient_norm),
      ", learning rate ", RoundTripText(recorded->learning_rate), "; ",
      may_have_rounded ? "rounding between nodes (exchange.wire_format) is not replayed"
                       : "if settings were changed since the checkpoint, give them as overrides"));
}

}  // namespace

absl::StatusOr<ReplaySource> FindReplaySource(const std::string& place, int64_t step,
                                              const std::vector<std::string>& overrides) {
  ReplaySource source;
  const bool is_run = IsFolder(place);
  if (is_run) {
    source.checkpoint = CheckpointBefore(place, step);
  } else {
    ASSIGN_OR_RETURN(source.checkpoint, ResolveCheckpoint(place, kLatest));
  }
  const std::string run = is_run ? place : FolderOf(FolderOf(place));
  source.metrics = JoinPath(run, "metrics.jsonl");
  std::string from = source.checkpoint, text;
  if (from.empty()) {
    from = JoinPath(run, "config.textproto");
    ASSIGN_OR_RETURN(text, ReadFile(from, kMaxConfigBytes));
  } else {
    ASSIGN_OR_RETURN(const CheckpointHeader header, ReadCheckpointHeader(from));
    RETURN_IF_ERROR(CheckIsBefore(from, header, step));
    WarnOfAnotherMachine(header.provenance());
    text = RunConfigText(header.config());
  }
  ASSIGN_OR_RETURN(source.config, ParseRunConfig(text, from, overrides));
  return source;
}

absl::Status ReplayStep(Communicator* communicator, const Datasets& datasets,
                        const ReplaySource& source, int64_t step) {
  TrainingConfig config = source.config;
  config.set_max_steps(step);
  RemoveEpochLimit(&config);
  config.mutable_evaluation()->set_every_steps(0);
  const std::string resume = source.checkpoint.empty() ? "never" : source.checkpoint;
  ASSIGN_OR_RETURN(
      PreparedRun run,
      PrepareRun(communicator, datasets, {.resume = resume, .take = Take::kEverything}, config));
  RETURN_IF_ERROR(PrepareState(source.vectors, &run));
  // Of the parts that do not train, only a schedule that depends on the validation loss has an
  // effect.
  if (config.schedule().kind() == ScheduleSpec::PLATEAU) RETURN_IF_ERROR(PrepareEvaluator(&run));

  const Progress& progress = *run.start.checkpoint.header.mutable_progress();
  absl::FPrintF(stderr, "replaying steps %d to %d, from %s\n", progress.step() + 1, step,
                run.start.resumed() ? resume : "the beginning");
  StepNorms norms(*run.model, *run.source);
  std::optional<StepReport> report;
  Progress before;
  const auto look = [&](const StepReport& now, double scale) {
    if (now.step != step) return;
    report = now;
    before = progress;
    norms.LookAtStep(run.state.get(), run.exchange->SummedGradients(), scale);
  };
  PhaseClock clock;
  TrainingLoop loop({.communicator = communicator,
                     .learner = run.learner(),
                     .validation = {.evaluator = run.evaluator.get()},
                     .watch = {.clock = &clock},
                     .hooks = {.stop_requested = StopRequested, .on_gradients = look},
                     .checkpoint = &run.start.checkpoint});
  absl::Status trained = loop.Run();
  if (!report && loop.stopped())
    return absl::CancelledError(absl::StrCat("stopped before step ", step));
  if (!report) return trained;

  if (progress.divergence().steps() == before.divergence().steps())
    norms.LookAtUpdate(run.state.get());
  absl::PrintF("step %d, epoch %d: loss %s, gradient norm %s, learning rate %s; %s\n%s", step,
               report->epoch, RoundTripText(report->loss), RoundTripText(report->gradient_norm),
               RoundTripText(report->learning_rate), OutcomeText(before, progress, trained),
               norms.Text());
  return CheckAgainstRecord(source.metrics, *report,
                            config.exchange().wire_format() != ExchangeSpec::FLOAT32);
}

}  // namespace elman
