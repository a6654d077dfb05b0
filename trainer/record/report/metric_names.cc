#include "trainer/record/report/metric_names.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "data/format/number_text.h"

namespace elman {
namespace {

constexpr const char* kMainMetrics[] = {"perplexity",
                                        "bits_per_byte",
                                        "closed_bits_per_byte",
                                        "word_perplexity",
                                        "accuracy",
                                        "f1",
                                        "macro_f1",
                                        "mean_absolute_error",
                                        "bleu",
                                        "chrf",
                                        "loss"};

// Names that differ from their key by more than underscores.
constexpr std::pair<const char*, const char*> kNames[] = {
    {"f1", "F1"},
    {"macro_f1", "macro F1"},
    {"bleu", "BLEU"},
    {"chrf", "chrF"},
    {"mfu", "MFU"},
    {"word_perplexity", "perplexity per word"},
    {"loss", "loss (nats per target)"},
    {"seconds", "duration"}};

}  // namespace

std::span<const char* const> MainMetrics() { return kMainMetrics; }

std::string MetricName(const std::string& key) {
  for (const auto& [known, name] : kNames) {
    if (key == known) return name;
  }
  std::string name = key;
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::string MetricText(const std::string& key, double value) {
  if (!std::isfinite(value)) return "not finite";
  if (key == "time") return std::abs(value) < 1e11 ? TimeText(value) : ReadableText(value);
  if (key == "seconds") return DurationText(value);
  return ReadableText(value);
}

}  // namespace elman
