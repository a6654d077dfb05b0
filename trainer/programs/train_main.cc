// elman-train: data-parallel training under mpirun. Also prints the size of a run without training,
// checks that resuming is exact, and replays a step.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/command_line/flag_groups.h"
#include "data/command_line/flag_paths.h"
#include "data/command_line/output_checks.h"
#include "data/command_line/process_guard.h"
#include "data/command_line/program.h"
#include "data/format/number_text.h"
#include "data/format/shell_word.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "trainer/comm/agreement.h"
#include "trainer/comm/launch.h"
#include "trainer/comm/mpi_communicator.h"
#include "trainer/config/config_fields.h"
#include "trainer/network/math/compute_scope.h"
#include "trainer/network/timing/phase_clock.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/replay/replay.h"
#include "trainer/replay/verify_resume.h"
#include "trainer/run/announcement.h"
#include "trainer/run/memory_estimate.h"
#include "trainer/run/prepared_run.h"
#include "trainer/run/resume.h"
#include "trainer/run/run_preflight.h"
#include "trainer/run/run_settings.h"
#include "trainer/run/run_start.h"
#include "trainer/run/stop_signal.h"
#include "trainer/run/training_run.h"
#include "trainer/watchdog/rank_heartbeat.h"
#include "trainer/watchdog/watchdog.h"
#include "trainer/watchdog/watched_communicator.h"

ABSL_FLAG(std::string, config, "",
          "`FILE|NAME` The configuration: a file with a TrainingConfig message in protobuf text "
          "format, or the name of a configuration in launch/configs, such as quickstart or "
          "sentiment. Default: for a resumed run, its own configuration; for a new run, a "
          "configuration that is chosen by the task and the size of the data set.");
ABSL_FLAG(std::string, data, "",
          "`DATASET_DIR` The data set. Every rank must be able to read it. Several data sets with "
          "the same vocabulary, separated by commas, are mixed; the field data_weights sets their "
          "shares.");
ABSL_FLAG(std::string, output, "",
          "`RUN_DIR` The run directory, to which checkpoints, metrics and the report are written. "
          "It is created if it does not exist.");
ABSL_FLAG(std::string, resume, "auto",
          "`WHERE` The checkpoint from which the run starts. auto: the latest checkpoint of the "
          "run directory; if there is none, a new run starts. never: no checkpoint; a new run "
          "starts, and the run directory must not contain checkpoints. FILE: this checkpoint. If "
          "FILE is in the run directory, later checkpoints are renamed (.abandoned-1 is appended) "
          "and not used again. If FILE is in another run directory, --output must be a new "
          "directory, and --take determines what is taken from FILE. To resume that new run later, "
          "repeat the same command.");
ABSL_FLAG(std::string, take, "auto",
          "`WHAT` For --resume=FILE of another run: what the new run takes from FILE. all: the "
          "complete state; training continues exactly where FILE was saved. Requires the same "
          "training data. weights: only the weights. Steps, epochs, learning rate schedule, "
          "optimizer moments and best checkpoint are reset. The model must be the same; other "
          "settings and the data may differ. moments: as weights, but the optimizer moments are "
          "taken too. Requires the same optimizer.kind. auto: all if the training data is the "
          "same, otherwise weights.");
ABSL_FLAG(std::string, vectors, "",
          "`FILE` Initializes the embeddings with the word vectors in FILE, instead of random "
          "numbers. Formats: word2vec (text or binary), fastText (.vec), GloVe, and safetensors. "
          "For safetensors, write model.safetensors,words=vocab.txt[,tensor=NAME]; vocab.txt has "
          "the word of each row, one per line. To keep the embeddings unchanged in training, set "
          "model.frozen_embeddings=true. Ignored when a run is resumed, because its checkpoint "
          "contains the embeddings.");
ABSL_FLAG(std::string, target_vectors, "",
          "`FILE` For translation: as --vectors, for the embeddings of the target language.");
ABSL_FLAG(std::string, prometheus, "",
          "`FILE.prom` Writes metrics for Prometheus to this file, and updates it during the run. "
          "Place the file in the folder that the textfile collector of node-exporter reads. Only "
          "rank 0 writes it.");
ABSL_FLAG(bool, quiet, false,
          "Prints only warnings and events, such as a start from a checkpoint. Does not print "
          "progress.");
ABSL_FLAG(std::string, trace, "",
          "Writes a timeline of every rank to `FILE`: time in layers, gradient exchange, waiting, "
          "checkpoints and validation. Open the file with ui.perfetto.dev or chrome://tracing. The "
          "file is also written if the run is stopped, fails or is killed.");
