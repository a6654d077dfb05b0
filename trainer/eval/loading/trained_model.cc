#include "trainer/eval/loading/trained_model.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "trainer/eval/baselines/baseline_file.h"
#include "trainer/eval/loading/baseline_model.h"
#include "trainer/network/factory/model_factory.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/checkpoint/checkpoint_vocabularies.h"
#include "trainer/record/checkpoint/finite_check.h"

namespace elman {
namespace {

absl::Status Unusable(const std::string& path, absl::string_view why) {
  return absl::DataLossError(absl::StrCat(path, ": ", why, "; use another checkpoint"));
}

// Lines are read in one stream, so that every token has its full context.
constexpr int kBaselineStreams = 1, kBaselineSteps = 1024;
constexpr int kBaselineSequences = 64;

absl::StatusOr<std::unique_ptr<TrainedModel>> LoadBaseline(const std::string& file) {
  ASSIGN_OR_RETURN(Baseline baseline, ReadBaseline(file));
  Checkpoint described;
  described.header.set_task(baseline.header.task());
  *described.header.mutable_fields() = baseline.header.fields();
  TrainingConfig* config = described.header.mutable_config();
  config->set_sequence_length(kBaselineSteps);
  config->mutable_evaluation()->set_batch_size(
      baseline.header.task() == LANGUAGE_MODEL ? kBaselineStreams : kBaselineSequences);
  described.tables = std::move(baseline.tables);
  ASSIGN_OR_RETURN(std::vector<Vocabulary> vocabularies, ReadVocabularies(described, file));
  ASSIGN_OR_RETURN(auto model, CreateBaselineModel(file, &baseline));
  return std::make_unique<TrainedModel>(TrainedModel{.path = file,
                                                     .header = std::move(described.header),
                                                     .is_baseline = true,
                                                     .vocabularies = std::move(vocabularies),
                                                     .tables = std::move(described.tables),
                                                     .values = {},
                                                     .model = std::move(model)});
}

}  // namespace

absl::StatusOr<std::unique_ptr<TrainedModel>> LoadTrainedModel(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string file, ResolveCheckpoint(path, kBest));
  if (IsBaseline(file)) return LoadBaseline(file);
  ASSIGN_OR_RETURN(Checkpoint checkpoint, ReadCheckpoint(file));
  RETURN_IF_ERROR(CheckValuesFinite(checkpoint, file));
  const CheckpointHeader& header = checkpoint.header;
  ASSIGN_OR_RETURN(std::vector<Vocabulary> vocabularies, ReadVocabularies(checkpoint, file));
  ASSIGN_OR_RETURN(auto model,
                   CreateModel(header.task(), header.config().model(),
                               VocabulariesOf(header.fields()), vocabularies[0].counts()));
  std::vector<float>* values = checkpoint.Find(kValuesArray);
  if (values == nullptr || static_cast<int64_t>(values->size()) != model->parameters().size() ||
      !SameParameters(model->parameters(), header)) {
    return Unusable(file, "its parameters do not match the model that it describes");
  }
  auto trained =
      std::make_unique<TrainedModel>(TrainedModel{.path = file,
                                                  .header = header,
                                                  .vocabularies = std::move(vocabularies),
                                                  .tables = std::move(checkpoint.tables),
                                                  .values = std::move(*values),
                                                  .model = std::move(model)});
  trained->model->UseValues(trained->values.data());
  return trained;
}

}  // namespace elman
