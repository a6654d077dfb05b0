#include "trainer/record/report/metric_names.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
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
    {"closed_word_perplexity", "closed perplexity per word"},
    {"known_perplexity", "perplexity of known words"},
    {"unknown_rate", "unknown tokens"},
    {"target_unknown_rate", "unknown target tokens"},
    {"padding_efficiency", "positions that are not padding"},
    {"loss", "loss (nats per target)"},
    {"seconds", "duration"},
    {"time", "time (UTC)"}};

// The number of decimals, so that the numbers of a column are aligned. Numbers that would lose
// most of their digits, and large ones, are formatted as other numbers.
struct Decimals {
  const char* key;
  int decimals;
  double least, most;
};
constexpr Decimals kDecimals[] = {{"accuracy", 4, 0, 1},
                                  {"f1", 4, 0, 1},
                                  {"macro_f1", 4, 0, 1},
                                  {"mean_absolute_error", 4, 0.01, 1e3},
                                  {"bits_per_byte", 4, 0.01, 1e3},
                                  {"closed_bits_per_byte", 4, 0.01, 1e3},
                                  {"loss", 4, 0.01, 1e3},
                                  {"perplexity", 3, 1, 1e3},
                                  {"word_perplexity", 3, 1, 1e3},
                                  {"closed_word_perplexity", 3, 1, 1e3},
                                  {"known_perplexity", 3, 1, 1e3},
                                  {"bleu", 2, 0, 100},
                                  {"chrf", 2, 0, 100}};

constexpr const char* kFractions[] = {"unknown_rate", "target_unknown_rate", "padding_efficiency"};

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
  if (key == "time") {
    if (std::abs(value) >= 1e11) return ReadableText(value);
    return std::string(absl::StripSuffix(TimeText(value), " UTC"));
  }
  if (key == "seconds") return DurationText(value);
  if (std::ranges::count(kFractions, key) > 0 && value >= 0 && value <= 1)
    return value == 0 || value == 1 ? ReadableText(100 * value) + " %"
                                    : FixedText(100 * value, 2) + " %";
  for (const auto& [known, decimals, least, most] : kDecimals) {
    if (key == known && value >= least && value <= most) return FixedText(value, decimals);
  }
  return ReadableText(value);
}

bool SaysNothing(const RecordedLine& line, const std::string& key) {
  const std::optional<double> value = line.Number(key), accuracy = line.Number("accuracy");
  if (key == "mean_absolute_error")
    return value && accuracy && std::abs(*value + *accuracy - 1) < 1e-9;
  return key == "padding_efficiency" && value == 1;
}

}  // namespace elman
