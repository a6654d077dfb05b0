// elman-train: data-parallel training under mpirun. This file is the composition: every part a
// local variable, in order of dependency.
#include <cstdio>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/batches/stream_batcher.h"
#include "data/io/file.h"
#include "data/io/program.h"
#include "data/io/status_macros.h"
#include "data/shards/dataset.h"
#include "trainer/checkpoint/checkpoint_directory.h"
#include "trainer/comm/agreement.h"
#include "trainer/comm/mpi_communicator.h"
#include "trainer/eval/evaluator.h"
#include "trainer/exchange/gradient_exchange.h"
#include "trainer/math/compute_environment.h"
#include "trainer/math/phase_clock.h"
#include "trainer/models/model_factory.h"
#include "trainer/progress.h"
#include "trainer/run_config.h"
#include "trainer/run_directory.h"
#include "trainer/run_start.h"
#include "trainer/stop_signal.h"
#include "trainer/training_loop.h"
#include "trainer/training_state.h"

ABSL_FLAG(std::string, config, "",
          "the configuration, a text-format TrainingConfig (proto/training.proto)");
ABSL_FLAG(std::string, data, "", "the data set's folder, readable by every rank");
ABSL_FLAG(std::string, output, "", "the run directory: checkpoints, metrics, report");
ABSL_FLAG(std::string, resume, "auto",
          "auto: go on where the run directory's latest checkpoint stands, if there is one; never: "
          "begin anew, in a "
          "directory without checkpoints; or a checkpoint file to go on from: one of the run "
          "directory's own, of which later ones are then set aside, or any in a new directory");
ABSL_FLAG(std::string, trace, "",
          "write a trace of all ranks' phases to this file, for chrome://tracing");
ABSL_FLAG(bool, dry_run, false, "print parameters, memory a rank and steps an epoch, and end");

namespace elman {
namespace {

constexpr Program kProgram = {
    "elman-train",
    "Usage: mpirun -n P elman-train --config=FILE --data=DATASET_DIR --output=RUN_DIR [flags] "
    "[path.to.field=value ...]\n"
    "Trains a recurrent network, data-parallel. Further arguments override fields of the "
    "configuration, as\n"
    "optimizer.learning_rate=0.5 max_steps=200.",
    __FILE__};

absl::Status CheckFlags() {
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_config), "--config=FILE"));
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_data), "--data=DATASET_DIR"));
  if (absl::GetFlag(FLAGS_dry_run)) return absl::OkStatus();
  return ExpectFlag(absl::GetFlag(FLAGS_output), "--output=RUN_DIR");
}

void PrintPlan(const RunStart& start, const Model& model, const BatchSource& source,
               const GradientExchange& exchange, const Optimizer& optimizer, int ranks) {
  const MemoryEstimate memory = EstimateMemory(start.config, model, exchange, optimizer, ranks);
  std::printf("parameters        %s\n", WithCommas(model.parameters().count()).c_str());
  std::printf(
      "memory a rank     %.0f MB (parameters and gradients %.0f, optimizer %.0f, activations "
      "%.0f); rank 0 also %.0f MB for checkpoints\n",
      memory.total() / 1e6, memory.arrays / 1e6, memory.optimizer / 1e6, memory.activations / 1e6,
      memory.checkpoint / 1e6);
  std::printf("steps an epoch    %s\n",
              WithCommas(StepsPerEpoch(source, start.config.micro_batches())).c_str());
  std::printf("lanes, ranks      %d, %d\n", start.config.lanes(), ranks);
}

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
                                                           RunStart* start) {
  const Progress& progress = start->checkpoint.header.progress();
  ASSIGN_OR_RETURN(start->set_aside, checkpoints->GoOnFrom(progress));
  RETURN_IF_ERROR(WriteFile(directory.config_path(), RunConfigText(start->config)));
  return ProgressReporter::Create(&directory, start->config, progress, total_steps, clock);
}

