// elman-preprocess: text corpora to a data set.
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/command_line/command_line.h"
#include "data/command_line/interruption.h"
#include "data/command_line/program.h"
#include "data/io/status_macros.h"
#include "data/preprocess/add_features.h"
#include "data/preprocess/preprocess.h"
#include "data/preprocess/preprocess_cooccurrences.h"
#include "data/text/task_fields.h"
#include "data/tokenizer/tokenizer.h"
#include "trainer/comm/agreement.h"
#include "trainer/comm/mpi_communicator.h"

ABSL_FLAG(std::string, task, "language_model",
          "`TASK` What the data are for, and so their format: a task of those above.");
ABSL_FLAG(std::string, train, "",
          "`FILE[,FILE...]` Text files to train on, parallel ones as SOURCE:TARGET; - is standard "
          "input; .gz, .xz and .zst are read directly.");
ABSL_FLAG(std::string, valid, "", "`FILE[,FILE...]` Text files to validate on.");
ABSL_FLAG(std::string, test, "", "`FILE[,FILE...]` Text files to test on.");
ABSL_FLAG(std::string, split, "",
          "`TRAIN,VALID[,TEST]` Divides --train by these weights, such as 98,1,1. An example goes "
          "where a hash of its text says, so equal ones go together.");
ABSL_FLAG(std::string, on_invalid, "keep",
          "`WAY` What to do with examples whose bytes are not UTF-8. keep: as it is; replace: with "
          "U+FFFD in place of them; skip: leaves them out; fail: is an error.");
ABSL_FLAG(std::string, output, "", "`DATASET_DIR` The folder to create for the data set.");
ABSL_FLAG(
    std::string, tokenizer, "",
    "`NAME` How text is cut: a tokenizer of those above; by default word, for tagging whitespace.");
ABSL_FLAG(std::string, vocabulary, "",
          "`FILE` The vocab.txt of a BERT model, for wordpiece; --lowercase if the model is an "
          "uncased one.");
ABSL_FLAG(std::string, tokenizer_model, "",
          "`FILE` An existing model of SentencePiece, which normalizes as it is used to.");
ABSL_FLAG(
    std::string, vocabulary_of, "",
    "`DATASET_DIR` A data set whose tokenizers and vocabularies, with all their options, are taken "
    "over: the same ids, for which the same models can be used. --train may be left out then.");
ABSL_FLAG(std::string, data, "",
          "`DATASET_DIR` With --features, and no text files: a data set to be copied to --output, "
          "vectors with it.");
ABSL_FLAG(std::string, features, "",
          "`SPLIT:FILE[,SPLIT:FILE...]` With --data: safetensors files with a vector for each "
          "token that models read, of every split (data/README.md).");
ABSL_FLAG(uint64_t, tokenizer_sample_mb, elman::kDefaultSampleBytes >> 20,
          "MiB of train that bpe and unigram are learned from.");
ABSL_FLAG(
    uint64_t, vocab_size, 0,
    "At most so many types, <unk> and </s> included; 0: no bound, or, for bpe and unigram, 8000.");
ABSL_FLAG(std::optional<uint64_t>, min_count, std::nullopt,
          "Words and characters seen less often in train than `N` times are <unk>; by default 0, "
          "for embedding 5.");
ABSL_FLAG(std::string, target_tokenizer, "",
          "`NAME` For translation: the tokenizer of the target; by default as the source, size and "
          "least count too.");
ABSL_FLAG(std::string, target_vocabulary, "", "`FILE` As --vocabulary, with --target_tokenizer.");
ABSL_FLAG(std::string, target_tokenizer_model, "", "`FILE` As --tokenizer_model, for the target.");
ABSL_FLAG(uint64_t, target_vocab_size, 0, "As --vocab_size, with --target_tokenizer.");
ABSL_FLAG(uint64_t, target_min_count, 0, "As --min_count, with --target_tokenizer.");
ABSL_FLAG(std::string, cooccurrences_of, "",
          "`DATASET_DIR` In the place of texts: counts how often the words of train of this data "
          "set, one of --task=embedding, stand near each other, for GloVe.");
