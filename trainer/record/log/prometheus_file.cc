#include "trainer/record/log/prometheus_file.h"

#include <sys/stat.h>

#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "data/format/json_writer.h"
#include "data/format/number_text.h"
#include "data/io/atomic_file.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(1);
constexpr char kSeconds[] = "seconds.";

// Formats name="value". Prometheus and JSON escape strings alike, except for control characters,
// which run names do not need.
std::string Label(const std::string& name, std::string value) {
  for (char& c : value) {
    if (c != '\n' && absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = ' ';
  }
  return absl::StrCat(name, "=", JsonString(value));
}

std::string SampleText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return RoundTripText(value);
}

// The text of all metrics, each followed by its samples.
class Exposition {
 public:
  explicit Exposition(std::string labels) : labels_(std::move(labels)) {}

  void Metric(const char* name, const char* type, const char* help) {
    name_ = name;
    absl::StrAppend(&text_, "# HELP elman_", name, " ", help, "\n# TYPE elman_", name, " ", type,
                    "\n");
  }
  void Sample(double value, const std::string& label = "") {
    absl::StrAppend(&text_, "elman_", name_, "{", labels_, label.empty() ? "" : ",", label, "} ",
                    SampleText(value), "\n");
  }
  void Gauge(const char* name, std::optional<double> value, const char* help) {
    if (!value) return;
    Metric(name, "gauge", help);
    Sample(*value);
  }
  void Counter(const char* name, double value, const char* help) {
    Metric(name, "counter", help);
    Sample(value);
  }
  const std::string& text() const { return text_; }

 private:
  const std::string labels_;
  std::string name_, text_;
};

double SecondsSince1970(absl::Time time) { return absl::ToDoubleSeconds(time - absl::UnixEpoch()); }

// Returns the time of change of the file at `path`, if it exists.
std::optional<double> TimeOfChange(const std::string& path) {
  struct stat facts;
  if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
  return SecondsSince1970(absl::TimeFromTimespec(facts.st_mtim));
}

}  // namespace

PrometheusFile::PrometheusFile(std::string path, const std::string& run, int64_t total_steps)
    : path_(std::move(path)), run_label_(Label("run", run)), total_steps_(total_steps) {}

absl::StatusOr<std::unique_ptr<PrometheusFile>> PrometheusFile::Create(const std::string& path,
                                                                       const std::string& run,
                                                                       int64_t total_steps,
                                                                       const RunRecord& record) {
  std::unique_ptr<PrometheusFile> file(new PrometheusFile(path, run, total_steps));
  for (const RecordedLine& line : record.lines()) file->Take(line);
  RETURN_IF_ERROR(file->Write());
  return file;
}

absl::Status PrometheusFile::Add(const RecordedLine& line) {
  Take(line);
  const absl::Time now = absl::Now();
  if (now >= written_ && now - written_ < kInterval) return absl::OkStatus();
  return Write();
}

absl::Status PrometheusFile::End(bool failed) {
  running_ = false;
  failed_ = failed;
  return Write();
}

void PrometheusFile::Take(const RecordedLine& line) {
  if (line.kind == "train") {
    train_ = line;
    sent_bytes_ += line.Number("bytes_sent").value_or(0);
    for (const auto& [name, value] : line.numbers) {
      if (absl::StartsWith(name, kSeconds))
        phase_seconds_[name.substr(sizeof(kSeconds) - 1)] += value;
    }
  } else if (line.kind == "valid") {
    validation_ = line;
    if (line.Number("best").value_or(0) != 0) best_loss_ = line.Number("loss");
  } else if (line.kind == "checkpoint") {
    checkpoint_step_ = line.step;
    const auto path = line.texts.find("path");
    checkpoint_written_ = TimeOfChange(path == line.texts.end() ? "" : path->second);
  } else if (line.kind == "event") {
    const auto found = line.texts.find("event");
    const std::string event = found == line.texts.end() ? "" : found->second;
    skipped_ += event == "skipped";
    rolled_back_ += event == "rolled_back";
    resumed_ += event == "resumed";
    if (event == kBestReset) best_loss_ = line.Number("best_loss");
  }
}

std::string PrometheusFile::Text() const {
  Exposition page(run_label_);
  page.Gauge("running", running_, "1 while the run is active, 0 after its process has ended.");
  page.Gauge("failed", failed_, "1 if the run has ended with an error, otherwise 0.");
  page.Gauge("updated_timestamp_seconds", SecondsSince1970(absl::Now()),
             "Time when this file was written. If it is old while elman_running is 1, the run is "
             "dead or hangs.");
  page.Gauge("planned_steps", static_cast<double>(total_steps_),
             "Number of steps of the complete run.");
  if (train_) {
    page.Gauge("step", static_cast<double>(train_->step), "Steps done at the last train line.");
    page.Gauge("epoch", train_->Number("epoch"), "The epoch of that step, from 1.");
    page.Gauge("training_loss", train_->Number("loss"),
               "Mean loss in nats since the previous train line.");
    page.Gauge("learning_rate", train_->Number("learning_rate"), "The learning rate of that step.");
    page.Gauge("gradient_norm", train_->Number("gradient_norm"),
               "The norm of that step's gradient, before clipping.");
    page.Gauge("tokens_per_second", train_->Number("tokens_per_second"),
               "Training tokens per second, of all ranks, since the previous train line.");
    page.Counter("tokens_total", train_->Number("tokens").value_or(0),
                 "Tokens trained on since the run began.");
    page.Counter("sent_bytes_total", sent_bytes_, "Bytes sent between nodes, by all ranks.");
    page.Metric("phase_seconds_total", "counter", "Time of rank 0 by activity.");
    for (const auto& [phase, seconds] : phase_seconds_) page.Sample(seconds, Label("phase", phase));
  }
  if (validation_) {
    page.Gauge("validation_loss", validation_->Number("loss"),
               "Loss of the last validation, in nats.");
    page.Gauge("validation_step", static_cast<double>(validation_->step),
               "Step of the last validation.");
  }
  page.Gauge("best_validation_loss", best_loss_,
             "Loss of the best checkpoint's validation, in nats.");
  if (checkpoint_step_) {
    page.Gauge("checkpoint_step", static_cast<double>(*checkpoint_step_),
               "The step of the last checkpoint.");
    page.Gauge("checkpoint_timestamp_seconds", checkpoint_written_,
               "Time when the last checkpoint was written. Its age is time() minus this.");
  }
  page.Counter("skipped_steps_total", static_cast<double>(skipped_),
               "Steps that diverged and were skipped.");
  page.Counter("rollbacks_total", static_cast<double>(rolled_back_),
               "Steps that diverged, so that the run returned to a snapshot.");
  page.Counter("resumes_total", static_cast<double>(resumed_),
               "Number of times that the run resumed from a checkpoint.");
  return page.text();
}

absl::Status PrometheusFile::Write() {
  written_ = absl::Now();
  return WriteFile(path_, Text());
}

}  // namespace elman
