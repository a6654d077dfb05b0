// The program elman-preprocess: converts text files to a data set.
#include <optional>
#include <string>
#include <string_view>

#include "absl/flags/flag.h"
#include "data/command_line/command_line.h"
#include "data/command_line/interruption.h"
#include "data/command_line/process_guard.h"
#include "data/command_line/program.h"
#include "data/preprocess/preprocess_cooccurrences.h"
#include "data/programs/add_token_vectors.h"
#include "data/programs/count_cooccurrences.h"
#include "data/programs/preprocess_flags.h"
#include "data/programs/preprocess_texts.h"
#include "data/staging/preprocess_options.h"
#include "trainer/comm/launch.h"
#include "trainer/comm/mpi_communicator.h"

ABSL_FLAG(std::string, task, "",
          "`TASK` The task that the data set is for; see the list above. It determines the input "
          "format. Default: recognized from the format of the first file of --train, and printed; "
          "standard input and pipes are read as language_model. With --vocabulary_of, the task of "
          "that data set. If the format fits no task or several tasks, this option is required.");
ABSL_FLAG(std::string, train, "",
          "`FILE[,FILE...]` Text files for training. Instead of a file, FILE can be a folder, for "
          "all files in it; a quoted pattern such as 'part-*.txt'; - for standard input; or @LIST, "
          "for the files that the file LIST names, one per line. Parallel files are given as "
          "SOURCE:TARGET. Files compressed with gzip, bzip2, xz or Zstandard are decompressed. If "
          "a comma or a colon in a path can be read as a separator, write a backslash before it.");
ABSL_FLAG(std::string, valid, "",
          "`FILE[,FILE...]` Text files for validation, in the same form as --train.");
ABSL_FLAG(std::string, test, "",
          "`FILE[,FILE...]` Text files for testing, in the same form as --train.");
ABSL_FLAG(std::string, split, "",
          "`TRAIN,VALID[,TEST]` Divides the examples of --train into the splits train, valid and "
          "test in the ratio of these weights, for example 98,1,1. Weights are whole numbers from "
          "0 to 1000000. A hash of an example's text determines its split, so examples with the "
          "same text are in the same split. Default: all examples are in the split train.");
ABSL_FLAG(std::string, on_invalid, "keep",
          "`ACTION` What to do with examples that contain invalid UTF-8 or NUL bytes. keep: keeps "
          "invalid UTF-8 unchanged, but exits with an error at a NUL byte; replace: replaces "
          "invalid UTF-8 and NUL bytes with U+FFFD; skip: leaves the examples out; fail: exits "
          "with an error.");
ABSL_FLAG(uint64_t, max_length, 0,
          "For tagging, classification and translation: maximum number of tokens per field (for "
          "example, source or target), </s> included. Longer examples are dropped or truncated in "
          "every split (see --on_long), and their number is printed. 0: no limit.");
ABSL_FLAG(std::string, on_long, "drop",
          "`ACTION` What to do with examples that are longer than --max_length. drop: leaves them "
          "out; truncate: keeps only the first tokens of each field.");
ABSL_FLAG(std::string, label_order, "",
          "`ORDER` For classification: the order of the labels. With ordinal output "
          "(model.classification.output), this is the order of the ratings. numeric: by numeric "
          "value; bytes: by the bytes of the names; LOWEST,...,HIGHEST: a list of all labels; "
          "FILE: a file that lists all labels, one per line, the lowest first. Default: numeric if "
          "all labels are numbers, otherwise bytes.");
ABSL_FLAG(std::string, tag_scheme, "",
          "`SCHEME` For tagging: how tags mark entities, such as names of persons. Precision, "
          "recall and F1 are computed with this scheme. One of iob1, iob2, ioe1, ioe2, iobes, "
          "bilou and bmes; or none: tags mark no entities, and only the accuracy is computed. "
          "Default: detected from the tags of the split train.");
ABSL_FLAG(std::string, word_column, "",
          "`N|NAME` For tagging: the column that contains the words. N is its number, from 1. In "
          "CoNLL-U, NAME is possible too, such as form or lemma. Default: 1; for CoNLL-U form.");
ABSL_FLAG(std::string, tag_column, "",
          "`N|NAME` For tagging: the column that contains the tags. N is its number, from 1. In "
          "CoNLL-U, NAME is possible too, such as xpos or deprel. Default: the last column; for "
          "CoNLL-U upos.");
ABSL_FLAG(std::string, output, "",
          "`DATASET_DIR` The folder for the new data set. It must not contain a data set yet.");
ABSL_FLAG(std::string, tokenizer, "",
          "`NAME` The tokenizer; see the list above. Default: sentencepiece with "
          "--tokenizer_model; otherwise whitespace for tagging, and word for other tasks.");
ABSL_FLAG(std::string, vocabulary, "",
          "`FILE` For --tokenizer=wordpiece: the file vocab.txt of a BERT model. If the model is "
          "uncased, also use --lowercase.");
ABSL_FLAG(std::string, tokenizer_model, "",
          "`FILE` For --tokenizer=sentencepiece: the file of an existing SentencePiece model. The "
          "model also determines how text is normalized.");
ABSL_FLAG(std::string, vocabulary_of, "",
          "`DATASET_DIR` Uses the vocabularies, the tokenizers and the tokenizer options of this "
          "data set. Equal texts then have equal token ids in both data sets, so a model of one "
          "data set can be used with the other. --train is not required.");
ABSL_FLAG(std::string, data, "",
          "`DATASET_DIR` With --features: the data set to copy to --output, together with the "
          "feature vectors. Only --features and --output can be combined with it.");
