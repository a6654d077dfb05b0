#include "data/preprocess_options.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/tokenizer/tokenizer.h"

namespace elman {

namespace {

// What is wrong with a tokenizer; `prefix` is that of its flags: "--" or "--target_".
absl::Status CheckTokenizer(std::string_view prefix, TokenizerSpec* spec) {
  const std::string flag(prefix);
  if (spec->min_count() > 0 && !IsCounted(spec->kind())) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, "min_count is for the tokenizers word, whitespace and character"));
  }
  if (spec->vocab_size() > 0 && spec->kind() == TokenizerSpec::BYTE) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, "vocab_size does not go with ", flag,
                     "tokenizer=byte, which has 257 types: the bytes and </s>"));
  }
  if (IsSubword(spec->kind()) && spec->vocab_size() == 0) {
    spec->set_vocab_size(kDefaultSubwordVocabSize);
  }
  const uint64_t least = IsSubword(spec->kind()) ? 259 : 3;
  constexpr uint64_t kMost = uint64_t{1} << 30;
  if (spec->vocab_size() > kMost || (spec->vocab_size() != 0 && spec->vocab_size() < least)) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, "vocab_size=", spec->vocab_size(), ": expected ", least, " to ", kMost));
  }
  return absl::OkStatus();
}

// What is wrong with what only some tasks have.
absl::Status CheckTask(const PreprocessOptions& options) {
  const bool targets = options.target_tokenizer.kind() != TokenizerSpec::KIND_UNSPECIFIED;
  if (options.task != TRANSLATION && (targets || options.shared_vocabulary)) {
    return absl::InvalidArgumentError(
        "--target_tokenizer and --shared_vocabulary are for --task=translation");
  }
  if (targets && options.shared_vocabulary) {
    return absl::InvalidArgumentError(
        "--target_tokenizer does not go with --shared_vocabulary, which is one tokenizer for both "
        "sides; leave one of them out");
  }
  if (options.task != LANGUAGE_MODEL && options.tokenizer.keep_empty_lines()) {
    return absl::InvalidArgumentError("--keep_empty_lines is for --task=language_model");
  }
  for (const PreprocessOptions::Split& split : options.splits) {
    if (!split.target_files.empty() &&
        (options.task != TRANSLATION || split.target_files.size() != split.files.size())) {
      return absl::InvalidArgumentError(
          absl::StrCat("--", split.name,
                       ": parallel files, SOURCE:TARGET, are for --task=translation, and then "
                       "all of a split must be of this form, or none"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOptions(PreprocessOptions* options) {
  if (options->output.empty()) return absl::InvalidArgumentError("--output is missing");
  if (options->splits.empty() || options->splits[0].name != "train") {
    return absl::InvalidArgumentError("--train is missing");
  }
  RETURN_IF_ERROR(CheckTask(*options));
  int standard_inputs = 0;
  for (const PreprocessOptions::Split& split : options->splits) {
    for (const auto* files : {&split.files, &split.target_files}) {
      for (const std::string& file : *files) {
        if (file.empty()) {
          return absl::InvalidArgumentError(absl::StrCat("--", split.name, ": an empty file name"));
        }
        standard_inputs += file == "-";
      }
    }
  }
  if (standard_inputs > 1) {
    return absl::InvalidArgumentError("standard input ('-') can be given once only");
  }
  RETURN_IF_ERROR(CheckTokenizer("--", &options->tokenizer));
  if (options->target_tokenizer.kind() != TokenizerSpec::KIND_UNSPECIFIED) {
    RETURN_IF_ERROR(CheckTokenizer("--target_", &options->target_tokenizer));
  }
  if (options->shard_tokens == 0) {
    return absl::InvalidArgumentError("--shard_tokens must be at least 1");
  }
  if (options->threads < 1 || options->threads > 1024) {
    return absl::InvalidArgumentError(
        absl::StrCat("--threads=", options->threads, ": expected 1 to 1024"));
  }
  constexpr uint64_t kMostMemoryMb = uint64_t{1} << 24;
  if (options->memory_mb < kLeastMemoryMb || options->memory_mb > kMostMemoryMb) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--memory_mb=", options->memory_mb, ": expected ", kLeastMemoryMb, " to ", kMostMemoryMb));
  }
  return absl::OkStatus();
}

}  // namespace elman
