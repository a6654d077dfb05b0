// Reports the progress of a run: terminal lines, metrics.jsonl, TensorBoard and report.html, which
// is updated after every validation. Only rank 0 has a reporter.
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
#include "trainer/record/report/report_page.h"
#include "trainer/record/run/heartbeat.h"
#include "trainer/record/run/run_directory.h"
#include "trainer/reporting/step_report.h"
#include "trainer/reporting/terminal_line.h"
#include "trainer/reporting/train_interval.h"
#include "trainer/reporting/training_advice.h"
#include "trainer/validation/validation_samples.h"

namespace elman {

class ProgressReporter {
 public:
  // For a run of a task that continues after `start` up to `total_steps`, on ranks that together
  // have a peak of `peak` FLOP/s (0: unknown). `directory` and `clock`, which measures the phases
  // of a step, must outlive the reporter. If `quiet`, only warnings and events are printed.
  static absl::StatusOr<std::unique_ptr<ProgressReporter>> Create(
      const RunDirectory* directory, Task task, const TrainingConfig& config, const Progress& start,
      int64_t total_steps, double peak, const PhaseClock* clock, bool quiet = false);
  ~ProgressReporter();

  // Sets what the report shows about the run.
  void Describe(RunDescription description) { description_ = std::move(description); }

  // From now on, writes the state of the run for Prometheus to the file at `path`.
  absl::Status OpenPrometheusFile(const std::string& path);

  void Step(const StepReport& report);
  // Reports a validation. Epochs count from 1. `seconds` is its duration, which does not count as
  // training.
  void Validated(int64_t step, int64_t epoch, const Evaluation& evaluation, bool best,
                 double seconds);
  // Reports the model's outputs for a few examples of the validation split; of the best validation,
  // also what the report draws about them. Some are printed after the next line about a validation.
  void Samples(int64_t step, const std::vector<Sample>& samples, bool best);
  // Reports the end of an epoch. `padding_efficiency` is the fraction of computed positions that
  // are not padding. `coverage`, of the examples of the epoch, is the same in every epoch.
  void EpochDone(int64_t step, int64_t epoch, double seconds, double padding_efficiency,
                 const Coverage& coverage);
  // A checkpoint is on disk; writing it took `seconds`, in parallel with training.
  void Saved(int64_t step, const std::string& path, const std::string& content_hash,
             double seconds);
  // Training paused for a checkpoint, to copy it or to wait for the previous one.
  void Paused(double seconds);
  // Reports an event such as "resumed" or "checkpoint failed" in a line of its own.
  void Event(int64_t step, const std::string& what, const std::string& detail);

  // The best result no longer counts; it is replaced by that of `progress`, if there is one.
  void BestReset(const Progress& progress, const std::string& detail);

  // A step diverged; `what` was done about it. The event has the metrics of the step, which a
  // replay compares with. Step(report) follows.
  void Diverged(const StepReport& report, const std::string& what, const std::string& detail);

  // Reports a diagnosis of the gradients of a step. Prints a diagnosis that differs in kind from
  // the last one that was printed, if it lasts. `seconds` is the duration, which does not count as
  // training.
  void Diagnosed(const StepDiagnosis& diagnosis, double seconds);

  // The ranks' peak was measured as `peak` FLOP/s. `seconds` is the duration of the measurement,
  // which does not count as training.
  void PeakMeasured(double peak, double seconds);

  // Call while the run makes progress or waits for a known reason: "training", "validation",
  // "checkpoint".
  void Alive(int64_t step, std::string_view phase);

  // Call at the end: writes the train line of the last, incomplete interval.
  void FinishTraining();
  // Prints a line, unless the run is quiet.
  void PrintInfo(const std::string& line) { terminal_.PrintInfo(line); }
  // Records advice for a person (TrainingAdvice) and prints it, unless the run is quiet; does
  // nothing if it is empty.
  void Advise(const std::string& advice);
  // Call at the end of a run: prints its results and commands for using it that work in the current
  // folder. Returns an error, also logged as an event, if the model is worse than guessing.
  absl::Status ReportResults(const Progress& progress, const Dataset& dataset);
  // Call last: writes the final report.html and the final Prometheus file. `failed`: whether the
  // run ends with an error.
  void WriteReport(bool failed);

 private:
  ProgressReporter(const RunDirectory* directory, Task task, const TrainingConfig& config,
                   int64_t start_step, int64_t total_steps, double peak, const PhaseClock* clock,
                   std::unique_ptr<MetricsLog> log, RunRecord record,
                   std::unique_ptr<TensorBoardWriter> tensorboard,
                   std::unique_ptr<Heartbeat> heartbeat, bool quiet);

  // Returns the perplexity for a loss per target; nothing if the targets are not tokens of text.
  std::optional<double> Perplexity(double loss) const;
  void WriteTrainLine();
  void ShowProgress();
  void ExplainUtilization(double utilization);
  bool IsLostAtBegin(int64_t epoch, double validation_loss) const;
  void PrintBest(const Progress& progress);
  void PrintNextCommands(const Dataset& dataset);
  void Log(JsonObject line);  // to metrics.jsonl, with the time
  void LogLabels(int64_t step, const Evaluation& evaluation);
  void LogEvent(int64_t step, const std::string& what, const std::string& detail);
  void WritePage(bool running);               // report.html
  void WarnOnce(const absl::Status& status);  // warns once about a log that cannot be written

  const RunDirectory* const directory_;
  const Task task_;
  const TrainingConfig config_;
  const int64_t start_step_;
  const int64_t total_steps_;
  const std::unique_ptr<MetricsLog> log_;
  RunRecord record_;  // what the log holds
  RunDescription description_;
  const std::unique_ptr<TensorBoardWriter> tensorboard_;
  const std::unique_ptr<Heartbeat> heartbeat_;
  std::unique_ptr<PrometheusFile> prometheus_;  // null if not requested
  TerminalLine terminal_;
  const absl::Time started_;

  StepReport last_;
  TrainInterval interval_;
  std::optional<double> train_loss_;  // of the last train line of this process
  bool peak_explained_ = false;       // whether MFU above 1 was explained for the current peak
  VerdictNews verdicts_;
  TrainingAdvice advice_;
  std::vector<std::string> shown_samples_;  // to be printed with the next validation
  bool warned_ = false;
  std::set<std::string> remarked_;  // warnings that were already printed at validations
};

}  // namespace elman
