#include "trainer/run/training_run.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "data/format/number_text.h"
#include "data/io/atomic_file.h"
#include "data/io/output_error.h"
#include "data/io/status_macros.h"
#include "trainer/comm/agreement.h"
#include "trainer/config/run_config.h"
#include "trainer/loop/training_loop.h"
#include "trainer/network/timing/phase_clock.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/run/run_directory.h"
#include "trainer/reporting/progress_reporter.h"
#include "trainer/run/announcement.h"
#include "trainer/run/peak_meter.h"
#include "trainer/run/prepared_run.h"
#include "trainer/run/run_start.h"
#include "trainer/run/stop_signal.h"
#include "trainer/state/divergence.h"
#include "trainer/trace/run_trace.h"

namespace elman {
namespace {

// On rank 0: updates the files of the run directory to this run, up to the step where it starts.
absl::StatusOr<std::unique_ptr<ProgressReporter>> TakeOver(const RunRequest& request,
                                                           const RunDirectory& directory,
                                                           double peak, PhaseClock* clock,
                                                           CheckpointDirectory* checkpoints,
                                                           PreparedRun* run) {
  Checkpoint& checkpoint = run->start.checkpoint;
  const Progress& progress = checkpoint.header.progress();
  // A run that continues in another directory first copies its checkpoint: the directory is
  // complete from the start, and its best is there.
  const bool elsewhere = run->start.resumed() && !run->start.own;
  const absl::Time began = absl::Now();
  std::string content_hash;
  if (elsewhere) {
    const bool is_best = progress.has_best() && progress.best_step() == progress.step();
    ASSIGN_OR_RETURN(content_hash, checkpoints->Save(&checkpoint, is_best));
  } else {
    ASSIGN_OR_RETURN(run->start.set_aside, checkpoints->ContinueFrom(progress));
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  RETURN_IF_ERROR(WriteFile(directory.config_path(), RunConfigText(run->config())));
  ASSIGN_OR_RETURN(auto reporter,
                   ProgressReporter::Create(
                       &directory, run->start.checkpoint.header.task(), run->config(), progress,
                       TotalSteps(run->config(), *run->source), peak, clock, request.quiet));
  if (!request.prometheus.empty())
    RETURN_IF_ERROR(reporter->OpenPrometheusFile(request.prometheus));
  if (elsewhere) {
    reporter->Saved(progress.step(), checkpoints->PathOf(progress.step()), content_hash, seconds);
  }
  return reporter;
}

// Returns null on ranks other than 0. Collective.
absl::StatusOr<std::unique_ptr<ProgressReporter>> CreateReporter(const RunRequest& request,
                                                                 const RunDirectory* directory,
                                                                 double peak, PhaseClock* clock,
                                                                 CheckpointDirectory* checkpoints,
                                                                 PreparedRun* run) {
  std::unique_ptr<ProgressReporter> reporter;
  absl::Status status;
  if (directory != nullptr) {
    auto created = TakeOver(request, *directory, peak, clock, checkpoints, run);
    status = created.status();
    if (created.ok()) reporter = *std::move(created);
  }
  RETURN_IF_ERROR(AgreeWithRoot(run->communicator, status));
  return reporter;
}

// Returns null if no trace is requested. Collective.
absl::StatusOr<std::unique_ptr<RunTrace>> CreateTrace(const std::string& path, PhaseClock* clock,
                                                      PreparedRun* run) {
  if (path.empty()) return std::unique_ptr<RunTrace>();
  auto trace = std::make_unique<RunTrace>(run->communicator, clock, path);
  // If it cannot be written, the run does not start.
  RETURN_IF_ERROR(ExplainOutput(trace->Publish(), "--trace"));
  run->exchange->Watch(clock);
  return trace;
}

// Prints the last lines of a run's log. `patience` is above 0 if the run
// ended by early stopping. Returns an error if the model has not learned anything.
absl::Status ReportEnd(const Progress& progress, bool stopped, bool finished, bool saved,
                       int patience, const Dataset* dataset, ProgressReporter* reporter) {
  const int64_t step = progress.step();
  absl::Status learned;
  reporter->FinishTraining();
  const std::string totals = DivergenceTotals(progress);
  if (finished && !totals.empty()) reporter->Event(step, "divergence", totals);
  if (stopped) {
    reporter->Event(step, "stopped",
                    absl::StrCat("stopped at step ", step, ", resume with the same command"));
  } else if (finished) {
    reporter->Event(
        step, "finished",
        absl::StrCat("finished at step ", step,
                     patience > 0
                         ? absl::StrCat(" by early stopping: no better validation in ",
                                        CountText(patience, "epoch"), " (evaluation.patience)")
                         : std::string(),
                     saved ? "" : ", but the model of this step could not be saved"));
    if (saved && dataset != nullptr) learned = reporter->ReportResults(progress, *dataset);
  }
  return learned;
}

// Returns whether rank 0 has written the last checkpoint. Collective.
absl::Status SaveStatus(Communicator* communicator, const TrainingLoop& loop,
                        const CheckpointDirectory& checkpoints) {
  absl::Status saved;
  if (loop.save_failed()) {
    const int64_t step = loop.written_step();
    saved = absl::UnavailableError(absl::StrCat(
        "the last checkpoint could not be written to ", checkpoints.folder(),
        "; free space or permit writing, and repeat the command: ",
        step > 0 ? absl::StrCat("it resumes from the checkpoint of step ", step)
                 : std::string("there is no checkpoint, so it restarts from the beginning")));
  }
  return AgreeWithRoot(communicator, saved);
}

}  // namespace

absl::StatusOr<RunEnd> RunTraining(Communicator* communicator, const RunRequest& request) {
  ASSIGN_OR_RETURN(const auto directory, OpenRunDirectory(communicator, request.output));
  ASSIGN_OR_RETURN(PreparedRun run,
                   PrepareRun(communicator, request.datasets,
                              {directory.get(), request.resume, request.take}, request.config));
  if (request.heartbeat) run.source->ShowReading(request.heartbeat->shard());
  PrepareExchange(&run);
  if (request.check_place) RETURN_IF_ERROR(request.check_place(run.config(), run.exchange.get()));
  RETURN_IF_ERROR(PrepareState(request.vectors, &run));
  RETURN_IF_ERROR(PrepareEvaluator(&run));
  PrepareSamples(&run);
  if (!request.config_origin.empty()) {
    run.start.events.push_back(
        {"configuration", absl::StrCat("configuration: ", request.config_origin, "; written to ",
                                       directory ? directory->config_path() : "",
                                       "; fields can be set here, as in max_epochs=20")});
  }

  PhaseClock own_clock;
  PhaseClock* const clock = request.clock ? request.clock : &own_clock;
  std::optional<PeakMeter> meter;
  if (request.measures_peak) meter.emplace(communicator);
  const double peak = meter ? meter->peak() : 0;
  CheckpointDirectory checkpoints(request.output);
  ASSIGN_OR_RETURN(const auto reporter,
                   CreateReporter(request, directory.get(), peak, clock, &checkpoints, &run));
  ASSIGN_OR_RETURN(const auto trace, CreateTrace(request.trace, clock, &run));

  TrainingLoop loop({.communicator = communicator,
                     .learner = run.learner(),
                     .validation = {run.evaluator.get(), run.samples.get()},
                     .record = {&checkpoints, reporter.get(), trace.get()},
                     .watch = {clock, request.heartbeat},
                     .hooks = {.stop_requested = StopRequested,
                               .measure_peak = meter ? [&] { return meter->Measure(); }
                                                     : std::function<double()>()},
                     .checkpoint = &run.start.checkpoint});
  if (reporter) AnnounceRun(run, request.vectors, reporter.get());
  const absl::Status trained = loop.Run();
  const Progress& progress = run.start.checkpoint.header.progress();
  if (request.heartbeat) request.heartbeat->At(Activity::kEnding, progress.step());
  absl::Status learned;
  if (reporter) {
    const int patience = loop.StopsEarly() ? run.config().evaluation().patience() : 0;
    learned = ReportEnd(progress, loop.stopped(), trained.ok(), !loop.save_failed(), patience,
                        request.temporary ? nullptr : run.datasets[0].get(), reporter.get());
    reporter->WriteReport(/*failed=*/!trained.ok() || loop.save_failed() || !learned.ok());
  }
  clock->Enter(Phase::kOther);
  const absl::Status traced = trace ? trace->Publish() : absl::OkStatus();
  RETURN_IF_ERROR(trained);
  RETURN_IF_ERROR(traced);
  RETURN_IF_ERROR(SaveStatus(communicator, loop, checkpoints));
  return RunEnd{progress.step(), loop.stopped(), AgreeWithRoot(communicator, learned)};
}

}  // namespace elman
