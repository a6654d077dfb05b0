// elman-evaluate: computes the metrics of a checkpoint or of a baseline over a split, in one
// process.
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "data/command_line/flag_groups.h"
#include "data/command_line/output_checks.h"
#include "data/command_line/path_lists.h"
#include "data/command_line/program.h"
#include "data/format/json_writer.h"
#include "data/format/named_values.h"
#include "data/format/number_text.h"
#include "data/io/atomic_file.h"
#include "data/io/status_macros.h"
#include "data/shards/dataset.h"
#include "data/shards/raw_text_reader.h"
#include "data/text/tag_scheme.h"
#include "data/text/task_fields.h"
#include "trainer/eval/embeddings/vector_source.h"
#include "trainer/eval/embeddings/word_space.h"
#include "trainer/eval/embeddings/word_tests.h"
#include "trainer/eval/evaluators/evaluator.h"
#include "trainer/eval/evaluators/evaluator_factory.h"
#include "trainer/eval/evaluators/example_sums.h"
#include "trainer/eval/evaluators/label_metrics.h"
#include "trainer/eval/evaluators/position_losses.h"
#include "trainer/eval/evaluators/translation_scorer.h"
#include "trainer/eval/loading/comparison.h"
#include "trainer/eval/loading/surprisal.h"
#include "trainer/eval/loading/trained_model.h"
#include "trainer/network/math/compute_scope.h"
#include "trainer/network/models/spec_shapes.h"
#include "trainer/record/checkpoint/checkpoint_vocabularies.h"

ABSL_FLAG(std::string, checkpoint, "",
          "`RUN_DIR|FILE` The model: a run directory, a checkpoint, or a file that elman-baseline "
          "wrote. In a run directory, the best checkpoint is used or, for --word_similarity and "
          "--analogies, the latest one.");
ABSL_FLAG(std::string, data, "",
          "`DATASET_DIR` The data set that contains the split to evaluate on.");
ABSL_FLAG(std::string, split, "test", "`SPLIT` The split to evaluate on: train, valid or test.");
ABSL_FLAG(std::string, vectors, "",
          "`FILE` For --word_similarity and --analogies: evaluates the word vectors in this file, "
          "instead of those of --checkpoint. Formats: word2vec, fastText, GloVe and safetensors, "
          "as for elman-train --vectors.");
ABSL_FLAG(std::string, word_similarity, "",
          "`FILE[,FILE...]` Evaluates word vectors: prints Spearman's rank correlation between the "
          "cosine similarities of word pairs and ratings by humans. Each line of FILE has two "
          "words and a rating, as in WordSim-353.");
ABSL_FLAG(std::string, analogies, "",
          "`FILE[,FILE...]` Evaluates word vectors: prints the fraction of analogies that are "
          "solved. Each line of FILE has four words A B C D, as in questions-words.txt of "
          "word2vec. An analogy is solved if, of all words except A, B and C, D has the vector "
          "nearest to B - A + C.");
ABSL_FLAG(std::string, compare, "",
          "`RUN_DIR|FILE` Compares with a second model that has the same vocabulary: a run "
          "directory, a checkpoint or a file that elman-baseline wrote. Prints the differences of "
          "the metrics, with 95 % confidence intervals and p-values from paired bootstrap "
          "resampling.");
ABSL_FLAG(int32_t, bootstrap_samples, 1000,
          "For --compare: number of bootstrap samples. At least 1.");
ABSL_FLAG(std::string, surprisal, "",
          "`FILE` For language models: writes a table to FILE with the surprisal of every token of "
          "the split, in bits. Surprisal is -log2 of the probability of the token.");
ABSL_FLAG(std::string, tag_scheme, "",
          "`SCHEME` For tagging: how tags mark entities. One of iob1, iob2, ioe1, ioe2, iobes, "
          "bilou and bmes; or none: prints only the accuracy. Default: the scheme of the data "
          "set.");
ABSL_FLAG(std::string, entity_mode, "conlleval",
          "`MODE` For tagging: how entities are counted where tags violate their scheme, for "
          "example I-PER directly after O in iob2. conlleval: as the script conlleval does; "
          "strict: only entities that are valid in the scheme are counted, as seqeval does with "
          "mode='strict'.");
ABSL_FLAG(int32_t, streams, 0,
          "For language models and word vectors: maximum number `N` of streams. A stream is a part "
          "of the split that starts at the beginning of a line; all streams are read in parallel. "
          "1: the split is read in order, and all earlier tokens are the context of each token; "
          "this is slow. 0: as in validation during training. At most 65536.");
