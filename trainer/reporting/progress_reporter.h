// What a run tells the world while it goes on: lines for people, metrics.jsonl, TensorBoard, and a
// report, which every validation brings up to date. Only rank 0 has one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "data/batches/coverage.h"
#include "data/shards/dataset.h"
#include "proto/checkpoint.pb.h"
#include "proto/training.pb.h"
#include "trainer/diagnostics/gradient_microscope.h"
#include "trainer/eval/evaluators/evaluation.h"
#include "trainer/network/timing/phase_clock.h"
#include "trainer/record/log/metrics_log.h"
#include "trainer/record/log/prometheus_file.h"
#include "trainer/record/log/run_record.h"
#include "trainer/record/log/tensorboard_writer.h"
#include "trainer/record/run/heartbeat.h"
#include "trainer/record/run/run_directory.h"
#include "trainer/reporting/step_report.h"
#include "trainer/reporting/terminal_line.h"
#include "trainer/reporting/train_interval.h"
#include "trainer/validation/validation_samples.h"

namespace elman {

class ProgressReporter {
 public:
  // For a run of a task that goes on after `start` and will do `total_steps` in all, on ranks that
  // together could do `peak` floating-point operations a second (0: unknown). `directory` and
  // `clock`, which tells where the time goes, must outlive the reporter. Where it is `quiet`, only
  // warnings and events are printed.
  static absl::StatusOr<std::unique_ptr<ProgressReporter>> Create(
      const RunDirectory* directory, Task task, const TrainingConfig& config, const Progress& start,
      int64_t total_steps, double peak, const PhaseClock* clock, bool quiet = false);
  ~ProgressReporter();

  // What the run is, for its report: names and values.
  void Describe(std::vector<std::pair<std::string, std::string>> facts) {
    facts_ = std::move(facts);
  }

  // From here on the file at `path` tells Prometheus how the run stands.
  absl::Status TellPrometheus(const std::string& path);

  void Step(const StepReport& report);
  // Epochs count from 1. `seconds` is what it took, which is no time of training.
  void Validated(int64_t step, int64_t epoch, const Evaluation& evaluation, bool best,
                 double seconds);
  // What the model makes of a few examples of the split that was validated.
  void Samples(int64_t step, const std::vector<Sample>& samples);
  // `padding_efficiency` is the part of the computed positions that were not padding.
  // `coverage`, of the examples of the epoch, is the same in every epoch.
  void EpochDone(int64_t step, int64_t epoch, double seconds, double padding_efficiency,
                 const Coverage& coverage);
  // A checkpoint is on disk; writing it took `seconds`, beside training.
  void Saved(int64_t step, const std::string& path, const std::string& content_hash,
             double seconds);
  // Training stood still for a checkpoint's sake, to copy it or to wait for the one before.
  void Paused(double seconds);
  // Something worth a line of its own, as "resumed" or "checkpoint failed".
  void Event(int64_t step, const std::string& what, const std::string& detail);

  // The best until now no longer is: that of `progress`, if it has one, is.
  void BestReset(const Progress& progress, const std::string& detail);

  // A step diverged, and what was done about it; the event has the figures of the step, for a
  // replay to find again. Step(report) follows.
  void Diverged(const StepReport& report, const std::string& what, const std::string& detail);

  // The step was looked at. A verdict of another kind than the last is shown. `seconds` is what it
  // took, which is no time of training.
  void Diagnosed(const StepDiagnosis& diagnosis, double seconds);

  // The ranks could do `peak` floating-point operations a second just now. `seconds` is what
  // finding that out took, which is no time of training.
  void PeakMeasured(double peak, double seconds);

  // The run gets on, or waits and knows for what: "training", "validation", "checkpoint".
  void Alive(int64_t step, std::string_view phase);

  // The end: writes the train line of the last, unfinished interval.
  void FinishTraining();
  // A line for people, unless the run is quiet.
  void Say(const std::string& line) { terminal_.Say(line); }
  // When a run is at its end, for people: what came of it, and what can be done with it, in
  // commands to be typed where this program was. An error if the model is worse than one that
  // guesses, which is an event too.
  absl::Status Conclude(const Progress& progress, const Dataset& dataset);
  // Then, when all has been said: the last report.html, and the last word to Prometheus.
  void WriteReport();

 private:
  ProgressReporter(const RunDirectory* directory, Task task, const TrainingConfig& config,
                   int64_t start_step, int64_t total_steps, double peak, const PhaseClock* clock,
                   std::unique_ptr<MetricsLog> log, RunRecord record,
                   std::unique_ptr<TensorBoardWriter> tensorboard,
                   std::unique_ptr<Heartbeat> heartbeat, bool quiet);

  // What training with such a loss a target comes to; none where it is not about tokens of text.
  std::optional<double> Perplexity(double loss) const;
  void WriteTrainLine();
  void ShowProgress();
  void ExplainUtilization(double utilization);
  bool IsLostAtBegin(int64_t epoch, double validation_loss) const;
  void SayBest(const Progress& progress);
  void SayNext(const Dataset& dataset);
  absl::Status CheckLearned(const Progress& progress, const Dataset& dataset) const;
  void Log(JsonObject line);  // to metrics.jsonl, with the time
  void LogEvent(int64_t step, const std::string& what, const std::string& detail);
  void WritePage(bool running);               // report.html
  void Complain(const absl::Status& status);  // about a log that cannot be written, once

  const RunDirectory* const directory_;
  const Task task_;
  const TrainingConfig config_;
  const int64_t start_step_;
  const int64_t total_steps_;
  const std::unique_ptr<MetricsLog> log_;
  RunRecord record_;  // what the log holds
  std::vector<std::pair<std::string, std::string>> facts_;
  const std::unique_ptr<TensorBoardWriter> tensorboard_;
  const std::unique_ptr<Heartbeat> heartbeat_;
  std::unique_ptr<PrometheusFile> prometheus_;  // null where nobody asked for it
  TerminalLine terminal_;
  const absl::Time started_;

  StepReport last_;
  TrainInterval interval_;
  std::optional<double> train_loss_;                 // of the last train line of this process
  bool peak_explained_ = false;                      // that MFU is above 1 with the peak in hand
  Verdict::Kind verdict_ = Verdict::Kind::kUnknown;  // the last one shown
  bool complained_ = false;
  std::set<std::string> remarked_;  // what was remarked upon at validations
};

}  // namespace elman
