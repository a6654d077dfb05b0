#include "data/preprocess_options.h"

#include "absl/strings/str_cat.h"
#include "data/tokenizer/tokenizer.h"

namespace elman {

absl::Status CheckOptions(PreprocessOptions* options) {
  TokenizerSpec& spec = options->tokenizer;
  const bool counted = !IsSubword(spec.kind()) && spec.kind() != TokenizerSpec::BYTE;
  if (options->output.empty()) return absl::InvalidArgumentError("--output is missing");
  if (options->splits.empty() || options->splits[0].name != "train") {
    return absl::InvalidArgumentError("--train is missing");
  }
  int standard_inputs = 0;
  for (const PreprocessOptions::Split& split : options->splits) {
    for (const std::string& file : split.files) {
      if (file.empty()) {
        return absl::InvalidArgumentError(absl::StrCat("--", split.name, ": an empty file name"));
      }
      standard_inputs += file == "-";
    }
  }
  if (standard_inputs > 1) {
    return absl::InvalidArgumentError("standard input ('-') can be given once only");
  }
  if (spec.min_count() > 0 && !counted) {
    return absl::InvalidArgumentError(
        "--min_count is for the tokenizers word, whitespace and character");
  }
  if (spec.vocab_size() > 0 && spec.kind() == TokenizerSpec::BYTE) {
    return absl::InvalidArgumentError(
        "--vocab_size does not go with --tokenizer=byte, which has 257 types: the bytes and </s>");
  }
  if (IsSubword(spec.kind()) && spec.vocab_size() == 0) {
    spec.set_vocab_size(kDefaultSubwordVocabSize);
  }
  const uint64_t least = IsSubword(spec.kind()) ? 259 : 3;
  constexpr uint64_t kMost = uint64_t{1} << 30;
  if (spec.vocab_size() > kMost || (spec.vocab_size() != 0 && spec.vocab_size() < least)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--vocab_size=", spec.vocab_size(), ": expected ", least, " to ", kMost));
  }
  if (options->shard_tokens == 0) {
    return absl::InvalidArgumentError("--shard_tokens must be at least 1");
  }
  if (options->threads < 1 || options->threads > 1024) {
    return absl::InvalidArgumentError(
        absl::StrCat("--threads=", options->threads, ": expected 1 to 1024"));
  }
  return absl::OkStatus();
}

}  // namespace elman
