// The cost of raw text in addition to its tokens, so that results of language models with different
// vocabularies are comparable: the spelling of unknown words, and what the tokenizer drops
// (launch/guides/formats.md, "Closed results").
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "data/text/vocabulary.h"
#include "proto/dataset.pb.h"
#include "trainer/eval/evaluators/evaluation.h"
#include "trainer/eval/metrics/spelling_model.h"

namespace elman {

// Computes the spelling costs of the unknown words of a split, in the order of the split.
class UnknownSpeller {
 public:
  // The spelling model is estimated on the rarest words of the vocabulary, once each: the last
  // kMaxTypes predictable pieces without <unk> and </s>.
  static constexpr uint32_t kMaxTypes = 1 << 16;
  explicit UnknownSpeller(const Vocabulary& vocabulary);

  // Returns the bits of the next word: whether it is a literal "<unk>" (coded adaptively), and if
  // not, its spelling.
  double NextBits(std::string_view word);

  uint64_t spelled() const { return spelled_; }  // so far, without literal "<unk>"

 private:
  SpellingModel model_;
  uint64_t literal_ = 0, spelled_ = 0;
};

// Costs of the raw text of a split in addition to its tokens.
struct ClosedText {
  double spelling_bits = 0;     // of all unknown words
  double restoration_bits = 0;  // of spaces, case and similar differences
  uint64_t spelled_words = 0;   // unknown words without literal "<unk>"
};

// No result if the data set does not have the required texts: for the split `train`, and for data
// sets of earlier versions.
absl::StatusOr<std::optional<ClosedText>> ReadClosedText(
    const std::shared_ptr<const Dataset>& dataset, std::string_view split);

// If a larger fraction of tokens is <unk>, results without the spelling cost are not comparable.
inline constexpr double kMaxUnknownToCompare = 0.001;

// The part of a split to which metrics refer: all or some of its lines.
struct ClosedShare {
  double bits = 0;           // of the model, for these lines
  double text = 1;           // fraction of the split's tokens
  double unknown_words = 1;  // fraction of its <unk>
};

// Adds the metrics closed_bits_per_byte, closed_word_perplexity and their parts, as far as they are
// known. Sets whether bits_per_byte and word_perplexity, which are already there, are comparable
// without them.
void AddClosedMetrics(const TextCounts& text, const TokenizerSpec& tokenizer,
                      const std::optional<ClosedText>& closed, const ClosedShare& share,
                      Evaluation* evaluation);

}  // namespace elman
