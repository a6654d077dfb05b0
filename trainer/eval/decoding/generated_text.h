// A text during its generation by a language model, and the conditions that end it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/vocabulary.h"
#include "data/tokenizer/detokenizer.h"

namespace elman {

// A text is complete as soon as one of these conditions is met.
struct TextEnd {
  int max_tokens = 100;
  int lines = 1;                        // number of </s> tokens
  std::vector<std::string> stops = {};  // texts that end it; none of them is empty
};

enum class Finish { kNotYet, kLines, kStop, kMaxTokens };

// Can be copied: copies are independent hypotheses.
class GeneratedText {
 public:
  // Continues the text that `detokenizer` has read. `end` and `vocabulary` must outlive it.
  GeneratedText(const TextEnd* end, const Vocabulary* vocabulary, Detokenizer detokenizer)
      : end_(end), end_id_(vocabulary->end_id()), detokenizer_(detokenizer) {}

  // Appends a token with the given log-probability. Must not be called after the end.
  void Append(int32_t token, double log_probability);

  Finish finish() const { return finish_; }

  // The text without its end: without the last line feed, or without the stop text and what follows
  // it.
  std::string_view text() const;
  // Number of bytes of text() that later tokens cannot change.
  size_t settled() const;

  const std::vector<int32_t>& tokens() const { return tokens_; }
  const std::vector<double>& log_probabilities() const { return log_probabilities_; }  // in nats
  double log_probability() const { return log_probability_; }                          // their sum

 private:
  void FindStop(size_t first_new);

  const TextEnd* end_;
  uint32_t end_id_;
  Detokenizer detokenizer_;
  std::string text_;
  std::vector<int32_t> tokens_;
  std::vector<double> log_probabilities_;
  double log_probability_ = 0;
  int lines_ = 0;
  Finish finish_ = Finish::kNotYet;
};

}  // namespace elman