ABSL_FLAG(bool, dry_run, false,
          "Prints the number of parameters, the memory per rank, the steps per epoch and the "
          "maximum number of ranks that the run can use. Exits without training.");
ABSL_FLAG(int64_t, verify_resume, 0,
          "Checks that a resumed run gives the same bits as a run without a stop. Trains 2N steps "
          "without a stop. Then trains N steps from the start, saves a checkpoint, resumes from it "
          "and trains N more steps. Exit status: 0 if the two results have the same bits, "
          "otherwise 1. Uses a temporary folder next to --output or, without --output, in the "
          "folder for temporary files. Does not change --output. 0: no check.");
ABSL_FLAG(int64_t, replay_step, 0,
          "Repeats step N of the run in --output, in one process, to examine it. Starts from the "
          "newest checkpoint before step N, or from --resume=FILE, with the recorded "
          "configuration. Prints the loss of the step, the norms of each parameter, its gradient "
          "and its update, and elements that are infinite or NaN. Writes no files. 0: no replay.");
ABSL_FLAG(bool, preflight, false,
          "Prints the hosts and cores of the ranks, whether their settings agree, how fast they "
          "exchange data, and what will make training slow. Exits without training.");

namespace elman {
namespace {

constexpr Example kExamples[] = {
    {"Train on all cores of this machine; the same command resumes an interrupted run",
     "elman-run elman-train --data=run/mine/data --output=run/mine/model"},
    {"Override fields of the configuration; write a checkpoint every 500 steps",
     "elman-run elman-train --config=quickstart --data=run/mine/data \\\n"
     "    --output=run/other optimizer.learning_rate=0.002 model.cell=GRU \\\n"
     "    checkpoint.every_steps=500"},
    {"Print the size of the model and the steps per epoch without training",
     "elman-train --config=quickstart --data=run/mine/data --dry_run"},
    {"Train on four ranks with plain mpirun",
     "mpirun -n 4 elman-train --config=quickstart \\\n"
     "    --data=run/mine/data --output=run/mine/model"}};

constexpr Program kProgram = {
    .name = "elman-train",
    .purpose = "trains a recurrent network on text, data-parallel",
    .usage =
        "elman-run elman-train --data=DATASET_DIR --output=RUN_DIR [--config=FILE]\n"
        "    [OPTION...] [path.to.field=VALUE...]\n"
        "mpirun -n P elman-train ...",
    .description =
        "Trains a network on a data set that elman-preprocess made. elman-run starts mpirun with "
        "one rank (process) per core; all ranks train the same network together. To choose the "
        "number of ranks, use elman-run -n P or mpirun -n P.\n\n"
        "The configuration describes the network and its training. Arguments without dashes "
        "override fields of the configuration, for example optimizer.learning_rate=0.5 "
        "max_steps=200. launch/configs/FIELDS.md lists all fields.\n\n"
        "The run directory contains the complete configuration, metrics.jsonl, checkpoints, event "
        "files for TensorBoard, and report.html. To save a checkpoint and stop the run, send the "
        "signal SIGUSR1 to mpirun, or SIGUSR1 or SIGTERM to any rank. To resume the run, repeat "
        "the same command.",
    .examples = kExamples,
    .main_file = __FILE__};

bool Replays() { return absl::GetFlag(FLAGS_replay_step) != 0; }
bool Verifies() { return absl::GetFlag(FLAGS_verify_resume) != 0; }

bool ResumesFromFile() {
  const std::string resume = absl::GetFlag(FLAGS_resume);
  return resume != "auto" && resume != "never";
}

absl::Status ExpectCount(const char* flag, int64_t value) {
  if (value >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, "=", value, ": expected a number of steps, at least 1"));
}

// Explains an unknown flag that is for a launcher, or similar to a field of the configuration.
std::string ExplainField(std::string_view name, std::string_view value) {
  for (const std::string_view device : {"gpu", "gpus", "cuda", "device", "devices"}) {
    if (name == device) return "Elman trains on processor cores; leave it out";
  }
  for (const std::string_view ranks :
       {"n", "np", "ranks", "nproc", "threads", "workers", "cores"}) {
    if (name != ranks) continue;
    return absl::StrCat("the number of ranks is an option of elman-run: elman-run -n ",
                        value.empty() ? "RANKS" : ShellWord(value), " elman-train ...");
  }
  std::vector<std::string> fields = ConfigFieldsLike(name);
  for (const std::string_view cell : {"model", "arch", "network", "rnn", "rnn_type", "model_type"})
    if (name == cell) fields = {"model.cell"};
  if (fields.empty()) return "";
  std::vector<std::string> overrides;
  for (const std::string& field : fields)
    overrides.push_back(absl::StrCat(field, "=", value.empty() ? "VALUE" : std::string(value)));
  return absl::StrCat("fields of the configuration are given without dashes; write ",
                      absl::StrJoin(overrides, " or "));
}

absl::Status CheckFlags(const CommandLine& command_line) {
  RETURN_IF_ERROR(ExpectNoFlagWithoutDashes(command_line));
  const bool dry_run = absl::GetFlag(FLAGS_dry_run);
  RETURN_IF_ERROR(ExpectCount("verify_resume", absl::GetFlag(FLAGS_verify_resume)));
  RETURN_IF_ERROR(ExpectCount("replay_step", absl::GetFlag(FLAGS_replay_step)));
  const bool preflight = absl::GetFlag(FLAGS_preflight);
  if (dry_run + preflight + Verifies() + Replays() > 1) {
    return absl::InvalidArgumentError(
        "--dry_run, --preflight, --verify_resume and --replay_step exclude each other; give one of "
        "them");
  }
  if (Replays()) {
    RETURN_IF_ERROR(ExpectOnly(
        command_line,
        {"replay_step", "data", "output", "resume", "vectors", "target_vectors", "quiet"},
        "--replay_step, which takes the configuration of the run and writes nothing"));
  }
  const std::string prometheus = absl::GetFlag(FLAGS_prometheus);
  if (!prometheus.empty() && !absl::EndsWith(prometheus, ".prom")) {
    return absl::InvalidArgumentError(
        absl::StrCat("--prometheus=", prometheus,
                     ": expected a name that ends in .prom, because node-exporter reads no other "
                     "files; rename it"));
  }
  RETURN_IF_ERROR(ParseTake(absl::GetFlag(FLAGS_take)).status());
  for (const std::string& argument : command_line.arguments) {
    if (absl::StrContains(argument, '=') || !FileExists(argument)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("'", argument, "' is neither a flag nor FIELD=VALUE. Name files with ",
                     "--config=FILE, --data=DATASET_DIR and --output=RUN_DIR"));
  }
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_data), "--data=DATASET_DIR"));
  if (dry_run || preflight || Verifies() || (Replays() && ResumesFromFile()))
    return absl::OkStatus();
  return ExpectFlag(absl::GetFlag(FLAGS_output), "--output=RUN_DIR");
}

