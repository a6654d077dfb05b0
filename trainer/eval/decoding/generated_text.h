// A text that a language model is writing, token by token: how far it is, and where it ends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/vocabulary.h"
#include "data/tokenizer/detokenizer.h"

namespace elman {

// A text is complete with whichever comes first.
struct TextEnd {
  int max_tokens = 100;
  int lines = 1;                        // its so many-th </s>
  std::vector<std::string> stops = {};  // one of these, none of them empty, is in it
};

enum class Finish { kNotYet, kLines, kStop, kMaxTokens };

// Copies are hypotheses that go on by themselves.
class GeneratedText {
 public:
  // Goes on from a text whose tokens `detokenizer` has read. `end` and `vocabulary` must outlive
  // it.
  GeneratedText(const TextEnd* end, const Vocabulary* vocabulary, Detokenizer detokenizer)
      : end_(end), end_id_(vocabulary->end_id()), detokenizer_(detokenizer) {}

  // Adds a token, the model's log-probability of which is given. Not after the end.
  void Append(int32_t token, double log_probability);

  Finish finish() const { return finish_; }

  // Without what completes it: the last line feed, or the stop text and what came with it.
  std::string_view text() const;
  // How many bytes of it are certain, whatever tokens follow.
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
