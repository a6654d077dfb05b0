#include "trainer/diagnostics/gradient_microscope.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "data/io/bytes.h"
#include "trainer/diagnostics/observation_bytes.h"
#include "trainer/network/math/check.h"

namespace elman {
namespace {

// Concatenates the bytes of observations, each preceded by its length.
std::string Join(std::span<const Observation> observations) {
  std::string all;
  for (const Observation& observation : observations) {
    const std::string bytes = BytesOf(observation);
    const uint64_t size = bytes.size();
    all.append(AsBytes(std::span(&size, 1)));
    all += bytes;
  }
  return all;
}

void AddJoined(std::string_view all, Observation* sum) {
  while (!all.empty()) {
    uint64_t size = 0;
    CHECK_LE(sizeof(size), all.size());
    CopyFromBytes(all, std::span(&size, 1));
    all.remove_prefix(sizeof(size));
    CHECK_LE(size, all.size());
    *sum += ObservationFrom(all.substr(0, size));
    all.remove_prefix(size);
  }
}

// Returns the reasons for missing results.
std::vector<std::string> MissingFrom(const StepStatistics& statistics, Task task,
                                     const TrainingConfig& config) {
  std::vector<std::string> missing;
  if (const std::string timeless = NoTimeGradientReason(task, config.model()); !timeless.empty()) {
    missing.push_back(timeless);
  } else if (statistics.recurrences.empty()) {
    missing.push_back("no lane had training data, so no layer was examined");
  }
  bool gates = true;
  for (const RecurrenceStatistics& recurrence : statistics.recurrences) {
    gates &= recurrence.time_constants.has_value();
    if (!recurrence.lags.empty()) continue;
    missing.push_back(absl::StrCat(
        "no gradient reached ", recurrence.name,
        " at the last step of any sequence, so the gradient flow from there was not measured"));
  }
  if (!gates) {
    missing.push_back(absl::StrCat("cells of kind ", ModelSpec::Cell_Name(config.model().cell()),
                                   " have no gates, so there are no time constants"));
  }
  if (!statistics.clip_rate) {
    missing.push_back(config.optimizer().clip_norm() > 0
                          ? "no update since the last diagnosis, so there is no clipping rate"
                          : "optimizer.clip_norm is 0, so gradients are not clipped by their norm");
  }
  if (!statistics.updated) missing.push_back("the step diverged, so there was no update");
  return missing;
}

}  // namespace

GradientMicroscope::GradientMicroscope(Communicator* communicator, const ParameterTable* table,
                                       int first_lane, int lanes, int64_t begin, int64_t end,
                                       Task task, const TrainingConfig& config)
    : communicator_(communicator),
      table_(table),
      first_lane_(first_lane),
      begin_(begin),
      end_(end),
      task_(task),
      config_(config),
      every_steps_(config.diagnostics().every_steps()),
      observations_(lanes) {}

void GradientMicroscope::Begin() {
  for (Observation& observation : observations_) observation = {};
  collector_.emplace(*table_, begin_, end_);
  updated_ = false;
}

void GradientMicroscope::LookAtGradients(std::span<const float> gradients, double scale,
                                         std::span<const float> values) {
  collector_->LookAtGradients(gradients, scale, values);
}

void GradientMicroscope::LookAtUpdate(std::span<const float> values) {
  collector_->LookAtUpdate(values);
  updated_ = true;
}

std::optional<StepDiagnosis> GradientMicroscope::Diagnose(int64_t step, int64_t epoch,
                                                          int64_t updates, int64_t clipped,
                                                          bool solved) {
  const std::vector<std::string> lanes =
      communicator_->GatherInOrder(first_lane_, Join(observations_));
  std::vector<ParameterStatistics> parameters = collector_->Gather(communicator_);
  collector_.reset();
  for (Observation& observation : observations_) observation = {};
  if (communicator_->rank() != 0) return std::nullopt;

  Observation sum;
  for (const std::string& rank : lanes) AddJoined(rank, &sum);
  StepDiagnosis diagnosis;
  StepStatistics& statistics = diagnosis.statistics;
  statistics.step = step;
  statistics.epoch = epoch;
  statistics.solved = solved;
  for (const RecurrenceSums& recurrence : sum.recurrences)
    statistics.recurrences.push_back(StatisticsOf(recurrence));
  statistics.layers = LayersOf(parameters);
  statistics.parameters = std::move(parameters);
  statistics.updated = updated_;
  if (config_.optimizer().clip_norm() > 0 && updates > 0)
    statistics.clip_rate = static_cast<double>(clipped) / static_cast<double>(updates);
  statistics.missing = MissingFrom(statistics, task_, config_);
  diagnosis.gradient_diagnosis = DiagnoseGradients(statistics, task_, config_);
  return diagnosis;
}

}  // namespace elman
