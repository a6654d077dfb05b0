#include "trainer/eval/loading/comparison.h"

#include <vector>

#include "trainer/eval/loading/paired_bootstrap.h"

namespace elman {
namespace {

constexpr uint64_t kSeed = 1;

FiguresOfSample HeadlinesOf(const Evaluator& evaluator, const ExampleSums& examples) {
  return [&](std::span<const uint32_t> times) {
    std::vector<double> values;
    for (const Figure& figure : evaluator.Conclude(examples.Total(times)).figures) {
      if (figure.headline) values.push_back(figure.value);
    }
    return values;
  };
}

// Returns the scores of a sample of translations. The settings that matter are in the scores of the
// examples.
FiguresOfSample ScoresOf(const JudgedTranslations& judged) {
  return [&](std::span<const uint32_t> times) {
    Bleu bleu;
    Chrf chrf;
    for (size_t example = 0; example < times.size(); ++example) {
      for (uint32_t time = 0; time < times[example]; ++time) {
        bleu += judged.bleu[example];
        chrf += judged.chrf[example];
      }
    }
    return std::vector<double>{bleu.Score(), chrf.Score()};
  };
}

}  // namespace

absl::StatusOr<FigureTable> Compare(const Evaluator& evaluator, const JudgedModel& model,
                                    const JudgedModel& other, int samples) {
  if (!model.examples.complete() || !other.examples.complete()) {
    return absl::UnimplementedError("this version cannot compare models of this task");
  }
  std::vector<PairedDifference> differences = PairedBootstrap(
      model.examples.examples(), samples, kSeed, HeadlinesOf(evaluator, model.examples),
      HeadlinesOf(evaluator, other.examples));
  FigureTable table{
      "comparison", {{"value"}, {"other"}, {"difference"}, {"low"}, {"high"}, {"p_value"}}, {}};
  for (const Figure& figure : model.evaluation.figures) {
    if (!figure.headline) continue;
    const PairedDifference& judged = differences[table.rows.size()];
    // Takes the reported values, because sums over examples may be rounded differently.
    const double value = figure.value, others = other.evaluation.Find(figure.name)->value;
    table.rows.push_back(
        {figure.name, {value, others, value - others, judged.low, judged.high, judged.p_value}});
  }
  return table;
}

void CompareTranslations(const JudgedTranslations& model, const JudgedTranslations& other,
                         int samples, FigureTable* table) {
  const auto differences =
      PairedBootstrap(model.bleu.size(), samples, kSeed, ScoresOf(model), ScoresOf(other));
  const char* const names[] = {"bleu", "chrf"};
  for (size_t i = 0; i < differences.size(); ++i) {
    const PairedDifference& judged = differences[i];
    table->rows.push_back({names[i],
                           {judged.first, judged.second, judged.difference, judged.low, judged.high,
                            judged.p_value}});
  }
}

}  // namespace elman
