#include "trainer/training_run.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "data/io/file.h"
#include "data/io/status_macros.h"
#include "trainer/checkpoint/checkpoint_directory.h"
#include "trainer/comm/agreement.h"
#include "trainer/divergence.h"
#include "trainer/math/phase_clock.h"
#include "trainer/progress.h"
#include "trainer/run_config.h"
#include "trainer/run_directory.h"
#include "trainer/run_parts.h"
#include "trainer/run_start.h"
#include "trainer/stop_signal.h"
#include "trainer/training_loop.h"
#include "trainer/training_state.h"

namespace elman {
namespace {

// The events of all ranks as one file of the Chrome trace format.
absl::Status WriteTrace(Communicator* communicator, const PhaseClock& clock,
                        const std::string& path) {
  const auto events = communicator->AllGather(clock.TraceEvents(communicator->rank()));
  if (communicator->rank() != 0) return absl::OkStatus();
  std::string text = "[\n";
  for (const std::string& rank : events) text += rank;
  if (text.size() > 2) text.erase(text.size() - 2);
  return WriteFile(path, text + "\n]\n");
}

// Rank 0: from here on the run directory tells of this run, up to the step where it begins.
absl::StatusOr<std::unique_ptr<ProgressReporter>> TakeOver(const RunDirectory& directory,
                                                           CheckpointDirectory* checkpoints,
                                                           int64_t total_steps, PhaseClock* clock,
                                                           bool quiet, RunStart* start) {
  const Progress& progress = start->checkpoint.header.progress();
  ASSIGN_OR_RETURN(start->set_aside, checkpoints->GoOnFrom(progress));
  RETURN_IF_ERROR(WriteFile(directory.config_path(), RunConfigText(start->config)));
  return ProgressReporter::Create(&directory, start->config, progress, total_steps, clock, quiet);
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
    reporter->Conclude(progress, dataset.folder());
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

  PhaseClock own_clock;
  PhaseClock& clock = request.clock ? *request.clock : own_clock;
  if (!request.trace.empty()) clock.StartTrace();
  const Progress& progress = *start.checkpoint.header.mutable_progress();
  const int64_t total_steps = TotalSteps(start.config, *parts.source);
  CheckpointDirectory checkpoints(request.output);
  std::unique_ptr<ProgressReporter> reporter;
  absl::Status taken_over;
  if (root) {
    auto created = TakeOver(*directory, &checkpoints, total_steps, &clock, request.quiet, &start);
    taken_over = created.status();
    if (created.ok()) reporter = *std::move(created);
    if (created.ok() && !request.prometheus.empty())
      taken_over = reporter->TellPrometheus(request.prometheus);
  }
  RETURN_IF_ERROR(AgreeWithRoot(communicator, taken_over));

  TrainingLoop loop({.communicator = communicator,
                     .model = parts.model.get(),
                     .optimizer = parts.optimizer.get(),
                     .source = parts.source.get(),
                     .exchange = parts.exchange.get(),
                     .state = &state,
                     .evaluator = evaluator.get(),
                     .checkpoints = &checkpoints,
                     .reporter = reporter.get(),
                     .clock = &clock,
                     .pulse = request.pulse,
                     .stop_requested = StopRequested,
                     .checkpoint = &start.checkpoint});
  if (root) {
    AnnounceRun(start, request.datasets, *parts.model, *parts.source, communicator->size(),
                reporter.get());
  }
  const absl::Status trained = loop.Run();
  if (request.pulse) request.pulse->At(Activity::kEnding, progress.step());
  if (root) ReportEnd(progress, loop.stopped(), trained.ok(), *dataset, reporter.get());
  if (!request.trace.empty()) RETURN_IF_ERROR(WriteTrace(communicator, clock, request.trace));
  RETURN_IF_ERROR(trained);
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
