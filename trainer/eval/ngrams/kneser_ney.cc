#include "trainer/eval/ngrams/kneser_ney.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <mutex>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/records/number_spool.h"
#include "data/workers/in_turn.h"
#include "trainer/eval/ngrams/ngram_table.h"

namespace elman {
namespace {

// The argument is at most 1, up to rounding errors.
float Log10(double probability) {
  return static_cast<float>(std::log10(std::min(probability, 1.0)));
}

// Returns p(w) by token; 0 for tokens that cannot be predicted.
std::vector<double> UnigramProbabilities(const std::vector<uint64_t>& adjusted,
                                         const Discounts& discounts, uint32_t predicted_size) {
  double total = 0, discounted = 0;
  for (const uint64_t count : adjusted) {
    total += static_cast<double>(count);
    discounted += discounts.Of(count);
  }
  const double uniform = discounted / total / predicted_size;
  std::vector<double> probabilities(adjusted.size());
  for (uint32_t token = 0; token < predicted_size; ++token) {
    const auto count = static_cast<double>(adjusted[token]);
    probabilities[token] = (count - discounts.Of(adjusted[token])) / total + uniform;
  }
  return probabilities;
}

// Visits the contexts of a part, each before the longer ones that extend it.
class PartInterpolator {
 public:
  PartInterpolator(const std::vector<double>& unigrams, const std::vector<Discounts>& discounts)
      : discounts_(discounts), probabilities_(discounts.size()) {
    probabilities_[0] = unigrams;
    for (size_t length = 1; length + 1 < discounts.size(); ++length)
      probabilities_[length].resize(unigrams.size());
  }

  absl::Status Begin(const std::vector<LevelSpools>& adjusted, const std::string& prefix) {
    for (size_t i = 0; i < adjusted.size(); ++i) {
      Level& level = levels_.emplace_back();
      ASSIGN_OR_RETURN(level.contexts, NumberSpoolReader::Open(adjusted[i].contexts));
      ASSIGN_OR_RETURN(level.ngrams, NumberSpoolReader::Open(adjusted[i].ngrams));
      ASSIGN_OR_RETURN(level.model_contexts,
                       NumberSpoolWriter::Create(absl::StrCat(prefix, "contexts-", i + 2)));
      ASSIGN_OR_RETURN(level.model_ngrams,
                       NumberSpoolWriter::Create(absl::StrCat(prefix, "ngrams-", i + 2)));
    }
    return absl::OkStatus();
  }

  absl::Status Run() {
    if (levels_.empty()) return absl::OkStatus();
    for (;;) {
      ASSIGN_OR_RETURN(const Visited visited, Visit(/*length=*/1));
      if (visited == kEnd) break;
    }
    for (Level& level : levels_) {
      RETURN_IF_ERROR(level.model_contexts->Flush());
      RETURN_IF_ERROR(level.model_ngrams->Flush());
    }
    return absl::OkStatus();
  }

  // Adds its results of order i + 2 to a model.
  void AddTo(size_t i, int part, InterpolatedOrder* order) const {
    const Level& level = levels_[i];
    order->contexts[part] = level.model_contexts->path();
    order->ngrams[part] = level.model_ngrams->path();
    order->context_count += level.model_contexts->numbers() / NgramTable::kContextNumbers;
    order->ngram_count += level.model_ngrams->numbers() / NgramTable::kNgramNumbers;
    order->pruned += level.pruned;
  }

 private:
  enum Visited { kEnd, kLeftOut, kKept };
  struct Level {
    std::unique_ptr<NumberSpoolReader> contexts, ngrams;
    std::unique_ptr<NumberSpoolWriter> model_contexts, model_ngrams;
    uint64_t pruned = 0;
    std::vector<uint32_t> followers;  // of the current context: LevelSpools::ngrams
  };

  // Processes the next context of a length, its n-grams, and the longer contexts that extend it.
  absl::StatusOr<Visited> Visit(size_t length) {
    Level& level = levels_[length - 1];
    std::array<uint32_t, LevelSpools::kContextNumbers> context;
    if (!level.contexts->Take(context)) {
      RETURN_IF_ERROR(level.contexts->status());
      return kEnd;
    }
    const auto [token, followers, longer] = context;
    level.followers.resize(followers * LevelSpools::kNgramNumbers);
    if (!level.ngrams->Take(level.followers)) return Short(level.ngrams->status());
    ASSIGN_OR_RETURN(const Kept kept, InterpolateFollowers(length));
    uint32_t kept_longer = 0;
    for (uint32_t i = 0; i < longer; ++i) {
      ASSIGN_OR_RETURN(const Visited visited, Visit(length + 1));
      if (visited == kEnd) return Short(absl::OkStatus());
      kept_longer += visited == kKept;
    }
    if (kept.ngrams == 0 && kept_longer == 0) return kLeftOut;
    RETURN_IF_ERROR(level.model_contexts->Append(
        std::array{token, kept.ngrams, kept_longer, std::bit_cast<uint32_t>(Log10(kept.backoff))}));
    return kKept;
  }