InitialVectors VectorsFromFlags() {
  return {.vectors = absl::GetFlag(FLAGS_vectors),
          .target_vectors = absl::GetFlag(FLAGS_target_vectors)};
}

// Checks that no output overwrites an input. Collective.
absl::Status CheckOutputs(Communicator* communicator, const Datasets& datasets,
                          const std::string& config) {
  const auto check = [&]() -> absl::Status {
    std::vector<GivenPath> inputs = {{"--config", config},
                                     {"--vectors", absl::GetFlag(FLAGS_vectors)},
                                     {"--target_vectors", absl::GetFlag(FLAGS_target_vectors)}};
    for (const auto& dataset : datasets) inputs.push_back({"--data", dataset->folder()});
    const GivenPath prometheus = {"--prometheus", absl::GetFlag(FLAGS_prometheus)};
    const GivenPath trace = {"--trace", absl::GetFlag(FLAGS_trace)};
    for (const GivenPath& output :
         {GivenPath{"--output", absl::GetFlag(FLAGS_output)}, prometheus, trace}) {
      RETURN_IF_ERROR(ExpectOutputApart(output, inputs));
      RETURN_IF_ERROR(ExpectNoDatasetThere(output));
    }
    RETURN_IF_ERROR(ExpectNoFolder(prometheus, "elman.prom"));
    return ExpectNoFolder(trace, "trace.json");
  };
  return AgreeWithRoot(communicator, communicator->rank() == 0 ? check() : absl::OkStatus());
}

// Prints where a run would be placed, without starting it.
absl::Status PrintPlace(Communicator* communicator, const Datasets& datasets,
                        const TrainingConfig& config, Watchdog* watchdog) {
  ASSIGN_OR_RETURN(PreparedRun run, PrepareRun(communicator, datasets, {}, config));
  PrepareExchange(&run);
  return CheckPlace(communicator, run.config(), *datasets[0], watchdog, PlaceReport::kTable,
                    run.exchange.get());
}

