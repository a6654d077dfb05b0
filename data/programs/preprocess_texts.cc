#include "data/programs/preprocess_texts.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "data/command_line/flag_groups.h"
#include "data/command_line/output_checks.h"
#include "data/command_line/path_lists.h"
#include "data/command_line/program.h"
#include "data/format/named_values.h"
#include "data/format/shell_word.h"
#include "data/format/table_text.h"
#include "data/io/file_system.h"
#include "data/io/status_macros.h"
#include "data/preprocess/example_lines.h"
#include "data/preprocess/preprocess.h"
#include "data/preprocess/recognized_task.h"
#include "data/programs/preprocess_flags.h"
#include "data/text/label_order.h"
#include "data/text/tag_scheme.h"
#include "data/text/tagged_columns.h"
#include "data/text/task_fields.h"
#include "data/tokenizer/tokenizer.h"
#include "trainer/comm/agreement.h"

namespace elman {
namespace {

absl::StatusOr<TokenizerSpec::Kind> ParseTokenizerKind(std::string_view flag,
                                                       const std::string& name) {
  constexpr NamedValue<TokenizerSpec::Kind> kKinds[] = {
      {"word", TokenizerSpec::WORD},
      {"whitespace", TokenizerSpec::WHITESPACE},
      {"character", TokenizerSpec::CHARACTER},
      {"byte", TokenizerSpec::BYTE},
      {"bpe", TokenizerSpec::BPE},
      {"unigram", TokenizerSpec::UNIGRAM},
      {"wordpiece", TokenizerSpec::WORDPIECE},
      {"sentencepiece", TokenizerSpec::SENTENCEPIECE}};
  return ParseNamed(flag, name, kKinds);
}

absl::StatusOr<Task> ParseTask(const std::string& name) {
  constexpr NamedValue<Task> kTasks[] = {{"language_model", LANGUAGE_MODEL},
                                         {"tagging", TAGGING},
                                         {"classification", CLASSIFICATION},
                                         {"translation", TRANSLATION},
                                         {"embedding", EMBEDDING}};
  return ParseNamed("--task", name, kTasks);
}

// Recognizes the task from the first file that the flags name, or from --vocabulary_of.
absl::StatusOr<RecognizedTask> RecognizeTaskOfFlags() {
  if (const std::string folder = absl::GetFlag(FLAGS_vocabulary_of); !folder.empty())
    return TaskOfVocabularies(folder);
  const absl::StatusOr<PathLists> paths =
      ExpandPaths("--train", absl::GetFlag(FLAGS_train), /*pairs=*/true);
  if (!paths.ok() || paths->files.empty()) return RecognizedTask();  // reported later
  if (!paths->targets.empty()) {
    return RecognizedTask{TRANSLATION, absl::StrCat(paths->files[0], " and ", paths->targets[0],
                                                    " are parallel files")};
  }
  return RecognizeTaskOfFile(paths->files[0]);
}

// The task of --task or, without it, the one that rank 0 recognizes and reports. Collective.
absl::StatusOr<Task> TaskOfFlags(Communicator* workers) {
  if (const std::string name = absl::GetFlag(FLAGS_task); !name.empty()) return ParseTask(name);
  absl::StatusOr<RecognizedTask> found = RecognizedTask();
  if (workers->rank() == 0) found = RecognizeTaskOfFlags();
  RETURN_IF_ERROR(AgreeWithRoot(workers, found.status()));
  if (workers->rank() == 0 && !found->reason.empty()) {
    std::fprintf(stderr, "task: %s: %s (--task=TASK chooses another)\n",
                 absl::AsciiStrToLower(Task_Name(found->task)).c_str(), found->reason.c_str());
  }
  std::string task = std::to_string(static_cast<int>(found->task));
  BroadcastString(workers, &task, 0);
  return static_cast<Task>(std::stoi(task));
}

// Flags of other commands, tasks and tokenizers are errors.
absl::Status CheckFlagsGiven(const CommandLine& line, const PreprocessOptions& options) {
  const Task task = options.task;
  const FlagGroup tasks[] = {
      {"--cooccurrences_of", false, {"window"}},
      {"--task=tagging", task == TAGGING, {"tag_scheme", "word_column", "tag_column"}},
      {"--task=classification", task == CLASSIFICATION, {"label_order"}},
      {"--task=language_model and --task=embedding", IsRunningText(task), {"keep_empty_lines"}},
      {"--task=translation",
       task == TRANSLATION,
       {"shared_vocabulary", "target_tokenizer", "target_vocabulary", "target_tokenizer_model",
        "target_vocab_size", "target_min_count"}}};
  const std::string name = absl::AsciiStrToLower(Task_Name(task));
  RETURN_IF_ERROR(ExpectApplicable(line, tasks, absl::StrCat("this is --task=", name)));
  const FlagGroup vocabularies[] = {
      {"new vocabularies",
       options.vocabulary_of.empty(),
       {"tokenizer", "vocabulary", "tokenizer_model", "tokenizer_sample_mb", "vocab_size",
        "min_count", "target_tokenizer", "target_vocabulary", "target_tokenizer_model",
        "target_vocab_size", "target_min_count", "shared_vocabulary", "lowercase"}}};
  RETURN_IF_ERROR(ExpectApplicable(
      line, vocabularies, "--vocabulary_of reuses the vocabularies and tokenizers of a data set"));
  const TokenizerSpec::Kind target = options.target_tokenizer.kind();
  const bool learned = IsSubword(options.tokenizer.kind()) || IsSubword(target);
  const FlagGroup tokenizers[] = {
      {"--target_tokenizer",
       target != TokenizerSpec::KIND_UNSPECIFIED,
       {"target_vocabulary", "target_vocab_size", "target_min_count"}},
      {"--tokenizer=bpe and --tokenizer=unigram", learned, {"tokenizer_sample_mb"}}};
  return ExpectApplicable(line, tokenizers, "none is given");
}

// Sets the kind of a tokenizer and its file from the name of the tokenizer and the names of files.
absl::Status ParseTokenizer(std::string_view prefix, std::string name, const std::string& model,
                            const std::string& vocabulary, TokenizerSpec* spec, std::string* file) {
  if (!model.empty() && name.empty()) name = "sentencepiece";
  ASSIGN_OR_RETURN(const TokenizerSpec::Kind kind,
                   ParseTokenizerKind(absl::StrCat("--", std::string(prefix), "tokenizer"), name));
  spec->set_kind(kind);
  *file = kind == TokenizerSpec::SENTENCEPIECE ? model : vocabulary;
  const bool both = !model.empty() && !vocabulary.empty();
  if (!both && (model.empty() || kind == TokenizerSpec::SENTENCEPIECE)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", std::string(prefix),
                   "tokenizer_model cannot be combined with another tokenizer or with a "
                   "vocabulary; leave those out"));
}

absl::Status ParseTokenizers(PreprocessOptions* options) {
  options->tokenizer_sample_bytes = absl::GetFlag(FLAGS_tokenizer_sample_mb) << 20;
  options->vocabulary_of = absl::GetFlag(FLAGS_vocabulary_of);
  options->tokenizer.set_keep_empty_lines(absl::GetFlag(FLAGS_keep_empty_lines));
  if (!options->vocabulary_of.empty()) return absl::OkStatus();
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
  const std::string target_model = absl::GetFlag(FLAGS_target_tokenizer_model);
  if (target.empty() && target_model.empty()) return spec.Clear(), absl::OkStatus();
  RETURN_IF_ERROR(ParseTokenizer("target_", target, target_model,
                                 absl::GetFlag(FLAGS_target_vocabulary), &spec,
                                 &options->target_tokenizer_file));
  spec.set_lowercase(options->tokenizer.lowercase());
  return absl::OkStatus();
}

// The splits that the flags name. Rank 0 lists the files and broadcasts them. Collective.
absl::StatusOr<std::vector<PreprocessOptions::Split>> SplitsOfFlags(Task task,
                                                                    Communicator* workers) {
  const std::pair<const char*, std::string> given[] = {{"train", absl::GetFlag(FLAGS_train)},
                                                       {"valid", absl::GetFlag(FLAGS_valid)},
                                                       {"test", absl::GetFlag(FLAGS_test)}};
  std::vector<PreprocessOptions::Split> splits;
  for (const auto& [name, text] : given) {
    if (text.empty()) continue;
    absl::StatusOr<PathLists> paths = PathLists{};
    if (workers->rank() == 0)
      paths = ExpandPaths(absl::StrCat("--", name), text, /*pairs=*/task == TRANSLATION);
    RETURN_IF_ERROR(AgreeWithRoot(workers, paths.status()));
    for (std::vector<std::string>* list : {&paths->files, &paths->targets}) {
      constexpr char kBetweenPaths = '\0';
      std::string all = absl::StrJoin(*list, absl::string_view(&kBetweenPaths, 1));
      BroadcastString(workers, &all, 0);
      *list = absl::StrSplit(all, kBetweenPaths, absl::SkipEmpty());
    }
    splits.push_back({.name = name,
                      .files = std::move(paths->files),
                      .target_files = std::move(paths->targets)});
  }
  return splits;
}

absl::Status ParseWeights(const std::string& text, std::vector<uint64_t>* weights) {
  if (text.empty()) return absl::OkStatus();
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    if (!absl::SimpleAtoi(part, &weights->emplace_back())) {
      return absl::InvalidArgumentError(
          absl::StrCat("--split=", text, ": expected whole numbers, for example 98,1,1"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<PreprocessSpec::OnInvalid> ParseOnInvalid(const std::string& name) {
  constexpr NamedValue<PreprocessSpec::OnInvalid> kWays[] = {{"keep", PreprocessSpec::KEEP},
                                                             {"replace", PreprocessSpec::REPLACE},
                                                             {"skip", PreprocessSpec::SKIP},
                                                             {"fail", PreprocessSpec::FAIL}};
  return ParseNamed("--on_invalid", name, kWays);
}

absl::StatusOr<PreprocessSpec::OnLong> ParseOnLong(const std::string& name) {
  constexpr NamedValue<PreprocessSpec::OnLong> kWays[] = {{"drop", PreprocessSpec::DROP},
                                                          {"truncate", PreprocessSpec::TRUNCATE}};
  return ParseNamed("--on_long", name, kWays);
}

// Files without a flag are errors: which split they belong to is not known. A pattern that the
// shell expands has the same effect.
absl::Status ExpectNoFileArguments(const CommandLine& line) {
  const auto file = std::ranges::find_if(line.arguments, FileExists);
  if (file == line.arguments.end()) return absl::OkStatus();
  const std::string word = ShellWord(*file);
  if (!line.given.contains("train")) {
    return absl::InvalidArgumentError(absl::StrCat(
        *file, ": unexpected argument; to make a data set of it: elman-preprocess --train=", word,
        " --output=DATASET_DIR"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(*file, ": unexpected argument; separate several files by commas, --train=FILE,",
                   word, ", or write a pattern in quotes, --train='*.txt'"));
}

// Collective.
absl::StatusOr<PreprocessOptions> OptionsFromFlags(const CommandLine& line, Communicator* workers) {
  RETURN_IF_ERROR(ExpectNoFileArguments(line));
  RETURN_IF_ERROR(ExpectNoArguments(line));
  PreprocessOptions options;
  ASSIGN_OR_RETURN(options.task, TaskOfFlags(workers));
  RETURN_IF_ERROR(ParseTokenizers(&options));
  RETURN_IF_ERROR(CheckFlagsGiven(line, options));
  RETURN_IF_ERROR(ParseWeights(absl::GetFlag(FLAGS_split), &options.split_weights));
  ASSIGN_OR_RETURN(options.on_invalid, ParseOnInvalid(absl::GetFlag(FLAGS_on_invalid)));
  options.max_length = absl::GetFlag(FLAGS_max_length);
  ASSIGN_OR_RETURN(options.on_long, ParseOnLong(absl::GetFlag(FLAGS_on_long)));
  ASSIGN_OR_RETURN(options.label_order, ParseLabelOrder(absl::GetFlag(FLAGS_label_order)));
  if (const std::string scheme = absl::GetFlag(FLAGS_tag_scheme); !scheme.empty()) {
    ASSIGN_OR_RETURN(options.tag_scheme, ParseTagScheme("tag_scheme", scheme));
  }
  ASSIGN_OR_RETURN(options.columns, ParseColumnChoice(absl::GetFlag(FLAGS_word_column),
                                                      absl::GetFlag(FLAGS_tag_column)));
  options.output = absl::GetFlag(FLAGS_output);
  options.shard_tokens = absl::GetFlag(FLAGS_shard_tokens);
  options.threads = absl::GetFlag(FLAGS_threads);
  options.memory_mb = absl::GetFlag(FLAGS_memory_mb);
  if (options.threads == 0) options.threads = DefaultThreads(/*launched=*/workers->size() > 1);
  // Last, because it is collective: the checks before have the same result on every rank.
  ASSIGN_OR_RETURN(options.splits, SplitsOfFlags(options.task, workers));
  const GivenPath inputs[] = {{"--vocabulary_of", options.vocabulary_of}};
  const bool first = workers->rank() == 0;
  RETURN_IF_ERROR(AgreeWithRoot(
      workers, first ? ExpectOutputApart({"--output", options.output}, inputs) : absl::OkStatus()));
  RETURN_IF_ERROR(CheckOptions(&options));
  return options;
}

}  // namespace

int PreprocessTexts(const CommandLine& line, Communicator* workers, Interruption* interruption) {
  const absl::StatusOr<PreprocessOptions> options = OptionsFromFlags(line, workers);
  if (!options.ok()) return Fail(*workers, line, options.status(), kExitUsage);
  const absl::StatusOr<PreprocessReport> report = Preprocess(*options, workers, interruption);
  if (!report.ok()) return Fail(*workers, line, report.status(), kExitFailed);
  if (workers->rank() == 0) {
    // Only for people: scripts read whole lines.
    const std::string text = ReportText(*report);
    std::fputs((::isatty(STDERR_FILENO) ? WrappedText(text, kReportWidth) : text).c_str(), stderr);
    std::fputs(ExampleLines(options->output).c_str(), stderr);
    PrintNextCommand(options->output, report->manifest);
  }
  return kExitDone;
}

}  // namespace elman
