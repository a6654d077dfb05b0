// elman-evaluate: the loss of a checkpoint over a split, on one process.
#include <cstdio>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "data/io/program.h"
#include "data/io/status_macros.h"
#include "data/shards/dataset.h"
#include "trainer/eval/evaluator.h"
#include "trainer/eval/metrics.h"
#include "trainer/eval/trained_model.h"
#include "trainer/math/compute_environment.h"

ABSL_FLAG(std::string, checkpoint, "",
          "a run directory (its best checkpoint) or a checkpoint file");
ABSL_FLAG(std::string, data, "", "the data set's folder");
ABSL_FLAG(std::string, split, "test", "train, valid or test");
ABSL_FLAG(std::string, format, "text", "text, or json: one JSON object on one line");

namespace elman {
namespace {

constexpr Program kProgram = {
    "elman-evaluate",
    "Usage: elman-evaluate --checkpoint=RUN_DIR|FILE --data=DATASET_DIR [--split=test] "
    "[--format=text|json]\n"
    "Computes the loss and perplexity of a trained model over a split of a data set.",
    __FILE__};

absl::Status CheckFlags(const CommandLine& command_line) {
  RETURN_IF_ERROR(ExpectNoArguments(command_line));
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_checkpoint), "--checkpoint=RUN_DIR|FILE"));
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_data), "--data=DATASET_DIR"));
  return ExpectFormat(absl::GetFlag(FLAGS_format));
}

absl::Status CheckVocabulary(const TrainedModel& trained, const Dataset& dataset) {
  const std::string& ours = trained.header.vocabulary().fingerprint();
  const std::string& theirs = dataset.manifest().fields(0).vocabulary().fingerprint();
  if (ours == theirs) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      dataset.folder(), ": its vocabulary has fingerprint ", theirs, ", but ", trained.path,
      " was trained with ", ours, "; evaluate on a data set built with the same vocabulary"));
}

void PrintText(const TrainedModel& trained, const LanguageModelMetrics& metrics,
               const TextCounts& text) {
  std::printf("checkpoint      %s (step %lld)\n", trained.path.c_str(),
              static_cast<long long>(trained.header.progress().step()));
  std::printf("split           %s: %llu tokens, %llu words, %llu bytes, %.3f %% unknown\n",
              absl::GetFlag(FLAGS_split).c_str(), static_cast<unsigned long long>(text.tokens()),
              static_cast<unsigned long long>(text.words()),
              static_cast<unsigned long long>(text.bytes()), 100 * metrics.unknown_rate);
  std::printf("loss            %.6f nats per token\n", metrics.loss);
  std::printf("perplexity      %.3f per token, %.3f per word\n", metrics.perplexity,
              metrics.word_perplexity);
  std::printf("bits per byte   %.4f\n", metrics.bits_per_byte);
}

absl::Status Run(const CommandLine&) {
  LimitThreads();
  ASSIGN_OR_RETURN(const auto trained, LoadTrainedModel(absl::GetFlag(FLAGS_checkpoint)));
  ASSIGN_OR_RETURN(const auto dataset, Dataset::Open(absl::GetFlag(FLAGS_data)));
  RETURN_IF_ERROR(CheckVocabulary(*trained, *dataset));
  const std::string split = absl::GetFlag(FLAGS_split);
  ASSIGN_OR_RETURN(const SplitEntry* entry, dataset->FindSplit(split));
  const TrainingConfig& config = trained->header.config();
  ASSIGN_OR_RETURN(const auto evaluator,
                   Evaluator::Create(dataset, split, config.evaluation().batch_size(),
                                     config.sequence_length()));
  ASSIGN_OR_RETURN(const LossSums sums, evaluator->Evaluate(trained->model.get()));
  const LanguageModelMetrics metrics = ComputeMetrics(sums, entry->counts(0));
  if (absl::GetFlag(FLAGS_format) == "text") {
    PrintText(*trained, metrics, entry->counts(0));
    return absl::OkStatus();
  }
  JsonObject json;
  json.Add("task", "language_model")
      .Add("split", split)
      .Add("checkpoint", trained->path)
      .Add("step", int64_t{trained->header.progress().step()});
  AddMetrics(metrics, entry->counts(0), &json);
  std::printf("%s\n", json.ToString().c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) {
  return elman::RunProgram(elman::kProgram, argc, argv, elman::CheckFlags, elman::Run);
}