// Prints which rank is at fault and ends this rank; then mpirun ends the others. The main thread
// may be blocked anywhere, also in printf.
void EndHungJob(const Diagnosis& diagnosis) {
  const std::string text = absl::StrCat("\n", diagnosis.table, std::string(kProgram.name),
                                        ": error: ", diagnosis.error, "\n");
  for (size_t written = 0; written < text.size();) {
    const ssize_t count = ::write(STDERR_FILENO, text.data() + written, text.size() - written);
    if (count <= 0) break;
    written += static_cast<size_t>(count);
  }
  ::_exit(kExitFailed);
}

// Number of lanes of the run that would be resumed; 0: a new run would start.
int LanesToContinue() {
  const std::string resume = absl::GetFlag(FLAGS_resume);
  const absl::StatusOr<Take> take = ParseTake(absl::GetFlag(FLAGS_take));
  if (resume == "never" ||
      (ResumesFromFile() && take.ok() && *take != Take::kAuto && *take != Take::kEverything))
    return 0;
  const std::string run = ResumesFromFile() ? resume : absl::GetFlag(FLAGS_output);
  if (run.empty()) return 0;
  const absl::StatusOr<std::string> path = ResolveCheckpoint(run, kLatest);
  if (!path.ok()) return 0;
  const absl::StatusOr<CheckpointHeader> header = ReadCheckpointHeader(*path);
  return header.ok() ? header->config().lanes() : 0;
}

// Maximum number of ranks of such a run: each needs a lane, and each lane a sequence. elman-run
// reads it.
int MostRanks(const TrainingConfig& config) {
  if (config.lanes() > 0) return config.lanes();
  const int lanes = LanesToContinue();
  return lanes > 0 ? lanes : config.batch_size();
}

// Prints the size of a run without starting it.
absl::Status PrintPlan(Communicator* communicator, const Datasets& datasets,
                       const RunSettings& settings) {
  const TrainingConfig& config = settings.config;
  ASSIGN_OR_RETURN(const PreparedRun run, PrepareRun(communicator, datasets, {}, config));
  if (communicator->rank() != 0) return absl::OkStatus();
  if (!settings.origin.empty()) std::printf("configuration     %s\n", settings.origin.c_str());
  std::printf("parameters        %s\n", GroupedText(run.model->parameters().count()).c_str());
  std::printf("memory per rank   %s\n", EstimateMemory(run).ToString().c_str());
  const int64_t steps = StepsPerEpoch(*run.source, run.config().micro_batches());
  std::printf("steps per epoch   %s\n", GroupedText(steps).c_str());
  std::printf("lanes, ranks      %d, %d\n", run.config().lanes(), communicator->size());
  std::printf("most ranks        %d\n", MostRanks(config));
  const std::string imbalance = ImbalanceText(run);
  if (!imbalance.empty()) std::printf("warning           %s\n", imbalance.c_str());
  const std::string left_out = LongExamplesText(datasets, run.left_out, run.config().max_length());
  if (!left_out.empty()) std::printf("max_length        %s\n", left_out.c_str());
  return absl::OkStatus();
}

absl::Status Replay(Communicator* communicator, const CommandLine& command_line) {
  if (communicator->size() > 1) {
    return absl::InvalidArgumentError(
        "--replay_step trains all lanes in one process; start it without mpirun, or with -n 1");
  }
  const int64_t step = absl::GetFlag(FLAGS_replay_step);
  ASSIGN_OR_RETURN(const Datasets datasets, OpenDatasets(communicator, absl::GetFlag(FLAGS_data)));
  ASSIGN_OR_RETURN(ReplaySource source,
                   FindReplaySource(absl::GetFlag(ResumesFromFile() ? FLAGS_resume : FLAGS_output),
                                    step, command_line.arguments));
  source.vectors = VectorsFromFlags();
  return ReplayStep(communicator, datasets, source, step);
}

// Folder for a verification without --output.
std::string ScratchPath() {
  std::error_code error;
  const std::string folder = std::filesystem::temp_directory_path(error).string();
  return JoinPath(error ? "." : folder, "elman-verify-resume");
}