ABSL_FLAG(int, window, elman::kDefaultWindow,
          "For --cooccurrences_of: how many words apart two may stand; each place where they do "
          "counts as one over their distance.");
ABSL_FLAG(bool, shared_vocabulary, false, "For translation: one vocabulary for both sides.");
ABSL_FLAG(bool, lowercase, false, "Turns the text into lower case first.");
ABSL_FLAG(bool, keep_empty_lines, false, "Keeps lines without a word: each is just </s>.");
ABSL_FLAG(uint64_t, shard_tokens, elman::kDefaultShardTokens,
          "A shard has about at most so many tokens.");
ABSL_FLAG(int, threads, 0, "Threads a process; 0: one a core, or, under a launcher, one.");
ABSL_FLAG(uint64_t, memory_mb, elman::kDefaultMemoryMb,
          "Mebibytes a process may take for counting; what does not fit is sorted on disk, "
          "with the same result. The vocabulary itself, bounded by --vocab_size, is in memory.");

namespace elman {
namespace {

constexpr Example kExamples[] = {
    {"A language model's text, cut into subwords",
     "elman-preprocess --tokenizer=bpe --vocab_size=8000 --train=train.txt \\\n"
     "    --valid=valid.txt --test=test.txt --output=run/mine/data"},
    {"One compressed file, of which a hundredth each is for validation and for testing",
     "elman-preprocess --train=all.txt.zst --split=98,1,1 --output=run/mine/data"},
    {"Parallel files to translate from, with one vocabulary for both languages",
     "elman-preprocess --task=translation --tokenizer=bpe --shared_vocabulary \\\n"
     "    --train=train.en:train.fr --valid=valid.en:valid.fr --output=run/mt/data"},
    {"Text to learn word vectors from",
     "elman-preprocess --task=embedding --lowercase --train=corpus.txt \\\n"
     "    --output=run/vectors/data"},
    {"How often its words stand near each other, for GloVe",
     "elman-preprocess --cooccurrences_of=run/vectors/data \\\n"
     "    --output=run/vectors/pairs"},
    {"A vector for each token, which another program made, beside a data set",
     "elman-preprocess --data=run/mine/data --output=run/mine/data_with_vectors \\\n"
     "    --features=train:train.safetensors,valid:valid.safetensors"},
    {"A large corpus, by eight processes",
     "mpirun -n 8 elman-preprocess --train=corpus.txt --valid=valid.txt \\\n"
     "    --output=/shared/dataset"}};

constexpr Program kProgram = {
    .name = "elman-preprocess",
    .purpose = "makes a data set of text files",
    .usage =
        "elman-preprocess --train=FILE[,FILE...] [--valid=...] [--test=...]\n"
        "    --output=DATASET_DIR [--task=TASK] [--tokenizer=NAME] [OPTION...]\n"
        "elman-preprocess --cooccurrences_of=DATASET_DIR --output=DATASET_DIR\n"
        "    [--window=N]\n"
        "elman-preprocess --data=DATASET_DIR --features=SPLIT:FILE[,...]\n"
        "    --output=DATASET_DIR\n"
        "mpirun -n P elman-preprocess ...",
    .description =
        "Cuts texts into tokens, chooses a vocabulary, and writes the token ids into checksummed "
        "shards, which elman-train and elman-evaluate read. A run that was ended goes on when "
        "it is started again.\n\n"
        "Tasks:\n"
        "  language_model  a sentence or paragraph a line\n"
        "  embedding       the same, for word vectors\n"
        "  classification  LABEL<TAB>TEXT lines\n"
        "  tagging         WORD<TAB>TAG lines, an empty line after each sentence\n"
        "  translation     SOURCE<TAB>TARGET lines, or parallel files SOURCE:TARGET\n\n"
        "Tokenizers:\n"
        "  word           words and punctuation marks, split from each other\n"
        "  whitespace     pre-tokenized text, as it is\n"
        "  character      characters as readers see them\n"
        "  byte           bytes\n"
        "  bpe, unigram   subwords, learned by SentencePiece\n"
        "  wordpiece      subwords of a BERT model (--vocabulary)\n"
        "  sentencepiece  those of an existing model (--tokenizer_model)",
    .examples = kExamples,
    .main_file = __FILE__};

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

// Whether a flag is given that says how text becomes ids.
bool SaysTokenizer() {
  return !absl::GetFlag(FLAGS_tokenizer).empty() ||
         !absl::GetFlag(FLAGS_target_tokenizer).empty() ||
         !absl::GetFlag(FLAGS_vocabulary).empty() ||
         !absl::GetFlag(FLAGS_tokenizer_model).empty() || absl::GetFlag(FLAGS_vocab_size) > 0 ||
         absl::GetFlag(FLAGS_min_count).value_or(0) > 0 || absl::GetFlag(FLAGS_lowercase) ||
         absl::GetFlag(FLAGS_keep_empty_lines) || absl::GetFlag(FLAGS_shared_vocabulary);
}

absl::Status CheckOnlyVocabularyOf() {
  if (!SaysTokenizer()) return absl::OkStatus();
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
  if (!options->vocabulary_of.empty()) return CheckOnlyVocabularyOf();
  std::string name = absl::GetFlag(FLAGS_tokenizer);
  const std::string model = absl::GetFlag(FLAGS_tokenizer_model);
  if (name.empty() && model.empty()) name = options->task == TAGGING ? "whitespace" : "word";
  RETURN_IF_ERROR(ParseTokenizer("", name, model, absl::GetFlag(FLAGS_vocabulary),
                                 &options->tokenizer, &options->tokenizer_file));
  options->tokenizer.set_lowercase(absl::GetFlag(FLAGS_lowercase));
  options->tokenizer.set_keep_empty_lines(absl::GetFlag(FLAGS_keep_empty_lines));
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

// Threads a process where none are asked for.
int DefaultThreads(bool launched) {
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  return launched || cores < 1 ? 1 : cores;
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
  options.output = absl::GetFlag(FLAGS_output);
  options.shard_tokens = absl::GetFlag(FLAGS_shard_tokens);
  options.threads = absl::GetFlag(FLAGS_threads);
  options.memory_mb = absl::GetFlag(FLAGS_memory_mb);
  if (options.threads == 0) options.threads = DefaultThreads(launched);
  RETURN_IF_ERROR(CheckOptions(&options));
  return options;
}

bool AddsFeatures() {
  return !absl::GetFlag(FLAGS_data).empty() || !absl::GetFlag(FLAGS_features).empty();
}

absl::StatusOr<CooccurrenceOptions> CooccurrenceOptionsFromFlags(const CommandLine& line,
                                                                 int processes) {
  RETURN_IF_ERROR(ExpectNoArguments(line));
  if (AddsFeatures())
    return absl::InvalidArgumentError("--cooccurrences_of goes with no --data and --features");
  const bool texts = !absl::GetFlag(FLAGS_train).empty() || !absl::GetFlag(FLAGS_valid).empty() ||
                     !absl::GetFlag(FLAGS_test).empty() || !absl::GetFlag(FLAGS_split).empty();
  if (texts || SaysTokenizer() || !absl::GetFlag(FLAGS_vocabulary_of).empty()) {
    return absl::InvalidArgumentError(
        "--cooccurrences_of counts in a data set as it is; leave out the flags that name texts, "
        "tokenizers and vocabularies");
  }
  if (processes > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("--cooccurrences_of counts in one process, and there are ", processes,
                     "; start it without mpirun, and give it --threads"));
  }
  CooccurrenceOptions options{.dataset = absl::GetFlag(FLAGS_cooccurrences_of),
                              .output = absl::GetFlag(FLAGS_output),
                              .window = absl::GetFlag(FLAGS_window),
                              .shard_tokens = absl::GetFlag(FLAGS_shard_tokens),
                              .threads = absl::GetFlag(FLAGS_threads),
                              .memory_mb = absl::GetFlag(FLAGS_memory_mb)};
  if (options.threads == 0) options.threads = DefaultThreads(/*launched=*/false);
  RETURN_IF_ERROR(CheckOptions(options));
  return options;
}

int Fail(const Communicator& workers, const absl::Status& status, int exit_status) {
  if (workers.rank() == 0) PrintError(kProgram.name, status);
  return exit_status;
}

int CountCooccurrences(const CommandLine& line, const Communicator& workers,
                       Interruption* interruption) {
  const auto options = CooccurrenceOptionsFromFlags(line, workers.size());
  if (!options.ok()) return Fail(workers, options.status(), kExitUsage);
  const auto manifest = PreprocessCooccurrences(*options, interruption);
  if (!manifest.ok()) return Fail(workers, manifest.status(), kExitFailed);
  std::fputs(CooccurrenceReport(*manifest).c_str(), stderr);
  std::printf("next: mpirun elman-train --config=FILE.textproto --data=%s --output=RUN_DIR\n",
              options->output.c_str());
  return kExitDone;
}

absl::StatusOr<AddFeaturesOptions> FeatureOptionsFromFlags(const CommandLine& line) {
  RETURN_IF_ERROR(ExpectNoArguments(line));
  for (const std::string& text :
       {absl::GetFlag(FLAGS_train), absl::GetFlag(FLAGS_valid), absl::GetFlag(FLAGS_test),
        absl::GetFlag(FLAGS_tokenizer), absl::GetFlag(FLAGS_vocabulary_of)}) {
    if (text.empty()) continue;
    return absl::InvalidArgumentError(
        "--features are of the tokens of a data set that is there: make it first, then add them "
        "with --data=DATASET_DIR and no text files");
  }
  AddFeaturesOptions options{
      .data = absl::GetFlag(FLAGS_data), .files = {}, .output = absl::GetFlag(FLAGS_output)};
  RETURN_IF_ERROR(ExpectFlag(options.data, "--data=DATASET_DIR"));
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_features), "--features=SPLIT:FILE[,...]"));
  RETURN_IF_ERROR(ExpectFlag(options.output, "--output=DATASET_DIR"));
  ASSIGN_OR_RETURN(options.files, ParseFeatureFiles(absl::GetFlag(FLAGS_features)));
  return options;
}

