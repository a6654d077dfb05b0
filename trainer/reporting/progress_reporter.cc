#include "trainer/reporting/progress_reporter.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iterator>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "data/command_line/next_commands.h"
#include "data/format/number_text.h"
#include "data/io/output_error.h"
#include "data/io/status_macros.h"
#include "data/text/task_fields.h"
#include "trainer/config/field_values.h"
#include "trainer/config/run_config.h"
#include "trainer/diagnostics/statistics_json.h"
#include "trainer/eval/evaluators/label_metrics.h"
#include "trainer/record/report/next_commands.h"
#include "trainer/reporting/learned_check.h"
#include "trainer/reporting/sample_text.h"
#include "trainer/validation/best.h"

namespace elman {
namespace {

// "1:05:09" or "5:09".
std::string Clock(double seconds) {
  const int64_t s = std::llround(std::max(0.0, seconds));
  if (s >= 3600) return ClockText(s);
  return absl::StrFormat("%d:%02d", s / 60, s % 60);
}

// Returns the fields that people compare between runs, and all that differ from their defaults.
std::vector<Hyperparameter> HyperparametersOf(const TrainingConfig& config) {
  constexpr std::string_view kAlways[] = {
      "batch_size",         "sequence_length",      "seed",          "max_epochs",
      "model.cell",         "model.layers",         "model.dropout", "model.hidden_size",
      "optimizer.kind",     "model.embedding_size", "schedule.kind", "optimizer.learning_rate",
      "optimizer.clip_norm"};
  std::vector<Hyperparameter> hyperparameters;
  for (const FieldValue& field : FieldValues(config)) {
    if (!field.changed && std::ranges::find(kAlways, field.name) == std::end(kAlways)) continue;
    Hyperparameter& hyperparameter = hyperparameters.emplace_back();
    hyperparameter.name = field.name;
    if (field.kind == FieldValue::Kind::kNumber) {
      hyperparameter.value = std::strtod(field.text.c_str(), nullptr);
    } else if (field.kind == FieldValue::Kind::kBoolean) {
      hyperparameter.value = field.text == "true";
    } else {
      hyperparameter.value = field.text;
    }
  }
  return hyperparameters;
}

// The number of samples of a validation that are printed.
constexpr size_t kSamplesOnTerminal = 2;

}  // namespace

absl::StatusOr<std::unique_ptr<ProgressReporter>> ProgressReporter::Create(
    const RunDirectory* directory, Task task, const TrainingConfig& config, const Progress& start,
    int64_t total_steps, double peak, const PhaseClock* clock, bool quiet) {
  // A run that was stopped within an interval wrote a train line for a part of it. A resumed run
  // removes that line, because it will write one for the whole interval.
  const bool goes_on = start.step() < total_steps;
  const int64_t train_step = start.step() - (goes_on ? start.interval_steps() : 0);
  ASSIGN_OR_RETURN(auto log, MetricsLog::Open(directory->metrics_path(), start.step(), train_step));
  ASSIGN_OR_RETURN(RunRecord record, RunRecord::Read(directory->metrics_path()));
  ASSIGN_OR_RETURN(auto tensorboard, TensorBoardWriter::Open(directory->tensorboard_folder(),
                                                             start.step(), train_step));
  RETURN_IF_ERROR(tensorboard->WriteHyperparameters(HyperparametersOf(config)));
  ASSIGN_OR_RETURN(auto heartbeat, Heartbeat::Open(directory->heartbeat_path()));
  auto reporter = std::unique_ptr<ProgressReporter>(new ProgressReporter(
      directory, task, config, start.step(), total_steps, peak, clock, std::move(log),
      std::move(record), std::move(tensorboard), std::move(heartbeat), quiet));
  // For what is reported before the first step of this process.
  reporter->last_.step = start.step();
  reporter->last_.tokens = start.tokens();
  return reporter;
}

ProgressReporter::ProgressReporter(const RunDirectory* directory, Task task,
                                   const TrainingConfig& config, int64_t start_step,
                                   int64_t total_steps, double peak, const PhaseClock* clock,
                                   std::unique_ptr<MetricsLog> log, RunRecord record,
                                   std::unique_ptr<TensorBoardWriter> tensorboard,
                                   std::unique_ptr<Heartbeat> heartbeat, bool quiet)
    : directory_(directory),
      task_(task),
      config_(config),
      start_step_(start_step),
      total_steps_(total_steps),
      log_(std::move(log)),
      record_(std::move(record)),
      tensorboard_(std::move(tensorboard)),
      heartbeat_(std::move(heartbeat)),
      terminal_(quiet),
      started_(absl::Now()),
      interval_(clock, peak, started_),
      advice_(task, config) {}

ProgressReporter::~ProgressReporter() = default;

absl::Status ProgressReporter::OpenPrometheusFile(const std::string& path) {
  // Absolute, so that files of runs with the same name in different folders differ.
  const std::string run = std::filesystem::weakly_canonical(directory_->folder()).string();
  auto created = PrometheusFile::Create(path, run, total_steps_, record_);
  if (!created.ok()) return ExplainOutput(created.status(), "--prometheus");
  prometheus_ = *std::move(created);
  return absl::OkStatus();
}

void ProgressReporter::Step(const StepReport& report) {
  last_ = report;
  interval_.Add(report);
  if (report.ends_interval) {
    WriteTrainLine();
  } else if (terminal_.WantsRedraw()) {
    ShowProgress();
  }
}

std::optional<double> ProgressReporter::Perplexity(double loss) const {
  if (!TraitsOf(task_).perplexity) return std::nullopt;
  return std::exp(loss);
}

void ProgressReporter::WriteTrainLine() {
  if (last_.interval_targets == 0) return;
  const absl::Time now = absl::Now();
  const double tokens_per_second = interval_.TokensPerSecond(now);
  const double loss = last_.interval_loss / static_cast<double>(last_.interval_targets);
  const std::optional<double> perplexity = Perplexity(loss);
  JsonObject line;
  line.Add("kind", "train").Add("step", last_.step).Add("epoch", last_.epoch).Add("loss", loss);
  if (perplexity) line.Add("perplexity", *perplexity);
  line.Add("learning_rate", last_.learning_rate)
      .Add("gradient_norm", last_.gradient_norm)
      .Add("step_loss", last_.loss)
      .Add("tokens", last_.tokens)
      .Add("tokens_per_second", tokens_per_second)
      .Add("bytes_sent", interval_.bytes_sent())
      .Add("seconds", interval_.PhaseSeconds());
  const auto utilization = interval_.Utilization(now);
  if (utilization) line.Add("mfu", *utilization);
  if (last_.waits.ranks > 1) line.Add("waits", interval_.Waits());
  Log(line);
  std::vector<std::pair<std::string, double>> scalars = {
      {"train/loss", loss},
      {"train/learning_rate", last_.learning_rate},
      {"train/gradient_norm", last_.gradient_norm},
      {"train/tokens_per_second", tokens_per_second}};
  if (perplexity) scalars.emplace_back("train/perplexity", *perplexity);
  WarnOnce(tensorboard_->Write(last_.step, scalars));
  ShowProgress();
  constexpr double kShownAboveOne = 1.005;  // rounded to two decimals
  if (utilization && *utilization >= kShownAboveOne) ExplainUtilization(*utilization);
  last_.interval_targets = 0;
  train_loss_ = loss;
  Advise(advice_.AfterTrainLine(loss, last_.learning_rate));
  interval_.Restart(absl::Now());
}

// Prints the explanation once per measurement of the peak.
void ProgressReporter::ExplainUtilization(double utilization) {
  if (peak_explained_) return;
  peak_explained_ = true;
  Event(last_.step, "mfu_above_1",
        absl::StrFormat("MFU %.2f is above 1: training is faster than the matrix products that "
                        "were last measured (%.4g GFLOP/s), because the cores were busy or had a "
                        "lower clock rate then; every validation measures it again. This does not "
                        "affect the result",
                        utilization, interval_.peak() / 1e9));
}

void ProgressReporter::PeakMeasured(double peak, double seconds) {
  interval_.Pause(seconds);
  peak_explained_ &= peak == interval_.peak();
  interval_.SetPeak(peak, absl::Now());
}

void ProgressReporter::ShowProgress() {
  const absl::Time now = absl::Now();
  const double loss =
      last_.interval_loss / static_cast<double>(std::max<int64_t>(1, last_.interval_targets));
  const double elapsed = absl::ToDoubleSeconds(now - started_);
  const double per_step =
      elapsed / static_cast<double>(std::max<int64_t>(1, last_.step - start_step_));
  const std::optional<double> perplexity = Perplexity(loss), mfu = interval_.Utilization(now);
  std::vector<ProgressPart> parts = {{absl::StrCat("epoch ", last_.epoch), /*omit=*/1},
                                     {absl::StrCat("step ", last_.step, "/", total_steps_)},
                                     {absl::StrCat("loss ", FixedText(loss, 4))}};
  if (perplexity)
    parts.push_back({absl::StrCat("perplexity ", FixedText(*perplexity, 2)), /*omit=*/2});
  parts.push_back({absl::StrCat(FixedText(interval_.TokensPerSecond(now), 0), " tokens/s")});
  if (mfu) parts.push_back({absl::StrCat("MFU ", FixedText(*mfu, 2)), /*omit=*/3});
  parts.push_back(
      {absl::StrCat("ETA ", Clock(per_step * static_cast<double>(total_steps_ - last_.step)))});
  terminal_.ShowProgress(last_.step, total_steps_, parts);
}

void ProgressReporter::WarnOnce(const absl::Status& status) {
  if (status.ok() || warned_) return;
  warned_ = true;
  terminal_.Print(absl::StrFormat(
      "warning: %s; training continues, and later lines may also be missing", status.message()));
}

void ProgressReporter::Validated(int64_t step, int64_t epoch, const Evaluation& evaluation,
                                 bool best, double seconds) {
  interval_.Pause(seconds);
  JsonObject line;
  line.Add("kind", "valid").Add("step", step).Add("epoch", epoch);
  AddEvaluation(evaluation, /*with_tables=*/false, &line);
  Log(line.Add("best", best));
  if (best) LogLabels(step, evaluation);
  std::vector<std::pair<std::string, double>> scalars;
  for (const Metric& metric : evaluation.metrics) {
    if (metric.is_main) scalars.emplace_back("valid/" + metric.name, metric.value);
  }
  WarnOnce(tensorboard_->Write(step, scalars));
  PrintInfo(absl::StrFormat("epoch %d  step %d  validation: %s%s", epoch, step,
                            MainMetricsText(evaluation), best ? "  (best)" : ""));
  for (const std::string& line : std::exchange(shown_samples_, {})) terminal_.SayAsIs(line);
  Advise(advice_.AfterValidation(epoch, record_.BestValidation()));
  std::vector<std::string> remarks = evaluation.remarks;
  if (IsLostAtBegin(epoch, evaluation.loss)) {
    remarks.emplace_back(
        "the validation loss is far above the training loss in the first epoch: the network may "
        "depend on a state that it has carried over many steps, and predict badly at the beginning "
        "of a text. Set model.initial_state.reset_probability=0.01 in a new run");
  }
  for (const std::string& remark : remarks) {
    if (remarked_.insert(remark).second) PrintInfo("remark: " + remark);
  }
  WritePage(/*running=*/true);
}

void ProgressReporter::Advise(const std::string& advice) {
  if (advice.empty()) return;
  LogEvent(last_.step, kAdvice, advice);
  PrintInfo("hint: " + advice);
}

// Whether a language model that carries its state through all of the text has a validation loss far
// above its training loss, before it has seen any text twice. Only the initial state, which
// training meets once per epoch and validation at every stream, explains this.
bool ProgressReporter::IsLostAtBegin(int64_t epoch, double validation_loss) const {
  constexpr double kMargin = 0.5;  // nats
  const InitialStateSpec& state = config_.model().initial_state();
  return task_ == LANGUAGE_MODEL && config_.model().fixed_window().tokens() == 0 &&
         state.text() == InitialStateSpec::SPLIT && state.reset_probability() == 0 && epoch == 1 &&
         train_loss_ && validation_loss > *train_loss_ + kMargin;
}

// Writes what the report draws about labels: the metrics of the most frequent ones, and how often
// they are confused.
void ProgressReporter::LogLabels(int64_t step, const Evaluation& evaluation) {
  constexpr size_t kMostLabels = 30;
  const auto table = std::ranges::find(evaluation.tables, kPerLabel, &MetricTable::also);
  if (table == evaluation.tables.end()) return;
  const auto frequency = std::ranges::find(table->columns, "present", &Metric::name);
  std::vector<MetricTable::Row> rows = table->rows;
  if (frequency != table->columns.end()) {
    std::ranges::stable_sort(rows, std::ranges::greater(), [&](const MetricTable::Row& row) {
      return row.values[frequency - table->columns.begin()];
    });
  }
  const size_t all = rows.size();
  rows.resize(std::min(all, kMostLabels));
  JsonObject line;
  line.Add("kind", "labels").Add("step", step);
  line.AddJson("labels",
               JsonArray(rows, [](const MetricTable::Row& row) { return JsonString(row.name); }));
  for (size_t column = 0; column < table->columns.size(); ++column) {
    line.AddJson(table->columns[column].name, JsonArray(rows, [&](const MetricTable::Row& row) {
                   return JsonNumber(row.values[column]);
                 }));
  }
  const ConfusionCounts& confusion = evaluation.confusion;
  line.Add("left_out", int64_t(all - rows.size()));
  line.AddJson("confused", JsonArray(confusion.labels, JsonString));
  line.AddJson("confusion", JsonArray(confusion.counts, [](int64_t count) {
                 return JsonNumber(static_cast<double>(count));
               }));
  Log(line.Add("confused_left_out", confusion.left_out));
}

void ProgressReporter::Samples(int64_t step, const std::vector<Sample>& samples, bool best) {
  std::vector<std::pair<std::string, std::string>> texts;
  shown_samples_.clear();
  for (const Sample& sample : samples) {
    if (shown_samples_.size() < kSamplesOnTerminal)
      shown_samples_.push_back(SampleLine(task_, sample, terminal_.width()));
    const auto number = static_cast<int64_t>(texts.size()) + 1;
    JsonObject line;
    line.Add("kind", "sample").Add("step", step).Add("sample", number);
    AddSample(sample, /*with_drawn=*/best, &line);
    Log(line);
    texts.emplace_back(absl::StrCat("samples/", number), SampleMarkdown(sample));
  }
  if (!texts.empty()) WarnOnce(tensorboard_->WriteTexts(step, texts));
}

void ProgressReporter::EpochDone(int64_t step, int64_t epoch, double seconds,
                                 double padding_efficiency, const Coverage& coverage) {
  JsonObject line;
  line.Add("kind", "epoch").Add("step", step).Add("epoch", epoch).Add("seconds", seconds);
  line.Add("tokens", last_.tokens).Add("padding_efficiency", padding_efficiency);
  if (coverage.examples > 0) {
    line.Add("examples", coverage.examples)
        .Add("coverage", absl::StrFormat("%016x", coverage.hash));
  }
  Log(line);
}

void ProgressReporter::Saved(int64_t step, const std::string& path, const std::string& content_hash,
                             double seconds) {
  JsonObject line;
  line.Add("kind", "checkpoint")
      .Add("step", step)
      .Add("path", path)
      .Add("content_hash", content_hash);
  Log(line.Add("seconds", seconds));
}

void ProgressReporter::Paused(double seconds) { interval_.Pause(seconds); }

void ProgressReporter::Event(int64_t step, const std::string& what, const std::string& detail) {
  LogEvent(step, what, detail);
  terminal_.Print(detail);
}

void ProgressReporter::LogEvent(int64_t step, const std::string& what, const std::string& detail) {
  JsonObject line;
  line.Add("kind", "event").Add("step", step).Add("event", what).Add("detail", detail);
  Log(line);
}

void ProgressReporter::BestReset(const Progress& progress, const std::string& detail) {
  JsonObject line;
  line.Add("kind", "event")
      .Add("step", int64_t{progress.step()})
      .Add("event", kBestReset)
      .Add("detail", detail);
  if (progress.has_best()) {
    line.Add("best_step", int64_t{progress.best_step()}).Add("best_loss", progress.best_loss());
  }
  Log(line);
  terminal_.Print(detail);
}

void ProgressReporter::Diverged(const StepReport& report, const std::string& what,
                                const std::string& detail) {
  JsonObject line;
  line.Add("kind", "event")
      .Add("step", report.step)
      .Add("event", what)
      .Add("detail", detail)
      .Add("learning_rate", report.learning_rate)
      .Add("gradient_norm", report.gradient_norm)
      .Add("step_loss", report.loss);
  Log(line);
  terminal_.Print(detail);
}

void ProgressReporter::Diagnosed(const StepDiagnosis& diagnosis, double seconds) {
  interval_.Pause(seconds);
  const StepStatistics& statistics = diagnosis.statistics;
  const GradientDiagnosis& gradient_diagnosis = diagnosis.gradient_diagnosis;
  Log(LineOf(statistics, gradient_diagnosis));
  WarnOnce(tensorboard_->WriteHistograms(statistics.step, HistogramsOf(statistics)));
  if (verdicts_.IsNews(gradient_diagnosis.kind))
    PrintInfo(absl::StrFormat("step %d  gradients %s", statistics.step, gradient_diagnosis.words));
}

void ProgressReporter::Alive(int64_t step, std::string_view phase) {
  WarnOnce(heartbeat_->Beat(step, phase));
}

absl::Status ProgressReporter::ReportResults(const Progress& progress, const Dataset& dataset) {
  // Also if this process has trained nothing, because the run had already finished.
  std::optional<double> train_loss;
  for (const RecordedLine& line : record_.lines()) {
    if (line.kind == "train") train_loss = line.Number("loss");
  }
  absl::Status learned = CheckLearned(progress, dataset, config_, train_loss);
  WarnOnce(tensorboard_->WriteEnd());
  if (learned.ok()) {
    PrintBest(progress);
    Advise(advice_.AtEnd(record_));
    PrintNextCommands(dataset);
  } else {
    LogEvent(progress.step(), "worse_than_guessing", std::string(learned.message()));
  }
  terminal_.SayAsIs(absl::StrCat("report: ", directory_->report_path()));
  return learned;
}

void ProgressReporter::PrintBest(const Progress& progress) {
  if (!progress.has_best()) return;
  std::string score;
  const RecordedLine* const best = record_.BestValidation();
  if (SelectsByScore(task_, config_.evaluation())) {
    const bool f1 = best != nullptr && best->Number("f1").has_value();
    score = absl::StrCat(f1 ? "F1 " : "accuracy ", FixedText(progress.best_score(), 4),
                         " (selected by evaluation.select=SCORE), ");
  }
  PrintInfo(absl::StrCat("best: step ", progress.best_step(), ", ", score, "validation loss ",
                         FixedText(progress.best_loss(), 4), "; ", GroupedText(progress.tokens()),
                         " tokens trained on in ",
                         Clock(absl::ToDoubleSeconds(absl::Now() - started_))));
}

void ProgressReporter::PrintNextCommands(const Dataset& dataset) {
  const std::string run = directory_->folder();
  std::string split;
  for (const char* name : {"valid", "test"}) {
    if (dataset.FindSplit(name).ok()) split = name;
  }
  const Vocabulary& vocabulary = dataset.vocabulary();
  const uint32_t middle = vocabulary.predicted_size() / 2;  // a word that is neither empty nor rare
  // Text alone is no input for a model that also reads feature vectors.
  const bool reads_features = config_.model().features().use() != FeatureSpec::NONE;
  const std::vector<std::string> commands =
      TraitsOf(dataset.manifest().task()).predicts
          ? NextCommands(run, dataset.folder(), split, !reads_features, record_)
          : NextCommandsOfVectors(run, std::string(vocabulary.piece(middle)));
  terminal_.SayAsIs(NextText(commands));
}

void ProgressReporter::FinishTraining() { WriteTrainLine(); }

void ProgressReporter::Log(JsonObject line) {
  const double milliseconds = static_cast<double>(absl::ToUnixMillis(absl::Now()));
  line.Add("time", milliseconds / 1000);
  WarnOnce(log_->Write(line));
  record_.Add(line.ToString());
  if (prometheus_) WarnOnce(prometheus_->Add(record_.lines().back()));
}

void ProgressReporter::WriteReport(bool failed) {
  WritePage(/*running=*/false);
  if (prometheus_) WarnOnce(prometheus_->End(failed));
}

void ProgressReporter::WritePage(bool running) {
  WarnOnce(WriteReportPage(directory_->report_path(),
                           {.title = directory_->folder(),
                            .running = running,
                            .started = absl::ToDoubleSeconds(started_ - absl::UnixEpoch()),
                            .run = description_,
                            .configuration = RunConfigText(config_)},
                           record_));
}

}  // namespace elman
