#include "trainer/run/training_run.h"

#include <numeric>
#include <optional>
#include <span>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/io/file.h"
#include "data/io/status_macros.h"
#include "trainer/comm/agreement.h"
#include "trainer/config/run_config.h"
#include "trainer/loop/training_loop.h"
#include "trainer/network/math/product_rate.h"
#include "trainer/network/timing/phase_clock.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/run/run_directory.h"
#include "trainer/reporting/progress_reporter.h"
#include "trainer/run/run_parts.h"
#include "trainer/run/run_start.h"
#include "trainer/run/stop_signal.h"
#include "trainer/state/divergence.h"
#include "trainer/state/training_state.h"
#include "trainer/trace/run_trace.h"

namespace elman {
namespace {

// What all ranks could multiply, all at once: floating-point operations a second. Collective.
double PeakOf(Communicator* communicator) {
  communicator->Barrier();
  const double mine = ProductRate();
  std::vector<double> all(communicator->size());
  communicator->AllGather(std::as_bytes(std::span(&mine, 1)),
                          std::as_writable_bytes(std::span(all)));
  return std::accumulate(all.begin(), all.end(), 0.0);
}

// Rank 0: from here on the run directory tells of this run, up to the step where it begins.
absl::StatusOr<std::unique_ptr<ProgressReporter>> TakeOver(const RunDirectory& directory,
                                                           CheckpointDirectory* checkpoints,
                                                           int64_t total_steps, double peak,
                                                           PhaseClock* clock, bool quiet,
                                                           RunStart* start) {
  const Progress& progress = start->checkpoint.header.progress();
  ASSIGN_OR_RETURN(start->set_aside, checkpoints->GoOnFrom(progress));
  RETURN_IF_ERROR(WriteFile(directory.config_path(), RunConfigText(start->config)));
  return ProgressReporter::Create(&directory, start->checkpoint.header.task(), start->config,
                                  progress, total_steps, peak, clock, quiet);
}

// The last lines of a run's log, and its report.
void ReportEnd(const Progress& progress, bool stopped, bool finished, const Dataset& dataset,
               ProgressReporter* reporter) {
  const int64_t step = progress.step();
  reporter->FinishTraining();
  const std::string totals = DivergenceTotals(progress);
  if (finished && !totals.empty()) reporter->Event(step, "divergence", totals);
  if (stopped) {
    reporter->Event(step, "stopped",
                    absl::StrCat("stopped at step ", step, ", resume with the same command"));
  } else if (finished) {
    reporter->Event(step, "finished", absl::StrCat("finished at step ", step));
    reporter->Conclude(progress, dataset);
  }
  reporter->WriteReport();
}

}  // namespace

absl::StatusOr<RunEnd> RunTraining(Communicator* communicator, const RunRequest& request) {
  const bool root = communicator->rank() == 0;
  const std::shared_ptr<const Dataset>& dataset = request.datasets[0];
  ASSIGN_OR_RETURN(const auto directory, OpenRunDirectory(communicator, request.output));
  ASSIGN_OR_RETURN(RunStart start, StartRun(communicator, request.datasets, directory.get(),
                                            request.resume, request.config));
  ASSIGN_OR_RETURN(RunParts parts, CreateRunParts(communicator, request.datasets, start.config));
  if (request.pulse) parts.source->ShowReading(request.pulse->shard());
  if (request.check_place) RETURN_IF_ERROR(request.check_place(start.config, parts.exchange.get()));

  TrainingState state(communicator, parts.model.get(), parts.exchange.get(), parts.optimizer.get(),
                      parts.source.get());
  if (start.resumed) {
    RETURN_IF_ERROR(state.Scatter(&start.checkpoint));
  } else {
    ASSIGN_OR_RETURN(start.remarks, BeginValues(start.config, request.vectors, *dataset,
                                                parts.model->parameters(), &state));
  }
  DescribeParameters(parts.model->parameters(), &start.checkpoint.header);
  ASSIGN_OR_RETURN(const auto evaluator, CreateValidation(communicator, dataset, start.config));
  ASSIGN_OR_RETURN(const auto samples,
                   CreateSamples(communicator, dataset, start.config, parts.model.get()));

  PhaseClock own_clock;
  PhaseClock& clock = request.clock ? *request.clock : own_clock;
  const Progress& progress = *start.checkpoint.header.mutable_progress();
  const int64_t total_steps = TotalSteps(start.config, *parts.source);
  CheckpointDirectory checkpoints(request.output);
  const double peak = request.measures_peak ? PeakOf(communicator) : 0;
  std::unique_ptr<ProgressReporter> reporter;
  absl::Status taken_over;
  if (root) {
    auto created =
        TakeOver(*directory, &checkpoints, total_steps, peak, &clock, request.quiet, &start);
    taken_over = created.status();
    if (created.ok()) reporter = *std::move(created);
    if (created.ok() && !request.prometheus.empty())
      taken_over = reporter->TellPrometheus(request.prometheus);
  }
  RETURN_IF_ERROR(AgreeWithRoot(communicator, taken_over));
  std::optional<RunTrace> trace;
  if (!request.trace.empty()) {
    trace.emplace(communicator, &clock, request.trace);
    RETURN_IF_ERROR(trace->Publish());  // where it cannot be written, nothing is begun
    parts.exchange->Watch(&clock);
  }

  TrainingLoop loop({.communicator = communicator,
                     .model = parts.model.get(),
                     .optimizer = parts.optimizer.get(),
                     .source = parts.source.get(),
                     .exchange = parts.exchange.get(),
                     .state = &state,
                     .evaluator = evaluator.get(),
                     .samples = samples.get(),
                     .checkpoints = &checkpoints,
                     .reporter = reporter.get(),
                     .clock = &clock,
                     .trace = trace ? &*trace : nullptr,
                     .pulse = request.pulse,
                     .stop_requested = StopRequested,
                     .checkpoint = &start.checkpoint});
  if (root) {
    const int ranks = communicator->size();
    AnnounceRun(start, request.datasets, *parts.model, *parts.source,
                EstimateMemory(start.config, *dataset, *parts.model, *parts.exchange,
                               *parts.optimizer, ranks),
                ranks, reporter.get());
  }
  const absl::Status trained = loop.Run();
  if (request.pulse) request.pulse->At(Activity::kEnding, progress.step());
  if (root) ReportEnd(progress, loop.stopped(), trained.ok(), *dataset, reporter.get());
  clock.Enter(Phase::kOther);
  const absl::Status traced = trace ? trace->Publish() : absl::OkStatus();
  RETURN_IF_ERROR(trained);
  RETURN_IF_ERROR(traced);
  absl::Status saved;
  if (loop.save_failed()) {
    saved = absl::UnavailableError(absl::StrCat("the last checkpoint could not be written to ",
                                                checkpoints.folder(),
                                                "; what is there is good and can be resumed"));
  }
  RETURN_IF_ERROR(AgreeWithRoot(communicator, saved));
  return RunEnd{progress.step(), loop.stopped()};
}

}  // namespace elman
