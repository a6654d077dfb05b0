// elman-preprocess: text corpora to a data set.
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/io/command_line.h"
#include "data/io/interruption.h"
#include "data/io/program.h"
#include "data/io/status_macros.h"
#include "data/preprocess.h"
#include "data/workers/mpi_workers.h"

ABSL_FLAG(std::string, task, "language_model",
          "What the data are for, and so their format. language_model: a sentence or paragraph a "
          "line; classification: LABEL<TAB>TEXT; tagging: WORD<TAB>TAG, an empty line after each "
          "sentence; translation: SOURCE<TAB>TARGET, or parallel files.");
ABSL_FLAG(std::string, train, "",
          "Text files to train on: FILE[,FILE...], parallel ones as SOURCE:TARGET; '-' is standard "
          "input; .gz, .xz and .zst are read directly.");
ABSL_FLAG(std::string, valid, "", "Text files to validate on.");
ABSL_FLAG(std::string, test, "", "Text files to test on.");
ABSL_FLAG(std::string, output, "", "The folder to create for the data set.");
ABSL_FLAG(std::string, tokenizer, "",
          "How text is cut; by default word, for tagging whitespace. "
          "word: words and punctuation marks, split from each other; "
          "whitespace: pre-tokenized text; character: Unicode code points; byte: bytes; "
          "bpe, unigram: subwords learned by SentencePiece.");
ABSL_FLAG(uint64_t, vocab_size, 0,
          "At most so many types, <unk> and </s> included; 0: no bound, or, for bpe "
          "and unigram, 8000.");
ABSL_FLAG(uint64_t, min_count, 0, "Words and characters seen less often in train are <unk>.");
ABSL_FLAG(std::string, target_tokenizer, "",
          "For translation: the tokenizer of the target; by default as the source, size and least "
          "count too.");
ABSL_FLAG(uint64_t, target_vocab_size, 0, "As --vocab_size, with --target_tokenizer.");
ABSL_FLAG(uint64_t, target_min_count, 0, "As --min_count, with --target_tokenizer.");
ABSL_FLAG(bool, shared_vocabulary, false, "For translation: one vocabulary for both sides.");
ABSL_FLAG(bool, lowercase, false, "Turn the text into lower case first.");
ABSL_FLAG(bool, keep_empty_lines, false, "Keep lines without a word: each is just </s>.");
ABSL_FLAG(uint64_t, shard_tokens, elman::kDefaultShardTokens,
          "A shard has about at most so many tokens.");
ABSL_FLAG(int, threads, 0, "Threads a process; 0: one a core, or, under a launcher, one.");
ABSL_FLAG(uint64_t, memory_mb, elman::kDefaultMemoryMb,
          "Mebibytes a process may take for counting words; what does not fit is sorted on disk, "
          "with the same result. The vocabulary itself, bounded by --vocab_size, is in memory.");

namespace elman {
namespace {

constexpr Program kProgram = {
    "elman-preprocess",
    "elman-preprocess --task=... --train=FILE[,FILE...] [--valid=...] [--test=...] "
    "--output=DATASET_DIR [--tokenizer=...]\n"
    "Makes a data set of text files. Large corpora: mpirun -n P elman-preprocess ...",
    __FILE__};

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

absl::StatusOr<TokenizerSpec::Kind> ParseTokenizer(std::string_view flag, const std::string& name) {
  constexpr std::pair<const char*, TokenizerSpec::Kind> kKinds[] = {
      {"word", TokenizerSpec::WORD},
      {"whitespace", TokenizerSpec::WHITESPACE},
      {"character", TokenizerSpec::CHARACTER},
      {"byte", TokenizerSpec::BYTE},
      {"bpe", TokenizerSpec::BPE},
      {"unigram", TokenizerSpec::UNIGRAM}};
  return ParseName(flag, name, kKinds);
}

absl::StatusOr<Task> ParseTask(const std::string& name) {
  constexpr std::pair<const char*, Task> kTasks[] = {{"language_model", LANGUAGE_MODEL},
                                                     {"tagging", TAGGING},
                                                     {"classification", CLASSIFICATION},
                                                     {"translation", TRANSLATION}};
  return ParseName("task", name, kTasks);
}

absl::Status ParseTokenizers(PreprocessOptions* options) {
  std::string name = absl::GetFlag(FLAGS_tokenizer);
  if (name.empty()) name = options->task == TAGGING ? "whitespace" : "word";
  ASSIGN_OR_RETURN(const TokenizerSpec::Kind kind, ParseTokenizer("tokenizer", name));
  options->tokenizer.set_kind(kind);
  options->tokenizer.set_lowercase(absl::GetFlag(FLAGS_lowercase));
  options->tokenizer.set_keep_empty_lines(absl::GetFlag(FLAGS_keep_empty_lines));
  options->tokenizer.set_min_count(absl::GetFlag(FLAGS_min_count));
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
  if (target.empty()) return spec.Clear(), absl::OkStatus();
  ASSIGN_OR_RETURN(const TokenizerSpec::Kind target_kind,
                   ParseTokenizer("target_tokenizer", target));
  spec.set_kind(target_kind);
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

absl::StatusOr<PreprocessOptions> OptionsFromFlags(const CommandLine& line, bool launched) {
  RETURN_IF_ERROR(ExpectNoArguments(line));
  PreprocessOptions options;
  ASSIGN_OR_RETURN(options.task, ParseTask(absl::GetFlag(FLAGS_task)));
  RETURN_IF_ERROR(ParseTokenizers(&options));
  const std::pair<const char*, std::string> splits[] = {{"train", absl::GetFlag(FLAGS_train)},
                                                        {"valid", absl::GetFlag(FLAGS_valid)},
                                                        {"test", absl::GetFlag(FLAGS_test)}};
  for (const auto& [name, files] : splits) {
    if (!files.empty()) options.splits.push_back(ParseSplit(name, files, options.task));
  }
  options.output = absl::GetFlag(FLAGS_output);
  options.shard_tokens = absl::GetFlag(FLAGS_shard_tokens);
  options.threads = absl::GetFlag(FLAGS_threads);
  options.memory_mb = absl::GetFlag(FLAGS_memory_mb);
  if (options.threads == 0) {
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    options.threads = launched || cores < 1 ? 1 : cores;
  }
  RETURN_IF_ERROR(CheckOptions(&options));
  return options;
}

int Main(int argc, char** argv) {
  const absl::StatusOr<CommandLine> line = ParseCommandLine(argc, argv, __FILE__);
  if (line.ok() && PrintHelpOrVersion(kProgram, *line)) return kExitDone;
  // Before MPI, which starts threads.
  Interruption interruption{std::string(kProgram.name)};
  const std::unique_ptr<WorkerGroup> workers = CreateWorkers();
  const bool speaks = workers->rank() == 0;
  absl::StatusOr<PreprocessOptions> options =
      line.ok() ? OptionsFromFlags(*line, workers->size() > 1) : line.status();
  if (!options.ok()) {
    if (speaks) PrintError(kProgram.name, options.status());
    return kExitUsage;
  }
  const absl::StatusOr<PreprocessReport> report =
      Preprocess(*options, workers.get(), &interruption);
  if (!report.ok()) {
    if (speaks) PrintError(kProgram.name, report.status());
    return kExitFailed;
  }
  if (speaks) {
    std::fputs(ReportText(*report).c_str(), stderr);
    std::printf("next: mpirun elman-train --config=FILE.textproto --data=%s --output=RUN_DIR\n",
                options->output.c_str());
  }
  return kExitDone;
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) { return elman::Main(argc, argv); }
