// elman-baseline: makes baseline models without a network: n-grams, TF-IDF, most frequent tags.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/command_line/flag_groups.h"
#include "data/command_line/interruption.h"
#include "data/command_line/next_commands.h"
#include "data/command_line/output_checks.h"
#include "data/command_line/program.h"
#include "data/format/named_values.h"
#include "data/format/number_text.h"
#include "data/format/shell_word.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/shards/dataset.h"
#include "trainer/comm/processors.h"
#include "trainer/eval/baselines/tag_counts.h"
#include "trainer/eval/baselines/tfidf.h"
#include "trainer/eval/ngrams/arpa.h"
#include "trainer/eval/ngrams/ngram_estimation.h"

ABSL_FLAG(std::string, kind, "",
          "`KIND` The kind of model. ngram: an n-gram language model; tfidf: a classifier; "
          "most_frequent_tag: a tagger. The data set must be for the same task.");
ABSL_FLAG(std::string, data, "",
          "`DATASET_DIR` The data set. Its split train is used to make the model.");
ABSL_FLAG(std::string, output, "", "`FILE` The file to write.");
ABSL_FLAG(int32_t, order, 5,
          "For ngram: maximum length of the n-grams, in tokens. 1: unigrams only. The upper limit "
          "depends on the size of the vocabulary.");
ABSL_FLAG(std::string, prune, "0",
          "`COUNT,...` For ngram: leaves out rare n-grams, to make the model smaller. The numbers "
          "are for n-grams of 1, 2, 3, ... tokens; the last number is also used for all longer "
          "n-grams. N-grams that occur at most COUNT times are left out. The first number must be "
          "0, and no number may be less than the one before it. Example: 0,0,1 leaves out n-grams "
          "of three or more tokens that occur once. 0: leaves out none.");
ABSL_FLAG(std::string, import_arpa, "",
          "`FILE` For ngram: imports the model from this ARPA file, which may be compressed, "
          "instead of counting n-grams. The model gets the vocabulary of --data; n-grams with "
          "other tokens are left out.");
ABSL_FLAG(double, inverse_regularization, elman::LogisticRegressionSpec().inverse_regularization,
          "For tfidf: inverse regularization strength C of the logistic regression. Above 0. "
          "Smaller values give a stronger L2 penalty.");
ABSL_FLAG(uint64_t, memory_mb, 1024,
          "For ngram: memory for counting, in MiB. At least 1. Counts that need more memory are "
          "sorted on disk, in the folder of --output; the result is the same.");
ABSL_FLAG(int32_t, threads, 0, "For ngram: number of threads, up to 1024. 0: one per core.");

namespace elman {
namespace {

constexpr Example kExamples[] = {
    {"Make a 5-gram model with Kneser-Ney smoothing and compute its perplexity",
     "elman-baseline --kind=ngram --data=run/mine/data --output=run/mine/5gram\n"
     "elman-evaluate --checkpoint=run/mine/5gram --data=run/mine/data"},
    {"Test whether a network is significantly better than the baseline",
     "elman-evaluate --checkpoint=run/mine/model --data=run/mine/data \\\n"
     "    --compare=run/mine/5gram"},
    {"Import a model of KenLM",
     "elman-baseline --kind=ngram --import_arpa=model.arpa.gz \\\n"
     "    --data=run/mine/data --output=run/mine/kenlm"},
    {"Make baselines for classification and tagging",
     "elman-baseline --kind=tfidf --data=run/sentiment/data \\\n"
     "    --output=run/sentiment/tfidf\n"
     "elman-baseline --kind=most_frequent_tag --data=run/slots/data \\\n"
     "    --output=run/slots/tags"}};

constexpr Program kProgram = {
    .name = "elman-baseline",
    .purpose = "makes simple baseline models, to compare networks with",
    .usage = "elman-baseline --kind=KIND --data=DATASET_DIR --output=FILE [OPTION...]",
    .description =
        "Makes a baseline model from the split train of a data set: for language models, an n-gram "
        "model with interpolated modified Kneser-Ney smoothing; for classification, logistic "
        "regression with TF-IDF features; for tagging, the most frequent tag of each token.\n\n"
        "elman-evaluate evaluates a baseline with the same metrics as a network. elman-inspect "
        "shows a baseline, and exports n-gram models in ARPA format. Runs in one process, without "
        "MPI.",
    .examples = kExamples,
    .main_file = __FILE__};

struct Kind {
  std::string_view name;
  Task task;
};
constexpr NamedValue<Kind> kKinds[] = {{"ngram", {"ngram", LANGUAGE_MODEL}},
                                       {"tfidf", {"tfidf", CLASSIFICATION}},
                                       {"most_frequent_tag", {"most_frequent_tag", TAGGING}}};

absl::StatusOr<Kind> KindOfFlags() {
  return ParseNamed("--kind", absl::GetFlag(FLAGS_kind), kKinds);
}

absl::StatusOr<NgramEstimationSpec> NgramSpecOfFlags() {
  NgramEstimationSpec spec{.order = absl::GetFlag(FLAGS_order), .prune = {}};
  for (const absl::string_view number : absl::StrSplit(absl::GetFlag(FLAGS_prune), ',')) {
    if (!absl::SimpleAtoi(number, &spec.prune.emplace_back())) {
      return absl::InvalidArgumentError(
          absl::StrCat("--prune=", absl::GetFlag(FLAGS_prune), ": expected numbers as in 0,0,1"));
    }
  }
  const uint64_t memory_mb = absl::GetFlag(FLAGS_memory_mb);
  constexpr uint64_t kMaxMemoryMb = uint64_t{1} << 24;
  if (memory_mb < 1 || memory_mb > kMaxMemoryMb) {
    return absl::InvalidArgumentError(
        absl::StrCat("--memory_mb=", memory_mb, ": it must be from 1 to ", kMaxMemoryMb));
  }
  spec.memory_bytes = memory_mb << 20;
  const int threads = absl::GetFlag(FLAGS_threads);
  constexpr int kMaxThreads = 1024;
  if (threads < 0 || threads > kMaxThreads) {
    return absl::InvalidArgumentError(
        absl::StrCat("--threads=", threads, ": it must be from 0 to ", kMaxThreads));
  }
  spec.threads = threads > 0 ? threads : UsableThreads();
  return spec;
}

absl::Status CheckFlags(const CommandLine& command_line) {
  RETURN_IF_ERROR(ExpectNoArguments(command_line));
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_kind), "--kind=ngram|tfidf|most_frequent_tag"));
  ASSIGN_OR_RETURN(const Kind kind, KindOfFlags());
  const bool ngrams = kind.task == LANGUAGE_MODEL;
  const bool counts = ngrams && absl::GetFlag(FLAGS_import_arpa).empty();
  const FlagGroup groups[] = {
      {"--kind=ngram", ngrams, {"import_arpa", "order", "prune", "memory_mb", "threads"}},
      {"--kind=tfidf", kind.task == CLASSIFICATION, {"inverse_regularization"}}};
  RETURN_IF_ERROR(ExpectApplicable(command_line, groups,
                                   absl::StrCat("this is --kind=", std::string(kind.name))));
  const FlagGroup counting[] = {
      {"counting n-grams", counts, {"order", "prune", "memory_mb", "threads"}}};
  RETURN_IF_ERROR(ExpectApplicable(command_line, counting, "--import_arpa reads a model instead"));
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_data), "--data=DATASET_DIR"));
  const std::string output = absl::GetFlag(FLAGS_output);
  RETURN_IF_ERROR(ExpectFlag(output, "--output=FILE"));
  RETURN_IF_ERROR(ExpectNoFolder({"--output", output}, kind.name));
  RETURN_IF_ERROR(NgramSpecOfFlags().status());
  if (const double c = absl::GetFlag(FLAGS_inverse_regularization); !(c > 0) || !std::isfinite(c)) {
    return absl::InvalidArgumentError(absl::StrCat("--inverse_regularization=", RoundedText(c),
                                                   ": it must be above 0, and finite"));
  }
  return absl::OkStatus();
}

