#include "data/staging/preprocess_options.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/io/status_macros.h"
#include "data/text/task_fields.h"
#include "data/tokenizer/tokenizer.h"

namespace elman {

namespace {

// Checks that the file of a tokenizer is given if and only if its kind needs one.
absl::Status CheckTokenizerFile(const std::string& flag, TokenizerSpec::Kind kind,
                                const std::string& file) {
  if (IsImported(kind) == !file.empty()) return absl::OkStatus();
  if (kind == TokenizerSpec::WORDPIECE) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, "tokenizer=wordpiece requires ", flag,
                     "vocabulary=FILE, the vocab.txt of a BERT model"));
  }
  if (kind == TokenizerSpec::SENTENCEPIECE) {
    return absl::InvalidArgumentError(absl::StrCat(flag, "tokenizer=sentencepiece requires ", flag,
                                                   "tokenizer_model=FILE.model"));
  }
  return absl::InvalidArgumentError(absl::StrCat(flag, "vocabulary=", file, " requires ", flag,
                                                 "tokenizer=wordpiece; to reuse the vocabulary of "
                                                 "a data set, use --vocabulary_of=DATASET_DIR"));
}

// Checks the options of a tokenizer. `prefix` is the prefix of its flags: "--" or "--target_".
absl::Status CheckTokenizer(std::string_view prefix, const std::string& file, TokenizerSpec* spec) {
  const std::string flag(prefix);
  RETURN_IF_ERROR(CheckTokenizerFile(flag, spec->kind(), file));
  if (spec->vocab_size() > 0 && IsImported(spec->kind())) {
    return absl::InvalidArgumentError(absl::StrCat(
        flag, "vocab_size cannot change the size of an existing vocabulary; leave it out with ",
        file));
  }
  if (spec->min_count() > 0 && !IsCounted(spec->kind())) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag,
                     "min_count is for the tokenizers word, whitespace and character; leave it "
                     "out, or limit the size with --vocab_size"));
  }
  if (spec->vocab_size() > 0 && spec->kind() == TokenizerSpec::BYTE) {
    return absl::InvalidArgumentError(absl::StrCat(
        flag, "vocab_size cannot be used with ", flag,
        "tokenizer=byte, which always has 257 tokens (256 bytes and </s>); leave it out"));
  }
  if (IsSubword(spec->kind()) && spec->vocab_size() == 0) {
    spec->set_vocab_size(kDefaultSubwordVocabSize);
  }
  const uint64_t least = IsSubword(spec->kind()) ? 259 : 3;
  constexpr uint64_t kMax = uint64_t{1} << 30;
  if (spec->vocab_size() > kMax || (spec->vocab_size() != 0 && spec->vocab_size() < least)) {
    return absl::InvalidArgumentError(
        absl::StrCat(flag, "vocab_size=", spec->vocab_size(), ": expected ", least, " to ", kMax,
                     IsSubword(spec->kind())
                         ? " for subwords (256 bytes, <unk>, </s> and at least one more token)"
                         : ""));
  }
  return absl::OkStatus();
}

// Checks options that apply only to some tasks.
absl::Status CheckTask(const PreprocessOptions& options) {
  const bool targets = options.target_tokenizer.kind() != TokenizerSpec::KIND_UNSPECIFIED;
  if (options.task != TRANSLATION && (targets || options.shared_vocabulary)) {
    return absl::InvalidArgumentError(
        "--target_tokenizer and --shared_vocabulary are for --task=translation; leave them out");
  }
  if (targets && options.shared_vocabulary) {
    return absl::InvalidArgumentError(
        "--target_tokenizer cannot be used with --shared_vocabulary, which has one tokenizer for "
        "both languages; leave one of them out");
  }
  if (!IsRunningText(options.task) && options.tokenizer.keep_empty_lines()) {
    return absl::InvalidArgumentError(
        "--keep_empty_lines is for --task=language_model and --task=embedding; leave it out");
  }
  if (IsRunningText(options.task) && options.max_length > 0) {
    return absl::InvalidArgumentError(
        "--max_length is for tagging, classification and translation; lines of running text may "
        "have any length; leave it out");
  }
  if (options.max_length == 0 && options.on_long != PreprocessSpec::DROP)
    return absl::InvalidArgumentError("--on_long requires --max_length=N");
  if (options.task != CLASSIFICATION &&
      options.label_order.kind != LabelOrderSpec::Kind::kDefault) {
    return absl::InvalidArgumentError("--label_order is for --task=classification; leave it out");
  }
  if (options.task != TAGGING && options.tag_scheme != FieldEntry::UNRECORDED) {
    return absl::InvalidArgumentError("--tag_scheme is for --task=tagging; leave it out");
  }
  if (options.task != TAGGING && options.columns.word + options.columns.tag > 0) {
    return absl::InvalidArgumentError(
        "--word_column and --tag_column are for --task=tagging; leave them out");
  }
  for (const PreprocessOptions::Split& split : options.splits) {
    if (!split.target_files.empty() &&
        (options.task != TRANSLATION || split.target_files.size() != split.files.size())) {
      return absl::InvalidArgumentError(
          absl::StrCat("--", split.name,
                       ": parallel files SOURCE:TARGET require --task=translation, and cannot be "
                       "mixed with other files in one split"));
    }
  }
  return absl::OkStatus();
}