ABSL_FLAG(std::string, format, "text",
          "`FORMAT` Output format: text, or json (one JSON object on one line).");
ABSL_FLAG(int32_t, beam, elman::TranslationSearchSpec().beam,
          "For translation: width of the beam search. From 1 to 1024.");
ABSL_FLAG(double, length_penalty, elman::TranslationSearchSpec().length_penalty,
          "For translation: exponent X of the length normalization. The log-probability of a "
          "translation is divided by ((5 + tokens) / 6)^X, where tokens is its length. Higher "
          "values give longer translations. At least 0.");
ABSL_FLAG(std::string, score_tokenization, "",
          "`NAME` For translation: the tokenization for BLEU: 13a, zh (Chinese) or char "
          "(characters). Default: depends on the writing system of the references: zh for Chinese; "
          "char for Japanese, Thai and others without spaces between words; otherwise 13a.");
ABSL_FLAG(bool, score_lowercase, false,
          "For translation: converts translations and references to lower case before scoring, "
          "like sacreBLEU with -lc. The signature printed with the scores then contains case:lc "
          "instead of case:mixed.");

namespace elman {
namespace {

constexpr Example kExamples[] = {
    {"Evaluate the best checkpoint of a run on the test split",
     "elman-evaluate --checkpoint=run/mine/model --data=run/mine/data"},
    {"Test whether this run is significantly better than another one",
     "elman-evaluate --checkpoint=run/mine/model --data=run/mine/data \\\n"
     "    --compare=run/other"},
    {"Write the surprisal of each token, given all earlier tokens of the split",
     "elman-evaluate --checkpoint=run/mine/model --data=run/mine/data \\\n"
     "    --streams=1 --surprisal=bits.tsv"},
    {"Compare word vectors with human similarity ratings",
     "elman-evaluate --checkpoint=run/vectors/model \\\n"
     "    --word_similarity=wordsim353.txt"},
    {"Print one JSON object, for a script",
     "elman-evaluate --checkpoint=run/mine/model --data=run/mine/data \\\n"
     "    --split=valid --format=json"}};

constexpr Program kProgram = {
    .name = "elman-evaluate",
    .purpose = "computes the metrics of a trained model on a data set",
    .usage =
        "elman-evaluate --checkpoint=RUN_DIR|FILE --data=DATASET_DIR [OPTION...]\n"
        "elman-evaluate (--checkpoint=RUN_DIR|FILE | --vectors=FILE)\n"
        "    [--word_similarity=FILE[,FILE...]] [--analogies=FILE[,FILE...]]",
    .description =
        "Computes the loss of a trained model on a split of a data set, and the metrics of its "
        "task: perplexity and bits per byte for language models, accuracy and F1 for taggers and "
        "classifiers, BLEU and chrF for translators. Also evaluates word vectors, with "
        "word similarities and analogies. Runs in one process, without MPI.",
    .examples = kExamples,
    .main_file = __FILE__};

constexpr ScoreTokenization kTokenizations[] = {ScoreTokenization::k13a, ScoreTokenization::kZh,
                                                ScoreTokenization::kChar};

absl::StatusOr<TranslationScorerSpec> TranslationSpecOfFlags() {
  TranslationScorerSpec spec;
  spec.search.beam = absl::GetFlag(FLAGS_beam);
  spec.search.length_penalty = absl::GetFlag(FLAGS_length_penalty);
  RETURN_IF_ERROR(
      CheckSearchOptions(spec.search.beam, /*least_beam=*/1, spec.search.length_penalty));
  spec.lowercase = absl::GetFlag(FLAGS_score_lowercase);
  if (absl::GetFlag(FLAGS_score_tokenization).empty()) return spec;
  std::vector<std::string_view> names;
  for (const ScoreTokenization known : kTokenizations) names.push_back(NameOf(known));
  ASSIGN_OR_RETURN(const size_t found, FindName("--score_tokenization",
                                                absl::GetFlag(FLAGS_score_tokenization), names));
  spec.tokenization = kTokenizations[found];
  return spec;
}

absl::StatusOr<EntitySpec> EntitySpecOfFlags() {
  EntitySpec spec;
  if (const std::string scheme = absl::GetFlag(FLAGS_tag_scheme); !scheme.empty()) {
    ASSIGN_OR_RETURN(spec.scheme, ParseTagScheme("tag_scheme", scheme));
  }
  constexpr NamedValue<EntityMode> kModes[] = {{"conlleval", EntityMode::kConlleval},
                                               {"strict", EntityMode::kStrict}};
  ASSIGN_OR_RETURN(spec.mode,
                   ParseNamed("--entity_mode", absl::GetFlag(FLAGS_entity_mode), kModes));
  return spec;
}

std::string SplitOfFlags() { return absl::AsciiStrToLower(absl::GetFlag(FLAGS_split)); }

bool TestsWords() {
  return !absl::GetFlag(FLAGS_word_similarity).empty() || !absl::GetFlag(FLAGS_analogies).empty();
}

absl::Status CheckFlags(const CommandLine& command_line) {
  RETURN_IF_ERROR(ExpectNoArguments(command_line));
  if (TestsWords()) {
    RETURN_IF_ERROR(ExpectOnly(command_line,
                               {"checkpoint", "vectors", "word_similarity", "analogies", "format"},
                               "--word_similarity and --analogies"));
    if (absl::GetFlag(FLAGS_checkpoint).empty() != absl::GetFlag(FLAGS_vectors).empty())
      return ExpectFormat(absl::GetFlag(FLAGS_format));
    return absl::InvalidArgumentError(
        "--word_similarity and --analogies: give either --checkpoint=RUN_DIR|FILE or "
        "--vectors=FILE");
  }
  if (!absl::GetFlag(FLAGS_vectors).empty()) {
    return absl::InvalidArgumentError(
        "--vectors is for --word_similarity=FILE and --analogies=FILE; give one of them");
  }
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_checkpoint), "--checkpoint=RUN_DIR|FILE"));
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_data), "--data=DATASET_DIR"));
  const FlagGroup compares[] = {
      {"--compare", !absl::GetFlag(FLAGS_compare).empty(), {"bootstrap_samples"}}};
  RETURN_IF_ERROR(ExpectApplicable(command_line, compares, "that is not given"));
  if (const int samples = absl::GetFlag(FLAGS_bootstrap_samples); samples < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("--bootstrap_samples=", samples, ": it must be at least 1"));
  }
  if (const int streams = absl::GetFlag(FLAGS_streams); streams < 0 || streams > (1 << 16)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--streams=", streams, ": it must be from 0 to 65536"));
  }
  RETURN_IF_ERROR(TranslationSpecOfFlags().status());
  RETURN_IF_ERROR(EntitySpecOfFlags().status());
  return ExpectFormat(absl::GetFlag(FLAGS_format));
}

