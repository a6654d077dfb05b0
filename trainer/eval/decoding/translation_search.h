// Beam search for the most probable translations of many sentences at once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "data/text/vocabulary.h"
#include "trainer/eval/decoding/token_sequence.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/models/translator.h"

namespace elman {

// Options of the search.
struct TranslationSearchSpec {
  int beam = 5;  // number of hypotheses that are extended at each step
  // The score of a translation of n tokens, </s> included, is its log-probability divided by
  // ((5 + n) / 6)^length_penalty (Wu et al., 2016).
  double length_penalty = 0.6;
  // Maximum length: 10 tokens plus this number per source token.
  double max_length_ratio = 3;
  int n_best = 1;                // number of translations per sentence
  bool unknown_allowed = false;  // false: <unk> is never generated
  bool attention_wanted = false;
};

// Checks the options --beam (at least `least_beam`) and --length_penalty.
absl::Status CheckSearchOptions(int beam, int least_beam, double length_penalty);

// A translation with its score.
struct Translation {
  std::vector<uint32_t> tokens;  // without </s>
  double log_probability = 0;    // including that of </s>
  double score = 0;
  bool ended = true;  // false: cut off at the maximum length, without </s>
  // If requested and the model has attention: for each token and for </s>, the weights of all
  // source tokens.
  std::vector<std::vector<float>> attention = {};
};

// Not thread-safe.
class TranslationSearch {
 public:
  // Generates ids of `target`. Both arguments must outlive the search.
  TranslationSearch(Translator* model, const Vocabulary& target, const TranslationSearchSpec& spec)
      : model_(model), target_(target), spec_(spec) {}

  // Returns at least one and at most n_best translations per source, best first. Each source must
  // end with </s>, as in training. A source with only </s> has an empty translation. Results do not
  // depend on which sources are searched together, except for rounding.
  std::vector<std::vector<Translation>> Run(std::span<const TokenSequence> sources);

 private:
  struct Extension;
  struct Sentence;
  double Score(double log_probability, int64_t tokens) const;
  std::vector<Extension> BestExtensions(const Sentence& sentence, ConstMatrix logits) const;
  void Advance(ConstMatrix logits, const float* weights, int64_t first_row, Sentence* sentence);
  bool IsDone(const Sentence& sentence) const;
  std::vector<Translation> BestOf(Sentence* sentence) const;

  Translator* const model_;
  const Vocabulary& target_;
  const TranslationSearchSpec spec_;
  Workspace sources_, step_;
};

}  // namespace elman