ABSL_FLAG(std::string, features, "",
          "`SPLIT:FILE[,SPLIT:FILE...]` With --data: safetensors files with one feature vector per "
          "input token (see model.features in launch/configs/FIELDS.md). Every split of the data "
          "set requires a file. launch/guides/formats.md describes the format.");
ABSL_FLAG(uint64_t, tokenizer_sample_mb, elman::kDefaultSampleBytes >> 20,
          "For --tokenizer=bpe and unigram: maximum amount of training text, in MiB, on which the "
          "tokenizer is trained. If there is more text, a sample of it is used.");
ABSL_FLAG(uint64_t, vocab_size, 0,
          "Maximum size of the vocabulary, <unk> and </s> included. 0: 8000 for bpe and unigram, "
          "no limit for word, whitespace and character. For the other tokenizers, the size is "
          "fixed.");
ABSL_FLAG(std::optional<uint64_t>, min_count, std::nullopt,
          "For the tokenizers word, whitespace and character: tokens that occur fewer than `N` "
          "times in the split train become <unk>. Default: 5 for embedding; 0 for other tasks.");
ABSL_FLAG(std::string, target_tokenizer, "",
          "`NAME` For translation: the tokenizer of the target. Default: the same tokenizer, "
          "--vocab_size and --min_count as for the source.");
ABSL_FLAG(std::string, target_vocabulary, "",
          "`FILE` For translation: as --vocabulary, for the target. Requires "
          "--target_tokenizer=wordpiece.");
ABSL_FLAG(std::string, target_tokenizer_model, "",
          "`FILE` For translation: as --tokenizer_model, for the target.");
ABSL_FLAG(uint64_t, target_vocab_size, 0,
          "For translation: as --vocab_size, for the target. Requires --target_tokenizer.");
ABSL_FLAG(uint64_t, target_min_count, 0,
          "For translation: as --min_count, for the target. Requires --target_tokenizer.");
ABSL_FLAG(std::string, cooccurrences_of, "",
          "`DATASET_DIR` For GloVe: writes a data set of co-occurrence counts, which state how "
          "often two words occur near each other in the split train of DATASET_DIR (see --window). "
          "DATASET_DIR must have been made with --task=embedding. Only --output, --window, "
          "--shard_tokens, --threads and --memory_mb can be combined with it.");
ABSL_FLAG(int, window, elman::kDefaultWindow,
          "For --cooccurrences_of: maximum distance, in words, between two words that are counted "
          "as a pair. From 1 to 1000. A pair at distance d adds 1 / d to its count.");
ABSL_FLAG(bool, shared_vocabulary, false,
          "For translation: uses one tokenizer and one vocabulary for source and target.");
ABSL_FLAG(bool, lowercase, false, "Converts the text to lower case before tokenization.");
ABSL_FLAG(bool, keep_empty_lines, false,
          "For language_model and embedding: keeps lines without words, each as an example with "
          "the token </s>. Can be combined with --vocabulary_of. Default: such lines are left "
          "out.");
ABSL_FLAG(uint64_t, shard_tokens, elman::kDefaultShardTokens,
          "Approximate maximum number of tokens per shard.");
ABSL_FLAG(int, threads, 0,
          "Number of threads per process, up to 1024. 0: one thread per process if mpirun started "
          "several processes, otherwise one per core.");
ABSL_FLAG(uint64_t, memory_mb, elman::kDefaultMemoryMb,
          "Memory per process for counts of tokens or word pairs, in MiB. At least 64. Counts that "
          "need more memory are sorted on disk; the result is the same. The vocabulary itself is "
          "always in memory; --vocab_size limits its size.");

namespace elman {
namespace {

constexpr Example kExamples[] = {
    {"Text for a language model, with subwords",
     "elman-preprocess --tokenizer=bpe --vocab_size=8000 --train=train.txt \\\n"
     "    --valid=valid.txt --test=test.txt --output=run/mine/data"},
    {"One compressed file; 1 % is used for validation and 1 % for testing",
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
    {"A large corpus, preprocessed by eight processes in parallel",
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
        "checksums (shards) for elman-train and elman-evaluate. The token <unk> represents tokens "
        "that are not in the vocabulary; </s> marks the end of a line, sentence or text. If the "
        "program is interrupted, repeat the same command to resume. With mpirun, P processes "
        "share the work.\n\n"
        "Tasks:\n"
        "  language_model  one sentence or paragraph per line\n"
        "  embedding       the same format; for training word vectors\n"
        "  classification  one LABEL<TAB>TEXT per line\n"
        "  tagging         one WORD<TAB>TAG per line, and an empty line after each\n"
        "                  sentence; or CoNLL-U\n"
        "  translation     one SOURCE<TAB>TARGET per line; or two parallel files,\n"
        "                  --train=SOURCE:TARGET\n\n"
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

// Explains an option of elman-train.
std::string ExplainFlag(std::string_view name, std::string_view /*value*/) {
  for (const std::string_view training :
       {"config", "epochs", "batch_size", "learning_rate", "lr", "max_epochs", "max_steps"}) {
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
  if (!line.ok()) return Fail(*workers, CommandLine(), line.status(), kExitUsage);
  if (!absl::GetFlag(FLAGS_cooccurrences_of).empty())
    return CountCooccurrences(*line, *workers, &interruption);
  if (AddsFeatures()) return AddTokenVectors(*line, workers.get(), &interruption);
  return PreprocessTexts(*line, workers.get(), &interruption);
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) { return elman::Main(argc, argv); }