// Checks the weights of --split.
absl::Status CheckWeights(const PreprocessOptions& options) {
  constexpr uint64_t kMaxWeight = 1'000'000;
  const std::vector<uint64_t>& weights = options.split_weights;
  if (weights.empty()) return absl::OkStatus();
  const uint64_t most = *std::ranges::max_element(weights);
  if (weights.size() < 2 || weights.size() > 3 || weights[0] == 0 || most > kMaxWeight) {
    return absl::InvalidArgumentError(
        absl::StrCat("--split=", absl::StrJoin(weights, ","),
                     ": expected two or three whole numbers, the weights of train, valid "
                     "and test, for example 98,1,1; each up to ",
                     kMaxWeight, ", and train above 0"));
  }
  if (options.splits[0].name != "train") {
    return absl::InvalidArgumentError(
        "--split divides the text of --train, which is missing; add --train=FILE");
  }
  const std::vector<PreprocessOptions::Split> divided = DividedSplits({options.splits[0]}, weights);
  for (size_t i = 1; i < options.splits.size(); ++i) {
    for (const PreprocessOptions::Split& part : divided) {
      if (part.name != options.splits[i].name) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          "--", part.name, " is given, so its weight in --split must be 0, or leave out --split"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<PreprocessOptions::Split> DividedSplits(std::vector<PreprocessOptions::Split> splits,
                                                    const std::vector<uint64_t>& weights) {
  if (weights.empty()) return splits;
  const char* const names[] = {"train", "valid", "test"};
  const uint64_t whole = std::accumulate(weights.begin(), weights.end(), uint64_t{0});
  std::vector<PreprocessOptions::Split> divided;
  uint64_t begin = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    PreprocessOptions::Split part = splits[0];
    part.name = names[i];
    part.part = {begin, begin + weights[i], whole};
    begin += weights[i];
    if (weights[i] > 0) divided.push_back(std::move(part));
  }
  divided.insert(divided.end(), splits.begin() + 1, splits.end());
  return divided;
}

absl::Status CheckResources(uint64_t shard_tokens, int threads, uint64_t memory_mb) {
  if (shard_tokens == 0) {
    return absl::InvalidArgumentError("--shard_tokens must be at least 1");
  }
  if (threads < 1 || threads > 1024) {
    return absl::InvalidArgumentError(absl::StrCat("--threads=", threads, ": expected 1 to 1024"));
  }
  constexpr uint64_t kMaxMemoryMb = uint64_t{1} << 24;
  if (memory_mb < kMinMemoryMb || memory_mb > kMaxMemoryMb) {
    return absl::InvalidArgumentError(
        absl::StrCat("--memory_mb=", memory_mb, ": expected ", kMinMemoryMb, " to ", kMaxMemoryMb));
  }
  return absl::OkStatus();
}

absl::Status CheckOptions(PreprocessOptions* options) {
  const bool train = !options->splits.empty() && options->splits[0].name == "train";
  if (!train && (options->splits.empty() || options->vocabulary_of.empty())) {
    return absl::InvalidArgumentError(
        "--train=FILE is missing; usage: elman-preprocess --train=FILE --output=DATASET_DIR");
  }
  if (options->output.empty()) {
    return absl::InvalidArgumentError(
        "--output=DATASET_DIR is missing; name a new folder for the data set");
  }
  RETURN_IF_ERROR(CheckTask(*options));
  RETURN_IF_ERROR(CheckWeights(*options));
  int standard_inputs = 0;
  for (const PreprocessOptions::Split& split : options->splits) {
    for (const auto* files : {&split.files, &split.target_files}) {
      for (const std::string& file : *files) {
        if (file.empty()) {
          return absl::InvalidArgumentError(
              absl::StrCat("--", split.name, ": found an empty file name; remove the extra comma"));
        }
        standard_inputs += file == "-";
      }
    }
  }
  if (standard_inputs > 1) {
    return absl::InvalidArgumentError(
        "standard input ('-') is given more than once; write the text of one split to a file");
  }
  if (options->vocabulary_of.empty()) {
    RETURN_IF_ERROR(CheckTokenizer("--", options->tokenizer_file, &options->tokenizer));
  }
  if (options->target_tokenizer.kind() != TokenizerSpec::KIND_UNSPECIFIED) {
    RETURN_IF_ERROR(
        CheckTokenizer("--target_", options->target_tokenizer_file, &options->target_tokenizer));
  }
  if (options->tokenizer_sample_bytes == 0) {
    return absl::InvalidArgumentError("--tokenizer_sample_mb must be at least 1");
  }
  return CheckResources(options->shard_tokens, options->threads, options->memory_mb);
}

}  // namespace elman
