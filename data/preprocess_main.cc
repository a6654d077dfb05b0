// elman-preprocess: text corpora to a data set.
#include <cstdio>
#include <string>
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

ABSL_FLAG(std::string, task, "language_model", "What the data are for: language_model.");
ABSL_FLAG(std::string, train, "",
          "Text files to train on: FILE[,FILE...]; '-' is standard input. "
          "One sentence or paragraph a line; .gz, .xz and .zst are read directly.");
ABSL_FLAG(std::string, valid, "", "Text files to validate on.");
ABSL_FLAG(std::string, test, "", "Text files to test on.");
ABSL_FLAG(std::string, output, "", "The folder to create for the data set.");
ABSL_FLAG(std::string, tokenizer, "word",
          "word: words and punctuation marks, split from each other; "
          "whitespace: pre-tokenized text; character: Unicode code points; byte: bytes; "
          "bpe, unigram: subwords learned by SentencePiece.");
ABSL_FLAG(uint64_t, vocab_size, 0,
          "At most so many types, <unk> and </s> included; 0: no bound, or, for bpe "
          "and unigram, 8000.");
ABSL_FLAG(uint64_t, min_count, 0, "Words and characters seen less often in train are <unk>.");
ABSL_FLAG(bool, lowercase, false, "Turn the text into lower case first.");
ABSL_FLAG(bool, keep_empty_lines, false, "Keep lines without a word: each is just </s>.");
ABSL_FLAG(uint64_t, shard_tokens, elman::kDefaultShardTokens,
          "A shard has about at most so many tokens.");
ABSL_FLAG(int, threads, 0, "Threads a process; 0: one a core, or, under a launcher, one.");

namespace elman {
namespace {

constexpr Program kProgram = {
    "elman-preprocess",
    "elman-preprocess --train=FILE[,FILE...] [--valid=...] [--test=...] --output=DATASET_DIR "
    "[--tokenizer=...]\n"
    "Makes a data set of text files. Large corpora: mpirun -n P elman-preprocess ...",
    __FILE__};

absl::StatusOr<TokenizerSpec::Kind> ParseTokenizer(const std::string& name) {
  constexpr std::pair<const char*, TokenizerSpec::Kind> kKinds[] = {
      {"word", TokenizerSpec::WORD},
      {"whitespace", TokenizerSpec::WHITESPACE},
      {"character", TokenizerSpec::CHARACTER},
      {"byte", TokenizerSpec::BYTE},
      {"bpe", TokenizerSpec::BPE},
      {"unigram", TokenizerSpec::UNIGRAM}};
  std::string names;
  for (const auto& [known, kind] : kKinds) {
    if (name == known) return kind;
    absl::StrAppend(&names, names.empty() ? "" : ", ", known);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--tokenizer=", name, " is unknown; expected one of ", names));
}

absl::StatusOr<PreprocessOptions> OptionsFromFlags(const CommandLine& line, bool launched) {
  RETURN_IF_ERROR(ExpectNoArguments(line));
  PreprocessOptions options;
  if (absl::GetFlag(FLAGS_task) != "language_model") {
    return absl::InvalidArgumentError(
        absl::StrCat("--task=", absl::GetFlag(FLAGS_task), " is unknown; expected language_model"));
  }
  ASSIGN_OR_RETURN(const TokenizerSpec::Kind kind, ParseTokenizer(absl::GetFlag(FLAGS_tokenizer)));
  options.tokenizer.set_kind(kind);
  options.tokenizer.set_lowercase(absl::GetFlag(FLAGS_lowercase));
  options.tokenizer.set_keep_empty_lines(absl::GetFlag(FLAGS_keep_empty_lines));
  options.tokenizer.set_min_count(absl::GetFlag(FLAGS_min_count));
  options.tokenizer.set_vocab_size(absl::GetFlag(FLAGS_vocab_size));
  const std::pair<const char*, std::string> splits[] = {{"train", absl::GetFlag(FLAGS_train)},
                                                        {"valid", absl::GetFlag(FLAGS_valid)},
                                                        {"test", absl::GetFlag(FLAGS_test)}};
  for (const auto& [name, files] : splits) {
    if (!files.empty()) options.splits.push_back({name, absl::StrSplit(files, ',')});
  }
  options.output = absl::GetFlag(FLAGS_output);
  options.shard_tokens = absl::GetFlag(FLAGS_shard_tokens);
  options.threads = absl::GetFlag(FLAGS_threads);
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