// Loads a model for a data set, with the number of streams of --streams.
absl::StatusOr<std::unique_ptr<TrainedModel>> LoadFor(const std::string& path,
                                                      const Dataset& dataset,
                                                      std::string_view alternative) {
  ASSIGN_OR_RETURN(auto trained, LoadTrainedModel(path));
  RETURN_IF_ERROR(CheckFields(trained->header, trained->path, dataset, alternative));
  const int streams = absl::GetFlag(FLAGS_streams);
  if (streams == 0 || !IsRunningText(trained->header.task())) return trained;
  EvaluationSpec* evaluation = trained->header.mutable_config()->mutable_evaluation();
  evaluation->set_streams(EvaluationSpec::CONTEXT);
  evaluation->set_batch_size(streams);
  evaluation->set_stream_tokens(1);
  return trained;
}

// The model that was evaluated. A baseline has no steps.
std::string Title(const TrainedModel& trained) {
  if (trained.is_baseline) return trained.path;
  return absl::StrCat(trained.path, ", step ", trained.header.progress().step());
}

// Tables of a language model: losses by position in a line, and surprisals of tokens.
class LineTables {
 public:
  absl::Status Begin(Evaluator* evaluator) {
    evaluator->AddObserver(&positions_);
    const std::string path = absl::GetFlag(FLAGS_surprisal);
    if (path.empty()) return absl::OkStatus();
    evaluator->AddObserver(&surprisal_);
    ASSIGN_OR_RETURN(file_, AtomicFile::Create(path));
    return absl::OkStatus();
  }

  absl::Status Finish(const std::shared_ptr<const Dataset>& dataset, Evaluation* evaluation) {
    evaluation->tables.push_back(positions_.Table());
    if (!file_) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto unknown_words,
                     RawTextReader::Open(dataset, SplitOfFlags(), RawTextHeader::UNKNOWN_WORDS));
    RETURN_IF_ERROR(surprisal_.AppendTo(dataset->vocabulary(), unknown_words.get(), file_.get()));
    return file_->Publish();
  }

 private:
  PositionLosses positions_;
  Surprisal surprisal_;
  std::unique_ptr<AtomicFile> file_;
};

absl::StatusOr<ScoredTranslations> ScoreSplit(const std::shared_ptr<const Dataset>& dataset,
                                              const TrainedModel& trained) {
  ASSIGN_OR_RETURN(const TranslationScorerSpec spec, TranslationSpecOfFlags());
  return ScoreTranslations(dataset, SplitOfFlags(), spec,
                           FeatureSize(trained.header.config().model()), trained.model.get());
}