absl::Status Run(Communicator* communicator, const CommandLine& command_line) {
  const bool root = communicator->rank() == 0;
  const bool dry_run = absl::GetFlag(FLAGS_dry_run);

  auto dataset_or = Dataset::Open(absl::GetFlag(FLAGS_data));
  ASSIGN_OR_RETURN(TrainingConfig config, ReadRunConfig(communicator, absl::GetFlag(FLAGS_config),
                                                        command_line.arguments));
  RETURN_IF_ERROR(AgreeOnDataset(communicator, dataset_or));
  const std::shared_ptr<const Dataset> dataset = *dataset_or;

  std::unique_ptr<RunDirectory> directory;
  if (!dry_run) {
    ASSIGN_OR_RETURN(directory, OpenRunDirectory(communicator, absl::GetFlag(FLAGS_output)));
  }
  const std::string resume = dry_run ? "never" : absl::GetFlag(FLAGS_resume);
  ASSIGN_OR_RETURN(RunStart start,
                   StartRun(communicator, *dataset, directory.get(), resume, config));

  ASSIGN_OR_RETURN(const auto model, CreateModel(dataset->manifest().task(), start.config.model(),
                                                 dataset->manifest().vocabulary()));
  const auto optimizer = CreateOptimizer(start.config.optimizer());
  auto source_or = CreateStreamBatcher(dataset, "train", start.config.batch_size(),
                                       start.config.sequence_length(), start.config.lanes());
  RETURN_IF_ERROR(Agree(communicator, source_or.status()));
  const std::unique_ptr<BatchSource> source = *std::move(source_or);
  const auto exchange = CreateExchange(communicator, *model, *optimizer, start.config);
  if (dry_run) {
    if (root) PrintPlan(start, *model, *source, *exchange, *optimizer, communicator->size());
    return absl::OkStatus();
  }

  TrainingState state(communicator, model.get(), exchange.get(), optimizer.get(), source.get());
  if (start.resumed) {
    RETURN_IF_ERROR(state.Scatter(&start.checkpoint));
  } else {
    state.Initialize(start.config.seed());
  }
  DescribeParameters(model->parameters(), &start.checkpoint.header);

  std::unique_ptr<Evaluator> evaluator;
  const SplitEntry* valid = nullptr;
  if (const auto split = dataset->FindSplit("valid"); split.ok()) {
    valid = *split;
    auto created = Evaluator::Create(dataset, "valid", start.config.evaluation().batch_size(),
                                     start.config.sequence_length());
    RETURN_IF_ERROR(Agree(communicator, created.status()));
    evaluator = *std::move(created);
  }

  PhaseClock clock;
  if (!absl::GetFlag(FLAGS_trace).empty()) clock.StartTrace();
  const int64_t total_steps = TotalSteps(start.config, *source);
  CheckpointDirectory checkpoints(absl::GetFlag(FLAGS_output));
  std::unique_ptr<ProgressReporter> reporter;
  absl::Status taken_over;
  if (root) {
    auto created = TakeOver(*directory, &checkpoints, total_steps, &clock, &start);
    taken_over = created.status();
    if (created.ok()) reporter = *std::move(created);
  }
  RETURN_IF_ERROR(AgreeWithRoot(communicator, taken_over));

  TrainingLoop loop({.communicator = communicator,
                     .model = model.get(),
                     .optimizer = optimizer.get(),
                     .source = source.get(),
                     .exchange = exchange.get(),
                     .state = &state,
                     .evaluator = evaluator.get(),
                     .validation_text = valid ? &valid->counts() : nullptr,
                     .checkpoints = &checkpoints,
                     .reporter = reporter.get(),
                     .clock = &clock,
                     .stop_requested = StopRequested,
                     .checkpoint = &start.checkpoint});
  if (root) AnnounceRun(start, *dataset, *model, *source, communicator->size(), reporter.get());
  const absl::Status trained = loop.Run();
  const int64_t step = start.checkpoint.header.progress().step();
  if (root) {
    reporter->FinishTraining();
    if (loop.stopped()) {
      reporter->Event(step, "stopped",
                      absl::StrCat("stopped at step ", step, ", resume with the same command"));
    } else if (trained.ok()) {
      reporter->Event(step, "finished", absl::StrCat("finished at step ", step));
    }
    reporter->WriteReport();
  }
  if (!absl::GetFlag(FLAGS_trace).empty()) {
    RETURN_IF_ERROR(WriteTrace(communicator, clock, absl::GetFlag(FLAGS_trace)));
  }
  RETURN_IF_ERROR(trained);
  absl::Status saved;
  if (loop.save_failed()) {
    saved = absl::UnavailableError(absl::StrCat("the last checkpoint could not be written to ",
                                                checkpoints.folder(),
                                                "; what is there is good and can be resumed"));
  }
  return AgreeWithRoot(communicator, saved);
}

int Main(int argc, char** argv) {
  // Before anything else: mpirun forwards signals as soon as the process exists.
  CatchStopSignals();
  LimitThreads();
  const auto communicator = CreateMpiCommunicator(&argc, &argv);
  const bool root = communicator->rank() == 0;
  const absl::StatusOr<CommandLine> command_line = ParseCommandLine(argc, argv, __FILE__);
  if (command_line.ok() && (command_line->help || command_line->version)) {
    if (root) PrintHelpOrVersion(kProgram, *command_line);
    return kExitDone;
  }
  const absl::Status usage = command_line.ok() ? CheckFlags() : command_line.status();
  const absl::Status status = usage.ok() ? Run(communicator.get(), *command_line) : usage;
  if (status.ok()) return kExitDone;
  // Every rank has the same verdict; one of them says it.
  if (root) PrintError(kProgram.name, status);
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitFailed;
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) { return elman::Main(argc, argv); }