// Does with a configuration what the flags ask for.
absl::Status RunWith(const RunSettings& settings, Communicator* communicator,
                     const Datasets& datasets, PhaseClock* clock, RankHeartbeat* heartbeat,
                     Watchdog* watchdog) {
  const TrainingConfig& config = settings.config;
  watchdog->SetPatience(config.watchdog_seconds());
  RETURN_IF_ERROR(CheckOutputs(communicator, datasets, settings.path));

  const std::string output = absl::GetFlag(FLAGS_output);
  if (absl::GetFlag(FLAGS_dry_run)) return PrintPlan(communicator, datasets, settings);
  if (absl::GetFlag(FLAGS_preflight)) return PrintPlace(communicator, datasets, config, watchdog);
  if (Verifies()) {
    return VerifyResume(communicator,
                        {.config = config,
                         .datasets = datasets,
                         .output = output.empty() ? ScratchPath() : output,
                         .vectors = VectorsFromFlags(),
                         .clock = clock,
                         .heartbeat = heartbeat},
                        absl::GetFlag(FLAGS_verify_resume));
  }
  const auto check_place = [&](const TrainingConfig& settled, GradientExchange* exchange) {
    return CheckPlace(communicator, settled, *datasets[0], watchdog,
                      absl::GetFlag(FLAGS_quiet) ? PlaceReport::kWarnings : PlaceReport::kLine,
                      exchange);
  };
  ASSIGN_OR_RETURN(const RunEnd end,
                   RunTraining(communicator, {.config = config,
                                              .datasets = datasets,
                                              .config_origin = settings.origin,
                                              .output = output,
                                              .resume = absl::GetFlag(FLAGS_resume),
                                              .take = *ParseTake(absl::GetFlag(FLAGS_take)),
                                              .vectors = VectorsFromFlags(),
                                              .prometheus = absl::GetFlag(FLAGS_prometheus),
                                              .trace = absl::GetFlag(FLAGS_trace),
                                              .check_place = check_place,
                                              .measures_peak = true,
                                              .quiet = absl::GetFlag(FLAGS_quiet),
                                              .clock = clock,
                                              .heartbeat = heartbeat}));
  return end.learned;
}

absl::Status Run(Communicator* communicator, const CommandLine& command_line, PhaseClock* clock,
                 RankHeartbeat* heartbeat, Watchdog* watchdog) {
  if (Replays()) {
    watchdog->SetPatience(0);  // there is no other rank to wait for
    return Replay(communicator, command_line);
  }
  ASSIGN_OR_RETURN(const Datasets datasets, OpenDatasets(communicator, absl::GetFlag(FLAGS_data)));
  ASSIGN_OR_RETURN(const RunSettings settings,
                   SettleRunConfig(communicator, datasets,
                                   {.config = absl::GetFlag(FLAGS_config),
                                    .output = absl::GetFlag(FLAGS_output),
                                    .resume = absl::GetFlag(FLAGS_resume),
                                    .overrides = command_line.arguments}));
  return settings.places.Add(RunWith(settings, communicator, datasets, clock, heartbeat, watchdog));
}

int Main(int argc, char** argv) {
  // Before anything else: mpirun forwards signals as soon as the process exists.
  CatchStopSignals();
  GuardProcess(kProgram.name);
  const Launch launch = ReadLaunch();
  const absl::StatusOr<CommandLine> command_line =
      ParseCommandLine(argc, argv, __FILE__, ExplainField);
  if (command_line.ok() && (command_line->help || command_line->version)) {
    if (launch.rank == 0) PrintHelpOrVersion(kProgram, *command_line);
    return kExitDone;
  }
  const ComputeScope scope;  // threads that begin within it inherit its rounding
  PhaseClock clock;
  RankHeartbeat heartbeat(&clock);
  Watchdog watchdog(launch.rank == 0, &heartbeat, TrainingConfig().watchdog_seconds(), EndHungJob);
  heartbeat.Enter(Rendezvous::kJoining);
  const auto mpi = CreateMpiCommunicator(&argc, &argv);
  heartbeat.Leave();
  if (const auto status = CheckConnected(launch, mpi->size(), MpiVersion()); !status.ok()) {
    if (launch.rank == 0) PrintError(kProgram.name, status);
    return kExitUsage;
  }
  const bool root = mpi->rank() == 0;
  const absl::Status usage = command_line.ok() ? CheckFlags(*command_line) : command_line.status();
  WatchedCommunicator communicator(mpi.get(), &heartbeat);
  absl::Status status = usage;
  if (usage.ok()) {
    watchdog.WatchAllRanks(&communicator);
    status = Run(&communicator, *command_line, &clock, &heartbeat, &watchdog);
  }
  if (status.ok()) return kExitDone;
  // Every rank has the same status; rank 0 prints it.
  if (root) {
    PrintError(kProgram.name, command_line.ok() ? NameFlagOfPath(*command_line, status) : status);
  }
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitFailed;
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) { return elman::Main(argc, argv); }