// Evaluates the other model as the first one, and adds the differences to the first one's metrics.
absl::Status AddComparison(const std::shared_ptr<const Dataset>& dataset, TrainedModel* other,
                           const Evaluator& evaluator, const ExampleSums& examples,
                           const ScoredTranslations& translations, Evaluation* evaluation) {
  ASSIGN_OR_RETURN(const EntitySpec entities, EntitySpecOfFlags());
  ASSIGN_OR_RETURN(const auto others_evaluator,
                   CreateEvaluator(dataset, SplitOfFlags(), other->header.config(), entities));
  ExampleSums others_examples(examples.examples());
  others_evaluator->AddObserver(&others_examples);
  ASSIGN_OR_RETURN(const Evaluation others, others_evaluator->Evaluate(other->model.get()));
  ASSIGN_OR_RETURN(MetricTable table,
                   Compare(evaluator, {*evaluation, examples}, {others, others_examples},
                           absl::GetFlag(FLAGS_bootstrap_samples)));
  if (dataset->manifest().task() == TRANSLATION) {
    ASSIGN_OR_RETURN(const ScoredTranslations others_translations, ScoreSplit(dataset, *other));
    CompareTranslations(translations, others_translations, absl::GetFlag(FLAGS_bootstrap_samples),
                        &table);
  }
  evaluation->tables.push_back(std::move(table));
  return absl::OkStatus();
}

absl::Status RunWordTests() {
  const std::string checkpoint = absl::GetFlag(FLAGS_checkpoint);
  const std::string path = checkpoint.empty() ? absl::GetFlag(FLAGS_vectors) : checkpoint;
  ASSIGN_OR_RETURN(const std::unique_ptr<VectorReader> reader, OpenVectorSource(path));
  ASSIGN_OR_RETURN(const std::unique_ptr<WordSpace> space, ReadWordSpace(reader.get()));
  Evaluation evaluation;
  if (const std::string text = absl::GetFlag(FLAGS_word_similarity); !text.empty()) {
    ASSIGN_OR_RETURN(const auto files, SplitPaths("--word_similarity", text));
    RETURN_IF_ERROR(EvaluateSimilarity(*space, files, &evaluation));
  }
  if (const std::string text = absl::GetFlag(FLAGS_analogies); !text.empty()) {
    ASSIGN_OR_RETURN(const auto files, SplitPaths("--analogies", text));
    RETURN_IF_ERROR(EvaluateAnalogies(*space, files, &evaluation));
  }
  if (!IsJson(absl::GetFlag(FLAGS_format))) {
    std::printf("%s, %lld vectors of %lld elements\n\n%s", path.c_str(),
                static_cast<long long>(space->words()), static_cast<long long>(space->size()),
                EvaluationText(evaluation).c_str());
    return absl::OkStatus();
  }
  JsonObject json;
  json.Add("vectors", path).Add("words", space->words()).Add("size", space->size());
  AddEvaluation(evaluation, /*with_tables=*/true, &json);
  std::printf("%s\n", json.ToString().c_str());
  return absl::OkStatus();
}

// Rejects options of other tasks.
absl::Status CheckTask(const CommandLine& command_line, const TrainedModel& trained) {
  const Task task = trained.header.task();
  const FlagGroup groups[] = {
      {"language models", task == LANGUAGE_MODEL, {"surprisal", "streams"}},
      {"word vectors", task == EMBEDDING, {"streams"}},
      {"taggers", task == TAGGING, {"tag_scheme", "entity_mode"}},
      {"translators",
       task == TRANSLATION,
       {"beam", "length_penalty", "score_tokenization", "score_lowercase"}}};
  return ExpectApplicable(
      command_line, groups,
      absl::StrCat(trained.path, " is ", std::string(TraitsOf(task).model_noun)));
}

