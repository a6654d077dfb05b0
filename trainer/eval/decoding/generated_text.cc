#include "trainer/eval/decoding/generated_text.h"

#include <algorithm>

#include "trainer/network/math/check.h"

namespace elman {

void GeneratedText::Append(int32_t token, double log_probability) {
  CHECK_EQ(static_cast<int>(finish_), static_cast<int>(Finish::kNotYet));
  tokens_.push_back(token);
  log_probabilities_.push_back(log_probability);
  log_probability_ += log_probability;
  const size_t first_new = text_.size();
  detokenizer_.Append(static_cast<uint32_t>(token), &text_);
  lines_ += static_cast<uint32_t>(token) == end_id_;
  if (static_cast<int>(tokens_.size()) >= end_->max_tokens) finish_ = Finish::kMaxTokens;
  if (lines_ >= end_->lines) finish_ = Finish::kLines;
  FindStop(first_new);
}

// Cuts the text before the first stop text, which can only end after `first_new`.
void GeneratedText::FindStop(size_t first_new) {
  size_t first = text_.npos;
  for (const std::string& stop : end_->stops) {
    const size_t from = first_new - std::min(first_new, stop.size() - 1);
    first = std::min(first, text_.find(stop, from));
  }
  if (first == text_.npos) return;
  text_.resize(first);
  finish_ = Finish::kStop;
}

std::string_view GeneratedText::text() const {
  const bool line_ends = finish_ != Finish::kStop && !tokens_.empty() &&
                         static_cast<uint32_t>(tokens_.back()) == end_id_;
  return std::string_view(text_).substr(0, text_.size() - line_ends);
}

size_t GeneratedText::settled() const {
  const size_t size = text().size();
  if (finish_ != Finish::kNotYet) return size;
  // The end of the text may be the start of a stop text.
  size_t begun = 0;
  for (const std::string& stop : end_->stops) {
    for (size_t length = std::min(stop.size() - 1, text_.size()); length > begun; --length) {
      if (text_.ends_with(std::string_view(stop).substr(0, length))) begun = length;
    }
  }
  return std::min(size, text_.size() - begun);
}

}  // namespace elman
