#include "trainer/eval/loading/comparison.h"

#include <vector>

#include "trainer/eval/loading/paired_bootstrap.h"

namespace elman {
namespace {

constexpr uint64_t kSeed = 1;

MetricsOfSample MainMetricsOf(const Evaluator& evaluator, const ExampleSums& examples) {
  return [&](std::span<const uint32_t> times) {
    std::vector<double> values;
    for (const Metric& metric : evaluator.ComputeMetrics(examples.Total(times)).metrics) {
      if (metric.is_main) values.push_back(metric.value);
    }
    return values;
  };
}

// Returns the scores of a sample of translations. The settings that matter are in the scores of the
// examples.
MetricsOfSample ScoresOf(const ScoredTranslations& scored) {
  return [&](std::span<const uint32_t> times) {
    Bleu bleu;
    Chrf chrf;
    for (size_t example = 0; example < times.size(); ++example) {
      for (uint32_t time = 0; time < times[example]; ++time) {
        bleu += scored.bleu[example];
        chrf += scored.chrf[example];
      }
    }
    return std::vector<double>{bleu.Score(), chrf.Score()};
  };
}

}  // namespace

absl::StatusOr<MetricTable> Compare(const Evaluator& evaluator, const EvaluatedModel& model,
                                    const EvaluatedModel& other, int samples) {
  if (!model.examples.complete() || !other.examples.complete()) {
    return absl::UnimplementedError("this version cannot compare models of this task");
  }
  std::vector<PairedDifference> differences = PairedBootstrap(
      model.examples.examples(), samples, kSeed, MainMetricsOf(evaluator, model.examples),
      MainMetricsOf(evaluator, other.examples));
  MetricTable table{
      "comparison", {{"value"}, {"other"}, {"difference"}, {"low"}, {"high"}, {"p_value"}}, {}};
  for (const Metric& metric : model.evaluation.metrics) {
    if (!metric.is_main) continue;
    const PairedDifference& difference = differences[table.rows.size()];
    // Takes the reported values, because sums over examples may be rounded differently.
    const double value = metric.value, others = other.evaluation.Find(metric.name)->value;
    table.rows.push_back(
        {metric.name,
         {value, others, value - others, difference.low, difference.high, difference.p_value}});
  }
  return table;
}

void CompareTranslations(const ScoredTranslations& model, const ScoredTranslations& other,
                         int samples, MetricTable* table) {
  const auto differences =
      PairedBootstrap(model.bleu.size(), samples, kSeed, ScoresOf(model), ScoresOf(other));
  const char* const names[] = {"bleu", "chrf"};
  for (size_t i = 0; i < differences.size(); ++i) {
    const PairedDifference& difference = differences[i];
    table->rows.push_back({names[i],
                           {difference.first, difference.second, difference.difference,
                            difference.low, difference.high, difference.p_value}});
  }
}

}  // namespace elman
