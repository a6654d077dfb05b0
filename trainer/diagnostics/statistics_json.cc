#include "trainer/diagnostics/statistics_json.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace elman {
namespace {

template <typename Number>
std::string ListOf(const std::vector<LagStatistics>& lags, Number LagStatistics::*member) {
  return JsonArray(
      lags, [&](const LagStatistics& at) { return JsonNumber(static_cast<double>(at.*member)); });
}

JsonObject LagsOf(const RecurrenceStatistics& recurrence) {
  JsonObject json;
  json.AddJson("lag", ListOf(recurrence.lags, &LagStatistics::lag))
      .AddJson("sequences", ListOf(recurrence.lags, &LagStatistics::sequences))
      .AddJson("norm", ListOf(recurrence.lags, &LagStatistics::norm));
  if (HasCellState(recurrence.cell))
    json.AddJson("cell_norm", ListOf(recurrence.lags, &LagStatistics::cell_norm));
  return json.AddJson("ratio", ListOf(recurrence.lags, &LagStatistics::ratio));
}

JsonObject ActivationJson(const ActivationStatistics& activation) {
  JsonObject json;
  json.Add("mean", activation.mean);
  switch (activation.what.range) {
    case ActivationRange::kGate:
      return json.Add("closed", activation.low).Add("open", activation.high);
    case ActivationRange::kTanh:
      return json.Add("saturated", activation.low + activation.high);
    case ActivationRange::kRectifier:
      return json.Add("off", activation.low);
  }
  return json;
}

template <typename Statistics>
JsonObject NormsOf(const std::vector<Statistics>& all, bool updated) {
  JsonObject json;
  for (const Statistics& statistics : all) {
    JsonObject norms;
    norms.Add("gradient", statistics.gradient).Add("value", statistics.value);
    if (updated) {
      norms.Add("update", statistics.update)
          .Add("update_ratio", UpdateRatio(statistics.update, statistics.value));
    }
    json.Add(statistics.name, norms);
  }
  return json;
}

}  // namespace

JsonObject LineOf(const StepStatistics& statistics, const GradientDiagnosis& diagnosis) {
  JsonObject lags, gates, constants;
  for (const RecurrenceStatistics& recurrence : statistics.recurrences) {
    if (!recurrence.lags.empty()) lags.Add(recurrence.name, LagsOf(recurrence));
    for (const ActivationStatistics& activation : recurrence.activations)
      gates.Add(absl::StrCat(recurrence.name, ".", activation.what.name),
                ActivationJson(activation));
    if (const auto& found = recurrence.time_constants) {
      constants.Add(recurrence.name, JsonObject()
                                         .Add("lower_quartile", found->lower)
                                         .Add("median", found->median)
                                         .Add("upper_quartile", found->upper));
    }
  }
  JsonObject line;
  line.Add("kind", "diagnostics")
      .Add("step", statistics.step)
      .Add("epoch", statistics.epoch)
      .Add("verdict", KindName(diagnosis.kind))
      .Add("words", diagnosis.words)
      .Add("lags", lags)
      .Add("gates", gates)
      .Add("time_constants", constants)
      .Add("layers", NormsOf(statistics.layers, statistics.updated))
      .Add("parameters", NormsOf(statistics.parameters, statistics.updated));
  if (statistics.clip_rate) line.Add("clip_rate", *statistics.clip_rate);
  return line.Add("missing", absl::StrJoin(statistics.missing, "; "));
}

std::vector<std::pair<std::string, Histogram>> HistogramsOf(const StepStatistics& statistics) {
  std::vector<std::pair<std::string, Histogram>> histograms;
  for (const RecurrenceStatistics& recurrence : statistics.recurrences) {
    for (const ActivationStatistics& activation : recurrence.activations) {
      histograms.emplace_back(absl::StrCat("gates/", recurrence.name, ".", activation.what.name),
                              activation.histogram);
    }
  }
  for (const ParameterStatistics& parameter : statistics.parameters)
    histograms.emplace_back(absl::StrCat("gradients/", parameter.name), parameter.gradients);
  return histograms;
}

}  // namespace elman
