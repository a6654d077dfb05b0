// The program elman-preprocess: converts text files to a data set.
#include <optional>
#include <string>
#include <string_view>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "data/command_line/command_line.h"
#include "data/command_line/interruption.h"
#include "data/command_line/process_guard.h"
#include "data/command_line/program.h"
#include "data/format/shell_word.h"
#include "data/preprocess/preprocess_cooccurrences.h"
#include "data/programs/add_token_vectors.h"
#include "data/programs/count_cooccurrences.h"
#include "data/programs/preprocess_flags.h"
#include "data/programs/preprocess_texts.h"
#include "data/staging/preprocess_options.h"
#include "trainer/comm/launch.h"
#include "trainer/comm/mpi_communicator.h"

ABSL_FLAG(std::string, task, "",
          "`TASK` The task that the data set is for, one of those listed above. It determines "
          "the input format. Default: recognized from the first file of --train if its lines have "
          "only one possible format, and reported; language_model for a pipe.");
ABSL_FLAG(std::string, train, "",
          "`FILE[,FILE...]` Text files for training. Parallel files are given as SOURCE:TARGET, "
          "standard input as -. Files that end in .gz, .bz2, .xz or .zst are decompressed. A "
          "folder stands for all files in it, a pattern such as 'part-*.txt' for all files that "
          "match, and @LIST for the files that the file LIST names, one per line. If a path "
          "contains a comma or a colon that could be misread, write a backslash before it.");
ABSL_FLAG(std::string, valid, "",
          "`FILE[,FILE...]` Text files for validation, in the form of --train.");
ABSL_FLAG(std::string, test, "",
          "`FILE[,FILE...]` Text files for testing, in the form of --train.");
ABSL_FLAG(std::string, split, "",
          "`TRAIN,VALID[,TEST]` Divides the examples of --train into splits with these weights, "
          "for example 98,1,1. A hash of the text determines the split, so equal examples are in "
          "the same split.");
ABSL_FLAG(std::string, on_invalid, "keep",
          "`ACTION` How to handle examples that are not valid UTF-8. keep: keeps them unchanged, "
          "but NUL bytes are an error; replace: replaces invalid bytes by U+FFFD; skip: leaves "
          "the examples out; fail: exits with an error.");
ABSL_FLAG(uint64_t, max_length, 0,
          "For tagging, classification and translation: maximum number of tokens per field, </s> "
          "included. Longer examples of all splits are handled according to --on_long, and are "
          "counted. 0: no limit.");
ABSL_FLAG(std::string, on_long, "drop",
          "`ACTION` How to handle examples that are longer than --max_length. drop: leaves them "
          "out; truncate: keeps their first tokens.");
ABSL_FLAG(std::string, label_order, "",
          "`ORDER` For classification: the order of the labels. Models with ordinal output use "
          "it as the order of ratings. numeric: by value; bytes: in byte order; "
          "LOWEST,...,HIGHEST: a list of all labels; or a file with one label per line. Default: "
          "numeric if all labels are numbers, otherwise bytes.");
ABSL_FLAG(std::string, tag_scheme, "",
          "`SCHEME` For tagging: how tags mark entities. Precision, recall and F1 are computed "
          "with this scheme. One of iob1, iob2, ioe1, ioe2, iobes, bilou, bmes; none: tags mark "
          "no entities, and only the accuracy is computed. Default: detected from the tags of "
          "the split train.");
ABSL_FLAG(std::string, word_column, "",
          "`N|NAME` For tagging: the column of the words, counted from 1. For CoNLL-U, also its "
          "name. Default: the first column; for CoNLL-U, the column form.");
ABSL_FLAG(std::string, tag_column, "",
          "`N|NAME` For tagging: the column of the tags, counted from 1. For CoNLL-U, also its "
          "name, such as xpos or deprel. Default: the last column; for CoNLL-U, the column upos.");
ABSL_FLAG(std::string, output, "", "`DATASET_DIR` The folder of the new data set.");
ABSL_FLAG(std::string, tokenizer, "",
          "`NAME` The tokenizer, one of those listed above. Default: word; for tagging "
          "whitespace.");
ABSL_FLAG(std::string, vocabulary, "",
          "`FILE` For --tokenizer=wordpiece: the file vocab.txt of a BERT model. Also give "
          "--lowercase if the model is uncased.");