absl::Status Run(const CommandLine&) {
  Interruption interruption{std::string(kProgram.name)};
  ASSIGN_OR_RETURN(const auto dataset, Dataset::Open(absl::GetFlag(FLAGS_data)));
  ASSIGN_OR_RETURN(const Kind kind, KindOfFlags());
  if (dataset->manifest().task() != kind.task) {
    const auto name = [](Task task) { return absl::AsciiStrToLower(Task_Name(task)); };
    const Task task = dataset->manifest().task();
    const auto* const other = std::ranges::find(
        kKinds, task, [](const NamedValue<Kind>& known) { return known.value.task; });
    return absl::FailedPreconditionError(absl::StrCat(
        dataset->folder(), ": a data set for task ", name(task),
        ", but --kind=", std::string(kind.name), " is for ", name(kind.task), "; ",
        other == std::end(kKinds) ? "there is no baseline for this task"
                                  : absl::StrCat("use --kind=", std::string(other->name))));
  }
  const std::string output = absl::GetFlag(FLAGS_output);
  const GivenPath inputs[] = {{"--data", dataset->folder()},
                              {"--import_arpa", absl::GetFlag(FLAGS_import_arpa)}};
  RETURN_IF_ERROR(ExpectOutputApart({"--output", output}, inputs));
  RETURN_IF_ERROR(ExpectNoDatasetThere({"--output", output}));
  RETURN_IF_ERROR(CreateFolder(FolderOf(output)));
  const std::string arpa = absl::GetFlag(FLAGS_import_arpa);
  if (!arpa.empty()) {
    RETURN_IF_ERROR(ImportArpa(*dataset, arpa, output));
  } else if (kind.task == LANGUAGE_MODEL) {
    ASSIGN_OR_RETURN(NgramEstimationSpec spec, NgramSpecOfFlags());
    spec.interruption = &interruption;
    RETURN_IF_ERROR(EstimateNgramModel(dataset, spec, output));
  } else if (kind.task == CLASSIFICATION) {
    const LogisticRegressionSpec spec{absl::GetFlag(FLAGS_inverse_regularization)};
    RETURN_IF_ERROR(FitTfidfModel(dataset, spec, output));
  } else {
    RETURN_IF_ERROR(CountTags(dataset, output));
  }
  const bool has_test = dataset->FindSplit("test").ok();
  const std::string split = has_test ? "test" : dataset->manifest().splits().rbegin()->name();
  std::printf(
      "wrote %s\n%s\n", output.c_str(),
      NextText({absl::StrCat(ProgramWord("elman-evaluate"), " --checkpoint=", PathWord(output),
                             " --data=", PathWord(dataset->folder()), " --split=", split)})
          .c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) {
  return elman::RunProgram(elman::kProgram, argc, argv, elman::CheckFlags, elman::Run);
}
