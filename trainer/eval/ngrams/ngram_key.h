// Encodes n-grams as integers, whose order is the sort order of n-grams.
#pragma once

#include <bit>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "data/text/vocabulary.h"

namespace elman {

using NgramKey = unsigned __int128;

// From the most significant digit to the least: the tokens of the context from the newest to the
// oldest, then the token that follows it. So n-grams of one context are adjacent, contexts with the
// same newest tokens are adjacent, and a context is followed by the longer ones that extend it by
// older tokens. A context that begins with <s> is padded with <pad>.
class NgramCoding {
 public:
  // Tokens are below `ids`.
  NgramCoding(int order, uint32_t ids)
      : order_(order), bits_(std::bit_width(ids - 1)), mask_((NgramKey{1} << bits_) - 1) {}

  // InvalidArgument if n-grams of this order over this vocabulary do not fit into a key.
  static absl::Status Check(int order, uint32_t ids) {
    const int most = kKeyBits / std::bit_width(ids - 1);
    if (order < 1 || order > most) {
      return absl::InvalidArgumentError(absl::StrCat("--order=", order, ": with a vocabulary of ",
                                                     ids, " tokens it must be from 1 to ", most));
    }
    if (ids <= kMaxIds) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("a vocabulary of ", ids, " tokens, but n-gram models support at most ",
                     kMaxIds, "; preprocess with a smaller --vocab_size"));
  }
  static constexpr uint32_t kMaxIds = uint32_t{1} << 24;

  int order() const { return order_; }
  // Number of 32-bit words per key.
  int words() const { return (order_ * bits_ + 31) / 32; }
  int key_bits() const { return order_ * bits_; }

  // Context returns the digits of a context as a number. Extend appends a newer token and drops the
  // oldest one.
  NgramKey Context(uint32_t start_id, uint32_t pad_id) const {
    NgramKey context = 0;
    for (int i = 1; i < order_; ++i) context = context << bits_ | (i == 1 ? start_id : pad_id);
    return context;
  }
  NgramKey Extend(NgramKey context, uint32_t token) const {
    return order_ == 1 ? 0 : NgramKey{token} << (order_ - 2) * bits_ | context >> bits_;
  }
  NgramKey Ngram(NgramKey context, uint32_t token) const { return context << bits_ | token; }

  // Returns the token of an n-gram's context by age: 1 is the newest, order() - 1 the oldest.
  uint32_t ContextToken(NgramKey ngram, int age) const {
    return static_cast<uint32_t>(ngram >> (order_ - age) * bits_ & mask_);
  }
  uint32_t Token(NgramKey ngram) const { return static_cast<uint32_t>(ngram & mask_); }

 private:
  static constexpr int kKeyBits = 128;
  int order_;
  int bits_;  // per digit
  NgramKey mask_;
};

}  // namespace elman