ABSL_FLAG(std::string, tokenizer_model, "",
          "`FILE` For --tokenizer=sentencepiece: an existing SentencePiece model. Text is "
          "normalized according to the model.");
ABSL_FLAG(std::string, vocabulary_of, "",
          "`DATASET_DIR` Uses the tokenizers and vocabularies of this data set, with all their "
          "options. The same text then has the same ids, and the same models can read both data "
          "sets. With this option, --train is optional.");
ABSL_FLAG(std::string, data, "",
          "`DATASET_DIR` With --features: the data set that is copied to --output, together with "
          "the feature vectors. No text files are given then.");
ABSL_FLAG(std::string, features, "",
          "`SPLIT:FILE[,SPLIT:FILE...]` With --data: safetensors files with one feature vector "
          "for each token that a model reads. Every split of the data set needs a file. "
          "launch/guides/formats.md describes the format.");
ABSL_FLAG(uint64_t, tokenizer_sample_mb, elman::kDefaultSampleBytes >> 20,
          "For --tokenizer=bpe and unigram: size, in MiB, of the sample of the training text "
          "from which the tokenizer is learned.");
ABSL_FLAG(uint64_t, vocab_size, 0,
          "Maximum size of the vocabulary, <unk> and </s> included. 0: no limit; for bpe and "
          "unigram 8000.");
ABSL_FLAG(std::optional<uint64_t>, min_count, std::nullopt,
          "Words and characters that occur less than `N` times in the split train become <unk>. "
          "Default: 0; for embedding 5.");
ABSL_FLAG(std::string, target_tokenizer, "",
          "`NAME` For translation: the tokenizer of the target. Default: that of the source, "
          "with the same --vocab_size and --min_count.");
ABSL_FLAG(std::string, target_vocabulary, "",
          "`FILE` As --vocabulary, for the target. Requires --target_tokenizer.");
ABSL_FLAG(std::string, target_tokenizer_model, "", "`FILE` As --tokenizer_model, for the target.");
ABSL_FLAG(uint64_t, target_vocab_size, 0,
          "As --vocab_size, for the target. Requires --target_tokenizer.");
ABSL_FLAG(uint64_t, target_min_count, 0,
          "As --min_count, for the target. Requires --target_tokenizer.");
ABSL_FLAG(std::string, cooccurrences_of, "",
          "`DATASET_DIR` For GloVe: counts how often the words in the split train of this data "
          "set occur near each other. The data set must have been made with --task=embedding. No "
          "text files are given then.");
ABSL_FLAG(int, window, elman::kDefaultWindow,
          "For --cooccurrences_of: maximum distance, in words, of two words that occur together. "
          "Each occurrence adds 1 divided by the distance to the count.");
ABSL_FLAG(bool, shared_vocabulary, false,
          "For translation: uses one vocabulary for source and target.");
ABSL_FLAG(bool, lowercase, false, "Converts the text to lower case before tokenization.");
ABSL_FLAG(bool, keep_empty_lines, false,
          "For language_model and embedding: keeps lines without words, as examples that consist "
          "of </s> only. Can be combined with --vocabulary_of. Default: such lines are left out.");
ABSL_FLAG(uint64_t, shard_tokens, elman::kDefaultShardTokens,
          "Approximate maximum number of tokens per shard.");
ABSL_FLAG(int, threads, 0,
          "Number of threads per process. 0: one per core, or one if a launcher such as mpirun "
          "started the process.");
ABSL_FLAG(uint64_t, memory_mb, elman::kDefaultMemoryMb,
          "Memory per process for counting, in MiB. Counts that do not fit are sorted on disk, "
          "with the same result. The vocabulary itself, limited by --vocab_size, is always in "
          "memory.");