  struct Kept {
    uint32_t ngrams = 0;
    double backoff = 1;
  };
  absl::StatusOr<Kept> InterpolateFollowers(size_t length) {
    Level& level = levels_[length - 1];
    const Discounts& discounts = discounts_[length];
    double total = 0, set_aside = 0;
    for (size_t i = 1; i < level.followers.size(); i += LevelSpools::kNgramNumbers) {
      const uint32_t adjusted = level.followers[i] >> 1;
      const bool pruned = (level.followers[i] & 1) != 0;
      total += adjusted;
      set_aside += pruned ? adjusted : discounts.Of(adjusted);
    }
    Kept kept{.backoff = set_aside / total};
    const std::vector<double>& shorter = probabilities_[length - 1];
    for (size_t i = 0; i < level.followers.size(); i += LevelSpools::kNgramNumbers) {
      const uint32_t token = level.followers[i], adjusted = level.followers[i + 1] >> 1;
      if ((level.followers[i + 1] & 1) != 0) {
        ++level.pruned;
        continue;
      }
      const double probability =
          (adjusted - discounts.Of(adjusted)) / total + kept.backoff * shorter[token];
      if (length + 1 < discounts_.size()) probabilities_[length][token] = probability;
      RETURN_IF_ERROR(level.model_ngrams->Append(
          std::array{token, std::bit_cast<uint32_t>(Log10(probability))}));
      ++kept.ngrams;
    }
    return kept;
  }

  static absl::Status Short(const absl::Status& status) {
    return status.ok()
               ? absl::DataLossError("temporary files of n-grams end too early; check the disk")
               : status;
  }

  const std::vector<Discounts>& discounts_;  // by order
  // By length of the context h: p(w | h) of the current context, by token. Entries of earlier
  // contexts are never read, because a token that follows a context also follows all shorter ones.
  std::vector<std::vector<double>> probabilities_;
  std::vector<Level> levels_;
};

}  // namespace

Discounts DiscountsOf(const CountsOfCounts& n) {
  const Discounts usual{.of = {0, 0.5, 1, 1.5}, .fallback = true};
  Discounts discounts;
  const double y =
      static_cast<double>(n[1]) / (static_cast<double>(n[1]) + 2 * static_cast<double>(n[2]));
  for (int count = 1; count <= 3; ++count) {
    if (n[count] == 0) return usual;
    const double discount =
        count - (count + 1) * y * static_cast<double>(n[count + 1]) / static_cast<double>(n[count]);
    if (!(discount > 0 && discount <= count)) return usual;
    discounts.of[count] = discount;
  }
  return discounts;
}

absl::StatusOr<InterpolatedModel> Interpolate(const AdjustedCounts& counts,
                                              const std::vector<Discounts>& discounts,
                                              const Vocabulary& vocabulary,
                                              const NgramCountingSpec& spec) {
  const std::vector<double> unigrams =
      UnigramProbabilities(counts.unigrams, discounts[0], vocabulary.predicted_size());
  InterpolatedModel model;
  for (uint32_t token = 0; token < vocabulary.size(); ++token) {
    model.unigrams.push_back(token < vocabulary.predicted_size() ? Log10(unigrams[token])
                                                                 : NgramTable::kNever);
  }
  const int parts = static_cast<int>(counts.levels.size());
  const std::vector<std::string> no_paths(parts);
  model.orders.resize(discounts.size() - 1, {no_paths, no_paths});
  std::mutex mutex;  // guards model
  RETURN_IF_ERROR(WorkInTurn<int>(
      spec.threads,
      [&, next = 0](int* part) mutable -> absl::StatusOr<bool> {
        *part = next++;
        return *part < parts;
      },
      [&](int, int* part) -> absl::Status {
        PartInterpolator interpolator(unigrams, discounts);
        RETURN_IF_ERROR(interpolator.Begin(
            counts.levels[*part], JoinPath(spec.folder, absl::StrCat("model-", *part, "-"))));
        RETURN_IF_ERROR(interpolator.Run());
        const std::lock_guard<std::mutex> lock(mutex);
        for (size_t i = 0; i < model.orders.size(); ++i)
          interpolator.AddTo(i, *part, &model.orders[i]);
        return absl::OkStatus();
      }));
  return model;
}

}  // namespace elman
