// The likeliest translations, approximately: beam search over many sentences at once.
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

struct TranslationSearchSpec {
  int beam = 5;  // hypotheses that go on at each step
  // The score of a translation of n tokens, </s> included, is its log-probability divided by
  // ((5 + n) / 6)^length_penalty (Wu et al., 2016).
  double length_penalty = 0.6;
  // A translation has at most 10 tokens and so many for each one of the source.
  double max_length_ratio = 3;
  int n_best = 1;                // of each sentence
  bool unknown_allowed = false;  // <unk> may be written
  bool attention_wanted = false;
};

// What is wrong with the options --beam, of `least_beam` or more, and --length_penalty.
absl::Status CheckSearchOptions(int beam, int least_beam, double length_penalty);

struct Translation {
  std::vector<uint32_t> tokens;  // without </s>
  double log_probability = 0;    // of these and </s>
  double score = 0;
  bool ended = true;  // not: it was cut off at the greatest length, and has no </s>
  // If wanted, and there is attention: of each token and of </s>, the weight of every token of the
  // source.
  std::vector<std::vector<float>> attention = {};
};

// Not for concurrent use.
class TranslationSearch {
 public:
  // Writes ids of `target`. Both must outlive the search.
  TranslationSearch(Translator* model, const Vocabulary& target, const TranslationSearchSpec& spec)
      : model_(model), target_(target), spec_(spec) {}

  // Of each source, which ends in </s> as the model has learned it, at most n_best translations, at
  // least one, the best first. A source of nothing else is translated by nothing. Which sources are
  // searched together changes nothing but rounding.
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