namespace elman {
namespace {

constexpr Example kExamples[] = {
    {"Text for a language model, with subwords",
     "elman-preprocess --tokenizer=bpe --vocab_size=8000 --train=train.txt \\\n"
     "    --valid=valid.txt --test=test.txt --output=run/mine/data"},
    {"One compressed file, with 1 % each for validation and for testing",
     "elman-preprocess --train=all.txt.zst --split=98,1,1 --output=run/mine/data"},
    {"Parallel files for translation, with one vocabulary for both languages",
     "elman-preprocess --task=translation --tokenizer=bpe --shared_vocabulary \\\n"
     "    --train=train.en:train.fr --valid=valid.en:valid.fr --output=run/mt/data"},
    {"Text for word vectors",
     "elman-preprocess --task=embedding --lowercase --train=corpus.txt \\\n"
     "    --output=run/vectors/data"},
    {"Co-occurrence counts of this data set, for GloVe",
     "elman-preprocess --cooccurrences_of=run/vectors/data \\\n"
     "    --output=run/vectors/pairs"},
    {"A copy of a data set with feature vectors that another program made",
     "elman-preprocess --data=run/mine/data --output=run/mine/data_with_vectors \\\n"
     "    --features=train:train.safetensors,valid:valid.safetensors"},
    {"A large corpus, with eight processes",
     "mpirun -n 8 elman-preprocess --train=corpus.txt --valid=valid.txt \\\n"
     "    --output=/shared/dataset"}};

constexpr Program kProgram = {
    .name = "elman-preprocess",
    .purpose = "converts text files to a data set for training",
    .usage =
        "elman-preprocess --train=FILE[,FILE...] [--valid=...] [--test=...]\n"
        "    --output=DATASET_DIR [--task=TASK] [--tokenizer=NAME] [OPTION...]\n"
        "elman-preprocess --cooccurrences_of=DATASET_DIR --output=DATASET_DIR\n"
        "    [--window=N]\n"
        "elman-preprocess --data=DATASET_DIR --features=SPLIT:FILE[,...]\n"
        "    --output=DATASET_DIR\n"
        "mpirun -n P elman-preprocess ...",
    .description =
        "Splits texts into tokens, builds a vocabulary, and writes the token ids to files with "
        "checksums (shards) for elman-train and elman-evaluate. If a run is interrupted, the same "
        "command resumes it.\n\n"
        "Tasks:\n"
        "  language_model  one sentence or paragraph per line\n"
        "  embedding       the same, for word vectors\n"
        "  classification  lines LABEL<TAB>TEXT\n"
        "  tagging         lines WORD<TAB>TAG, an empty line per sentence; or CoNLL-U\n"
        "  translation     lines SOURCE<TAB>TARGET, or parallel files SOURCE:TARGET\n\n"
        "Tokenizers:\n"
        "  word           words; punctuation marks are separate tokens\n"
        "  whitespace     words of pre-tokenized text, separated by spaces\n"
        "  character      user-perceived characters (grapheme clusters)\n"
        "  byte           bytes\n"
        "  bpe, unigram   subwords, learned by SentencePiece\n"
        "  wordpiece      subwords of a BERT model (--vocabulary)\n"
        "  sentencepiece  subwords of an existing model (--tokenizer_model)",
    .examples = kExamples,
    .main_file = __FILE__};

// What a flag that elman-preprocess does not have may mean: the text, or an option of elman-train.
std::string ExplainFlag(std::string_view name, std::string_view value) {
  for (const std::string_view text : {"corpus", "file", "files", "in", "infile", "input"}) {
    if (name != text) continue;
    return absl::StrCat("the text for training is given as --train=",
                        value.empty() ? "FILE" : ShellWord(value));
  }
  for (const std::string_view training :
       {"config", "epochs", "batch_size", "learning_rate", "lr"}) {
    if (name == training) return "training options are given to elman-train, not here";
  }
  return "";
}

int Main(int argc, char** argv) {
  GuardProcess(kProgram.name);
  const absl::StatusOr<CommandLine> line = ParseCommandLine(argc, argv, __FILE__, ExplainFlag);
  if (line.ok() && PrintHelpOrVersion(kProgram, *line)) return kExitDone;
  // Before MPI is initialized, because MPI starts threads.
  Interruption interruption{std::string(kProgram.name)};
  const Launch launch = ReadLaunch();
  const std::unique_ptr<Communicator> workers = JoinLaunchedRanks(launch);
  if (const auto status = CheckConnected(launch, workers->size(), MpiVersion()); !status.ok()) {
    if (launch.rank == 0) PrintError(kProgram.name, status);
    return kExitUsage;
  }
  if (!line.ok()) return Fail(*workers, line.status(), kExitUsage);
  if (!absl::GetFlag(FLAGS_cooccurrences_of).empty())
    return CountCooccurrences(*line, *workers, &interruption);
  if (AddsFeatures()) return AddTokenVectors(*line, workers.get(), &interruption);
  return PreprocessTexts(*line, workers.get(), &interruption);
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) { return elman::Main(argc, argv); }
