#include "data/programs/preprocess_texts.h"

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/command_line/program.h"
#include "data/io/status_macros.h"
#include "data/preprocess/preprocess.h"
#include "data/preprocess/preprocess_cooccurrences.h"
#include "data/programs/preprocess_flags.h"
#include "data/text/label_order.h"
#include "data/text/tag_scheme.h"
#include "data/text/task_fields.h"
#include "data/tokenizer/tokenizer.h"

namespace elman {
namespace {

// The value of a flag that names one of a list.
template <typename Value, size_t n>
absl::StatusOr<Value> ParseName(std::string_view flag, const std::string& name,
                                const std::pair<const char*, Value> (&known)[n]) {
  std::string names;
  for (const auto& [value_name, value] : known) {
    if (name == value_name) return value;
    absl::StrAppend(&names, names.empty() ? "" : ", ", value_name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--", std::string(flag), "=", name, " is unknown; expected one of ", names));
}

absl::StatusOr<TokenizerSpec::Kind> ParseTokenizerKind(std::string_view flag,
                                                       const std::string& name) {
  constexpr std::pair<const char*, TokenizerSpec::Kind> kKinds[] = {
      {"word", TokenizerSpec::WORD},
      {"whitespace", TokenizerSpec::WHITESPACE},
      {"character", TokenizerSpec::CHARACTER},
      {"byte", TokenizerSpec::BYTE},
      {"bpe", TokenizerSpec::BPE},
      {"unigram", TokenizerSpec::UNIGRAM},
      {"wordpiece", TokenizerSpec::WORDPIECE},
      {"sentencepiece", TokenizerSpec::SENTENCEPIECE}};
  return ParseName(flag, name, kKinds);
}

absl::StatusOr<Task> ParseTask(const std::string& name) {
  constexpr std::pair<const char*, Task> kTasks[] = {{"language_model", LANGUAGE_MODEL},
                                                     {"tagging", TAGGING},
                                                     {"classification", CLASSIFICATION},
                                                     {"translation", TRANSLATION},
                                                     {"embedding", EMBEDDING}};
  return ParseName("task", name, kTasks);
}

absl::Status CheckOnlyVocabularyOf() {
  if (!SaysVocabulary()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "--vocabulary_of takes over tokenizers, vocabularies and how they are used; leave out the "
      "flags that say these");
}

// The kind of a tokenizer by its name and that of its model, and the file that goes with it.
absl::Status ParseTokenizer(std::string_view prefix, std::string name, const std::string& model,
                            const std::string& vocabulary, TokenizerSpec* spec, std::string* file) {
  if (!model.empty() && name.empty()) name = "sentencepiece";
  ASSIGN_OR_RETURN(const TokenizerSpec::Kind kind,
                   ParseTokenizerKind(absl::StrCat(std::string(prefix), "tokenizer"), name));
  spec->set_kind(kind);
  *file = kind == TokenizerSpec::SENTENCEPIECE ? model : vocabulary;
  const bool both = !model.empty() && !vocabulary.empty();
  if (!both && (model.empty() || kind == TokenizerSpec::SENTENCEPIECE)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--", std::string(prefix), "tokenizer_model goes with no other tokenizer or vocabulary"));
}

absl::Status ParseTokenizers(PreprocessOptions* options) {
  options->tokenizer_sample_bytes = absl::GetFlag(FLAGS_tokenizer_sample_mb) << 20;
  options->vocabulary_of = absl::GetFlag(FLAGS_vocabulary_of);
  options->tokenizer.set_keep_empty_lines(absl::GetFlag(FLAGS_keep_empty_lines));
  if (!options->vocabulary_of.empty()) return CheckOnlyVocabularyOf();
  std::string name = absl::GetFlag(FLAGS_tokenizer);
  const std::string model = absl::GetFlag(FLAGS_tokenizer_model);
  if (name.empty() && model.empty()) name = options->task == TAGGING ? "whitespace" : "word";
  RETURN_IF_ERROR(ParseTokenizer("", name, model, absl::GetFlag(FLAGS_vocabulary),
                                 &options->tokenizer, &options->tokenizer_file));
  options->tokenizer.set_lowercase(absl::GetFlag(FLAGS_lowercase));
  const bool counted = IsCounted(options->tokenizer.kind());
  options->tokenizer.set_min_count(
      absl::GetFlag(FLAGS_min_count)
          .value_or(counted ? TraitsOf(options->task).default_min_count : 0));
  options->tokenizer.set_vocab_size(absl::GetFlag(FLAGS_vocab_size));
  options->shared_vocabulary = absl::GetFlag(FLAGS_shared_vocabulary);

  const std::string target = absl::GetFlag(FLAGS_target_tokenizer);
  TokenizerSpec& spec = options->target_tokenizer;
  spec.set_min_count(absl::GetFlag(FLAGS_target_min_count));
  spec.set_vocab_size(absl::GetFlag(FLAGS_target_vocab_size));
  if (target.empty() && (spec.min_count() > 0 || spec.vocab_size() > 0)) {
    return absl::InvalidArgumentError(
        "--target_vocab_size and --target_min_count need --target_tokenizer");
  }
  const std::string target_model = absl::GetFlag(FLAGS_target_tokenizer_model);
  if (target.empty() && target_model.empty()) return spec.Clear(), absl::OkStatus();
  RETURN_IF_ERROR(ParseTokenizer("target_", target, target_model,
                                 absl::GetFlag(FLAGS_target_vocabulary), &spec,
                                 &options->target_tokenizer_file));
  spec.set_lowercase(options->tokenizer.lowercase());
  return absl::OkStatus();
}

// FILE[,FILE...], or for translation also SOURCE:TARGET[,SOURCE:TARGET...].
PreprocessOptions::Split ParseSplit(const std::string& name, const std::string& files, Task task) {
  PreprocessOptions::Split split = {.name = name, .files = absl::StrSplit(files, ',')};
  if (task != TRANSLATION) return split;
  for (std::string& file : split.files) {
    const size_t colon = file.find(':');
    if (colon == std::string::npos) continue;
    split.target_files.push_back(file.substr(colon + 1));
    file.resize(colon);
  }
  return split;
}

absl::Status ParseWeights(const std::string& text, std::vector<uint64_t>* weights) {
  if (text.empty()) return absl::OkStatus();
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    if (!absl::SimpleAtoi(part, &weights->emplace_back())) {
      return absl::InvalidArgumentError(
          absl::StrCat("--split=", text, ": expected numbers such as 98,1,1"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<PreprocessSpec::OnInvalid> ParseOnInvalid(const std::string& name) {
  constexpr std::pair<const char*, PreprocessSpec::OnInvalid> kWays[] = {
      {"keep", PreprocessSpec::KEEP},
      {"replace", PreprocessSpec::REPLACE},
      {"skip", PreprocessSpec::SKIP},
      {"fail", PreprocessSpec::FAIL}};
  return ParseName("on_invalid", name, kWays);
}

absl::StatusOr<PreprocessOptions> OptionsFromFlags(const CommandLine& line, bool launched) {
  RETURN_IF_ERROR(ExpectNoArguments(line));
  if (absl::GetFlag(FLAGS_window) != kDefaultWindow)
    return absl::InvalidArgumentError("--window is for --cooccurrences_of");
  PreprocessOptions options;
  ASSIGN_OR_RETURN(options.task, ParseTask(absl::GetFlag(FLAGS_task)));
  RETURN_IF_ERROR(ParseTokenizers(&options));
  const std::pair<const char*, std::string> splits[] = {{"train", absl::GetFlag(FLAGS_train)},
                                                        {"valid", absl::GetFlag(FLAGS_valid)},
                                                        {"test", absl::GetFlag(FLAGS_test)}};
  for (const auto& [name, files] : splits) {
    if (!files.empty()) options.splits.push_back(ParseSplit(name, files, options.task));
  }
  RETURN_IF_ERROR(ParseWeights(absl::GetFlag(FLAGS_split), &options.split_weights));
  ASSIGN_OR_RETURN(options.on_invalid, ParseOnInvalid(absl::GetFlag(FLAGS_on_invalid)));
  ASSIGN_OR_RETURN(options.label_order, ParseLabelOrder(absl::GetFlag(FLAGS_label_order)));
  if (const std::string scheme = absl::GetFlag(FLAGS_tag_scheme); !scheme.empty()) {
    ASSIGN_OR_RETURN(options.tag_scheme, ParseTagScheme("tag_scheme", scheme));
  }
  options.output = absl::GetFlag(FLAGS_output);
  options.shard_tokens = absl::GetFlag(FLAGS_shard_tokens);
  options.threads = absl::GetFlag(FLAGS_threads);
  options.memory_mb = absl::GetFlag(FLAGS_memory_mb);
  if (options.threads == 0) options.threads = DefaultThreads(launched);
  RETURN_IF_ERROR(CheckOptions(&options));
  return options;
}

}  // namespace

int PreprocessTexts(const CommandLine& line, Communicator* workers, Interruption* interruption) {
  const absl::StatusOr<PreprocessOptions> options = OptionsFromFlags(line, workers->size() > 1);
  if (!options.ok()) return Fail(*workers, options.status(), kExitUsage);
  const absl::StatusOr<PreprocessReport> report = Preprocess(*options, workers, interruption);
  if (!report.ok()) return Fail(*workers, report.status(), kExitFailed);
  if (workers->rank() == 0) {
    std::fputs(ReportText(*report).c_str(), stderr);
    PrintNextCommand(options->output);
  }
  return kExitDone;
}

}  // namespace elman
