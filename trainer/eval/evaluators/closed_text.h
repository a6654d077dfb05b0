// What the raw text of a split costs besides its tokens: the results of a language model closed by
// the spelling of unknown words and by what its tokenizer leaves out (launch/guides/formats.md,
// "Closed results").
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

// Spells the unknown words of a split, one after another in its order.
class UnknownSpeller {
 public:
  // The model is estimated on the rarest types of the vocabulary, each once: the last kMostTypes of
  // its pieces that can be predicted, without <unk> and </s>.
  static constexpr uint32_t kMostTypes = 1 << 16;
  explicit UnknownSpeller(const Vocabulary& vocabulary);

  // The bits of the next one: whether it is a literal "<unk>", coded adaptively, and if not, its
  // spelling.
  double NextBits(std::string_view word);

  uint64_t spelled() const { return spelled_; }  // so far, other than a literal "<unk>"

 private:
  SpellingModel model_;
  uint64_t literal_ = 0, spelled_ = 0;
};

struct ClosedText {
  double spelling_bits = 0;     // of all unknown words
  double restoration_bits = 0;  // of spaces, case and the like
  uint64_t spelled_words = 0;   // unknown words other than a literal "<unk>"
};

// Nothing where the data set does not keep what it takes: of the split train, and of data sets made
// by earlier versions.
absl::StatusOr<std::optional<ClosedText>> ReadClosedText(std::shared_ptr<const Dataset> dataset,
                                                         std::string_view split);

// More tokens of unknown spelling than this fraction: results without it do not compare.
inline constexpr double kMostUnknownToCompare = 0.001;

// The lines that figures are of: all of a split, or some.
struct ClosedShare {
  double bits = 0;           // of the model
  double text = 1;           // fraction of the split's tokens
  double unknown_words = 1;  // fraction of its <unk>
};

// Adds the figures closed_bits_per_byte, closed_word_perplexity and their parts, as far as they are
// known; and whether bits_per_byte and word_perplexity, which are there already, compare without
// them.
void AddClosedFigures(const TextCounts& text, const TokenizerSpec& tokenizer,
                      const std::optional<ClosedText>& closed, const ClosedShare& share,
                      Evaluation* evaluation);

}  // namespace elman
