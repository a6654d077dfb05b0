// elman-evaluate: the figures of a checkpoint over a split, on one process.
#include <cstdio>

#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "data/io/json_writer.h"
#include "data/io/program.h"
#include "data/io/status_macros.h"
#include "data/shards/dataset.h"
#include "trainer/eval/checkpoint_fields.h"
#include "trainer/eval/evaluator.h"
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
    "Computes the loss of a trained model over a split of a data set, and the figures of its task.",
    __FILE__};

absl::Status CheckFlags(const CommandLine& command_line) {
  RETURN_IF_ERROR(ExpectNoArguments(command_line));
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_checkpoint), "--checkpoint=RUN_DIR|FILE"));
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_data), "--data=DATASET_DIR"));
  return ExpectFormat(absl::GetFlag(FLAGS_format));
}

absl::Status Run(const CommandLine&) {
  LimitThreads();
  ASSIGN_OR_RETURN(const auto trained, LoadTrainedModel(absl::GetFlag(FLAGS_checkpoint)));
  ASSIGN_OR_RETURN(const auto dataset, Dataset::Open(absl::GetFlag(FLAGS_data)));
  const CheckpointHeader& header = trained->header;
  RETURN_IF_ERROR(CheckFields(header, trained->path, *dataset,
                              "evaluate on a data set built with the same vocabulary"));
  const std::string split = absl::GetFlag(FLAGS_split);
  ASSIGN_OR_RETURN(const auto evaluator, CreateEvaluator(dataset, split, header.config()));
  ASSIGN_OR_RETURN(const Evaluation evaluation, evaluator->Evaluate(trained->model.get()));
  if (absl::GetFlag(FLAGS_format) == "text") {
    std::printf("%s, step %lld, on split %s\n\n%s", trained->path.c_str(),
                static_cast<long long>(header.progress().step()), split.c_str(),
                EvaluationText(evaluation).c_str());
    return absl::OkStatus();
  }
  JsonObject json;
  json.Add("task", absl::AsciiStrToLower(Task_Name(header.task())))
      .Add("split", split)
      .Add("checkpoint", trained->path)
      .Add("step", int64_t{header.progress().step()});
  AddEvaluation(evaluation, /*with_tables=*/true, &json);
  std::printf("%s\n", json.ToString().c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) {
  return elman::RunProgram(elman::kProgram, argc, argv, elman::CheckFlags, elman::Run);
}
