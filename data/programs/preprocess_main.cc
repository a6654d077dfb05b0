// The program elman-preprocess: converts text corpora to a data set.
#include <optional>
#include <string>

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

ABSL_FLAG(std::string, task, "language_model",
          "`TASK` What the data are for, and so their format: a task of those above.");
ABSL_FLAG(std::string, train, "",
          "`FILE[,FILE...]` Text files to train on, parallel ones as SOURCE:TARGET; - is standard "
          "input; .gz, .bz2, .xz and .zst are read directly. A folder stands for all files in it, "
          "'part-*.txt' for those that match, @LIST for those that each line of the file LIST "
          "names. A comma or colon belongs to a path where there is such a file, and behind a "
          "backslash.");
ABSL_FLAG(std::string, valid, "", "`FILE[,FILE...]` Text files to validate on.");
ABSL_FLAG(std::string, test, "", "`FILE[,FILE...]` Text files to test on.");
ABSL_FLAG(std::string, split, "",
          "`TRAIN,VALID[,TEST]` Divides --train by these weights, such as 98,1,1. An example goes "
          "where a hash of its text says, so equal ones go together.");
ABSL_FLAG(
    std::string, on_invalid, "keep",
    "`WAY` What to do with examples whose bytes are not UTF-8. keep: as it is, but NUL bytes are "
    "an error; replace: with U+FFFD in place of them; skip: leaves them out; fail: is an "
    "error.");
ABSL_FLAG(uint64_t, max_length, 0,
          "For tagging, classification and translation: examples with more than `N` tokens in a "
          "field, </s> included, are handled as --on_long says and counted; 0: none is too long. "
          "Applies to every split.");
ABSL_FLAG(std::string, on_long, "drop",
          "`WAY` With --max_length. drop: leaves examples that are too long out; truncate: keeps "
          "their first tokens.");
ABSL_FLAG(std::string, label_order, "",
          "`ORDER` For classification: the order of the labels, which ordinal models take for that "
          "of ratings. numeric; bytes; LOWEST,...,HIGHEST: all labels; or a file with a label on "
          "each line. Default: numeric if all labels are numbers, else bytes.");
ABSL_FLAG(std::string, tag_scheme, "",
          "`SCHEME` For tagging: how tags mark entities, which decides whether and how precision, "
          "recall and F1 are computed. iob1, iob2, ioe1, ioe2, iobes, bilou, bmes; none: not at "
          "all. Default: recognized by the tags of train.");
ABSL_FLAG(std::string, word_column, "",
          "`N|NAME` For tagging: the column of the words, from 1, or of CoNLL-U its name. Default: "
          "the first, of CoNLL-U form.");
ABSL_FLAG(std::string, tag_column, "",
          "`N|NAME` For tagging: the column of the tags, from 1, or of CoNLL-U its name, such as "
          "upos, xpos or deprel. Default: the last, of CoNLL-U upos.");
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
          "token that models read, of every split (launch/guides/formats.md).");
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
ABSL_FLAG(bool, keep_empty_lines, false,
          "Keeps lines without a word: each is just </s>. Goes with --vocabulary_of too.");
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
        "  tagging         WORD<TAB>TAG lines, an empty line after each sentence; CoNLL-U\n"
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

int Main(int argc, char** argv) {
  GuardProcess(kProgram.name);
  const absl::StatusOr<CommandLine> line = ParseCommandLine(argc, argv, __FILE__);
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