absl::Status Run(const CommandLine& command_line) {
  const ComputeScope scope;
  if (TestsWords()) return RunWordTests();
  ASSIGN_OR_RETURN(const auto dataset, Dataset::Open(absl::GetFlag(FLAGS_data)));
  ASSIGN_OR_RETURN(const auto trained,
                   LoadFor(absl::GetFlag(FLAGS_checkpoint), *dataset, /*alternative=*/""));
  RETURN_IF_ERROR(CheckTask(command_line, *trained));
  const GivenPath inputs[] = {{"--data", dataset->folder()}, {"--checkpoint", trained->path}};
  const GivenPath surprisal = {"--surprisal", absl::GetFlag(FLAGS_surprisal)};
  RETURN_IF_ERROR(ExpectOutputApart(surprisal, inputs));
  RETURN_IF_ERROR(ExpectNoDatasetThere(surprisal));
  RETURN_IF_ERROR(ExpectNoFolder(surprisal, "surprisal.tsv"));
  const CheckpointHeader& header = trained->header;
  if (IsGlove(header.task(), header.config().model()) ||
      TraitsOf(dataset->manifest().task()).word_pairs) {
    return absl::InvalidArgumentError(
        "GloVe vectors predict no text and have no comparable loss on other text; evaluate them "
        "with --word_similarity=FILE or --analogies=FILE, without --data");
  }
  if (!TraitsOf(header.task()).predicts && !absl::GetFlag(FLAGS_compare).empty()) {
    return absl::InvalidArgumentError(
        "--compare: losses of word vectors depend on sampled words and cannot be compared; "
        "evaluate each of the two with --word_similarity=FILE");
  }
  std::unique_ptr<TrainedModel> other;
  if (const std::string path = absl::GetFlag(FLAGS_compare); !path.empty()) {
    ASSIGN_OR_RETURN(
        other, LoadFor(path, *dataset, "compare with a model of the same task and vocabulary"));
  }
  const std::string split = SplitOfFlags();
  const absl::StatusOr<const SplitEntry*> entry = dataset->FindSplit(split);
  if (!entry.ok()) {
    return absl::NotFoundError(
        absl::StrCat("--split=", split, ": ", std::string(entry.status().message())));
  }
  ASSIGN_OR_RETURN(const EntitySpec entities, EntitySpecOfFlags());
  ASSIGN_OR_RETURN(const auto evaluator,
                   CreateEvaluator(dataset, split, header.config(), entities));
  ExampleSums examples(other ? (*entry)->counts(0).examples() : 0);
  if (other) evaluator->AddObserver(&examples);
  LineTables tables;
  if (header.task() == LANGUAGE_MODEL) RETURN_IF_ERROR(tables.Begin(evaluator.get()));
  ASSIGN_OR_RETURN(Evaluation evaluation, evaluator->Evaluate(trained->model.get()));
  if (const Metric* predictions = evaluation.Find("predictions");
      predictions != nullptr && predictions->value == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(dataset->folder(), ", split ", split, ": ", evaluation.remarks.back(),
                     ", or evaluate the vectors by --word_similarity=FILE or --analogies=FILE"));
  }
  if (!std::isfinite(evaluation.loss)) {
    return absl::OutOfRangeError(absl::StrCat(trained->path, ": the loss on ", split, " is ",
                                              RoundedText(evaluation.loss),
                                              ": the values of this checkpoint are too large to "
                                              "compute with; use an earlier checkpoint"));
  }
  if (header.task() == LANGUAGE_MODEL) RETURN_IF_ERROR(tables.Finish(dataset, &evaluation));
  ScoredTranslations translations;
  if (header.task() == TRANSLATION) {
    ASSIGN_OR_RETURN(translations, ScoreSplit(dataset, *trained));
  }
  if (other) {
    RETURN_IF_ERROR(
        AddComparison(dataset, other.get(), *evaluator, examples, translations, &evaluation));
  }
  if (header.task() == TRANSLATION) AddScores(translations, &evaluation);
  if (!IsJson(absl::GetFlag(FLAGS_format))) {
    std::printf("%s, on split %s\n\n%s", Title(*trained).c_str(), split.c_str(),
                EvaluationText(evaluation).c_str());
    if (other) {
      std::printf(
          "\nother: %s\nlow, high: 95 %% confidence interval of the difference, %d bootstrap "
          "samples of %lld examples\np value: two-sided, under the hypothesis that both models are "
          "equally good\n",
          Title(*other).c_str(), absl::GetFlag(FLAGS_bootstrap_samples),
          static_cast<long long>(examples.examples()));
    }
    return absl::OkStatus();
  }
  JsonObject json;
  json.Add("task", absl::AsciiStrToLower(Task_Name(header.task())))
      .Add("split", split)
      .Add("checkpoint", trained->path)
      .Add("step", int64_t{header.progress().step()});
  AddEvaluation(evaluation, /*with_tables=*/true, &json);
  if (other) {
    json.Add("compared_with", other->path)
        .Add("bootstrap_samples", absl::GetFlag(FLAGS_bootstrap_samples));
  }
  std::printf("%s\n", json.ToString().c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) {
  return elman::RunProgram(elman::kProgram, argc, argv, elman::CheckFlags, elman::Run);
}
