// A backoff n-gram model (Katz) in memory.
//
// The contexts form a tree: the children of a context are the contexts that extend it by one older
// token. Each has its log10 backoff and the tokens that follow it with their log10 probabilities.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/text/vocabulary.h"
#include "trainer/eval/baselines/baseline_file.h"

namespace elman {

class NgramTable {
 public:
  // ARPA files use kNever for events that never happen. KenLM uses kNoUnknown for unknown words if
  // a file has no <unk>.
  static constexpr float kNever = -99, kNoUnknown = -100;

  // The arrays of a model. unigrams: one float per token of the vocabulary. For each order from 2
  // on, contexts-ORDER: a context's oldest token, the number of its n-grams, the number of longer
  // contexts that extend it, and its backoff; ngrams-ORDER: a token and a float. Both are in the
  // order of the tree, tokens ascending. aliases, only in imported models: the token that
  // represents each token.
  static constexpr size_t kContextNumbers = 4, kNgramNumbers = 2;
  static std::string ContextsName(int order);
  static std::string NgramsName(int order);

  // Takes the arrays out of `baseline`, which was read from `path`. DataLoss if they are not a
  // valid model.
  static absl::StatusOr<NgramTable> Create(const std::string& path, Baseline* baseline);

  int order() const { return static_cast<int>(levels_.size()) + 1; }
  // Number of n-grams of an order from 2 on.
  uint64_t ngrams(int order) const { return levels_[order - 2].ngram_count(); }

  // Returns the log10 probability of a token after a context. The context has its newest token
  // first, so a context that begins with <s> ends with it here.
  double Log10Probability(std::span<const uint32_t> context, uint32_t token) const;

  // Visits the n-grams of an order: tokens in text order, log10 probability, and the log10 backoff
  // of the n-gram as a context, if it is one.
  using Visit = std::function<absl::Status(std::span<const uint32_t> tokens, float probability,
                                           std::optional<float> backoff)>;
  absl::Status ForEach(int order, const Visit& visit) const;

 private:
  // The contexts of one length, and the n-grams that follow them.
  struct Level {
    // As in the array, but with the first index of its n-grams and longer contexts instead of their
    // numbers.
    std::vector<uint32_t> contexts;
    std::vector<uint32_t> ngrams;

    uint32_t size() const { return static_cast<uint32_t>(contexts.size() / kContextNumbers); }
    uint32_t ngram_count() const { return static_cast<uint32_t>(ngrams.size() / kNgramNumbers); }
    uint32_t token(uint32_t context) const { return contexts[kContextNumbers * context]; }
    uint32_t first_ngram(uint32_t context) const {
      return context == size() ? ngram_count() : contexts[kContextNumbers * context + 1];
    }
    uint32_t first_longer(uint32_t context) const {
      return contexts[kContextNumbers * context + 2];
    }
    float backoff(uint32_t context) const {
      return std::bit_cast<float>(contexts[kContextNumbers * context + 3]);
    }
    uint32_t ngram_token(uint32_t ngram) const { return ngrams[kNgramNumbers * ngram]; }
    float probability(uint32_t ngram) const {
      return std::bit_cast<float>(ngrams[kNgramNumbers * ngram + 1]);
    }
    // Replaces counts by indexes. `extended` has, for each context that is shorter by one token,
    // the number of these contexts that extend it. Returns the same for these contexts. DataLoss,
    // beginning with the array's name, if counts are inconsistent or tokens are not below `ids`.
    absl::StatusOr<std::vector<uint32_t>> Index(uint32_t ids,
                                                const std::vector<uint32_t>& extended);
  };
  static constexpr uint32_t kNone = ~uint32_t{0};

  // Returns the end of the contexts of length `length` + 1 that extend a context of length
  // `length`.
  uint32_t end_of_longer(size_t length, uint32_t context) const {
    const Level& level = levels_[length - 1];
    return context + 1 == level.size() ? levels_[length].size() : level.first_longer(context + 1);
  }
  // Returns the number of a context of a length, given that of the next shorter one; kNone if
  // missing.
  uint32_t FindContext(size_t length, uint32_t shorter, uint32_t token) const;
  // Returns the n-gram of a context with a token; kNone if missing.
  uint32_t FindNgram(const Level& level, uint32_t context, uint32_t token) const;
  // Returns the backoff of a context, newest token first; no value if it is missing.
  std::optional<float> BackoffOf(std::span<const uint32_t> context) const;
  absl::Status ForEachBehind(size_t length, uint32_t context, int order,
                             std::vector<uint32_t>* tokens, const Visit& visit) const;
  uint32_t alias(uint32_t token) const { return aliases_.empty() ? token : aliases_[token]; }

  std::vector<uint32_t> unigrams_;  // bits of floats, by token
  std::vector<uint32_t> aliases_;
  std::vector<uint32_t> context_of_token_;  // context of length 1, by token; kNone
  std::vector<Level> levels_;               // by length of the context from 1 on
};

}  // namespace elman
