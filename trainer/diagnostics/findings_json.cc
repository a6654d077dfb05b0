#include "trainer/diagnostics/findings_json.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace elman {
namespace {

template <typename Number>
std::string ListOf(const std::vector<LagFigures>& lags, Number LagFigures::*member) {
  return JsonArray(
      lags, [&](const LagFigures& at) { return JsonNumber(static_cast<double>(at.*member)); });
}

JsonObject LagsOf(const RecurrenceFindings& recurrence) {
  JsonObject json;
  json.AddJson("lag", ListOf(recurrence.lags, &LagFigures::lag))
      .AddJson("sequences", ListOf(recurrence.lags, &LagFigures::sequences))
      .AddJson("norm", ListOf(recurrence.lags, &LagFigures::norm));
  if (HasCellState(recurrence.cell))
    json.AddJson("cell_norm", ListOf(recurrence.lags, &LagFigures::cell_norm));
  return json.AddJson("ratio", ListOf(recurrence.lags, &LagFigures::ratio));
}

JsonObject ActivationJson(const ActivationFindings& activation) {
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

template <typename Figures>
JsonObject NormsOf(const std::vector<Figures>& all, bool updated) {
  JsonObject json;
  for (const Figures& figures : all) {
    JsonObject norms;
    norms.Add("gradient", figures.gradient).Add("value", figures.value);
    if (updated) {
      norms.Add("update", figures.update)
          .Add("update_ratio", UpdateRatio(figures.update, figures.value));
    }
    json.Add(figures.name, norms);
  }
  return json;
}

}  // namespace

JsonObject LineOf(const Findings& findings, const Verdict& verdict) {
  JsonObject lags, gates, constants;
  for (const RecurrenceFindings& recurrence : findings.recurrences) {
    if (!recurrence.lags.empty()) lags.Add(recurrence.name, LagsOf(recurrence));
    for (const ActivationFindings& activation : recurrence.activations)
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
      .Add("step", findings.step)
      .Add("epoch", findings.epoch)
      .Add("verdict", KindName(verdict.kind))
      .Add("words", verdict.words)
      .Add("lags", lags)
      .Add("gates", gates)
      .Add("time_constants", constants)
      .Add("layers", NormsOf(findings.layers, findings.updated))
      .Add("parameters", NormsOf(findings.parameters, findings.updated));
  if (findings.clip_rate) line.Add("clip_rate", *findings.clip_rate);
  return line.Add("missing", absl::StrJoin(findings.missing, "; "));
}

std::vector<std::pair<std::string, Histogram>> HistogramsOf(const Findings& findings) {
  std::vector<std::pair<std::string, Histogram>> histograms;
  for (const RecurrenceFindings& recurrence : findings.recurrences) {
    for (const ActivationFindings& activation : recurrence.activations) {
      histograms.emplace_back(absl::StrCat("gates/", recurrence.name, ".", activation.what.name),
                              activation.histogram);
    }
  }
  for (const ParameterFigures& parameter : findings.parameters)
    histograms.emplace_back(absl::StrCat("gradients/", parameter.name), parameter.gradients);
  return histograms;
}

}  // namespace elman