// One process does it.
int RunAddFeatures(const CommandLine& line, Communicator* workers, Interruption* interruption) {
  const absl::StatusOr<AddFeaturesOptions> options = FeatureOptionsFromFlags(line);
  if (!options.ok()) return Fail(*workers, options.status(), kExitUsage);
  const auto add = [&]() -> absl::Status {
    if (workers->rank() != 0) return absl::OkStatus();
    ASSIGN_OR_RETURN(const DatasetManifest manifest, AddFeatures(*options, interruption));
    std::fprintf(stderr, "%s: vectors of %u numbers for every token\n", options->output.c_str(),
                 manifest.features().size());
    return absl::OkStatus();
  };
  const absl::Status status = Agree(workers, add());
  return status.ok() ? kExitDone : Fail(*workers, status, kExitFailed);
}

int Main(int argc, char** argv) {
  const absl::StatusOr<CommandLine> line = ParseCommandLine(argc, argv, __FILE__);
  if (line.ok() && PrintHelpOrVersion(kProgram, *line)) return kExitDone;
  // Before MPI, which starts threads.
  Interruption interruption{std::string(kProgram.name)};
  const std::unique_ptr<Communicator> workers = JoinLaunchedRanks();
  if (line.ok() && !absl::GetFlag(FLAGS_cooccurrences_of).empty())
    return CountCooccurrences(*line, *workers, &interruption);
  if (line.ok() && AddsFeatures()) return RunAddFeatures(*line, workers.get(), &interruption);
  absl::StatusOr<PreprocessOptions> options =
      line.ok() ? OptionsFromFlags(*line, workers->size() > 1) : line.status();
  if (!options.ok()) return Fail(*workers, options.status(), kExitUsage);
  const absl::StatusOr<PreprocessReport> report =
      Preprocess(*options, workers.get(), &interruption);
  if (!report.ok()) return Fail(*workers, report.status(), kExitFailed);
  if (workers->rank() == 0) {
    std::fputs(ReportText(*report).c_str(), stderr);
    std::printf("next: mpirun elman-train --config=FILE.textproto --data=%s --output=RUN_DIR\n",
                options->output.c_str());
  }
  return kExitDone;
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) { return elman::Main(argc, argv); }
