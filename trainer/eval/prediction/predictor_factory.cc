#include "trainer/eval/prediction/predictor_factory.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "data/format/shell_word.h"
#include "data/io/status_macros.h"
#include "data/tokenizer/tokenizer.h"
#include "data/tokenizer/tokenizer_factory.h"
#include "trainer/eval/prediction/label_predictor.h"
#include "trainer/eval/prediction/text_generator.h"
#include "trainer/eval/prediction/translation_predictor.h"
#include "trainer/network/models/spec_shapes.h"

namespace elman {
namespace {

// Checks that the inputs have features if and only if the model reads them, and that sizes agree.
absl::Status CheckInputFeatures(const TrainedModel& trained, const FeatureSource* given) {
  const int size = FeatureSize(trained.header.config().model());
  if (size == 0) {
    if (given == nullptr) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("--features: ", trained.path, " does not read feature vectors; leave it out"));
  }
  if (trained.header.task() == LANGUAGE_MODEL) {
    return absl::InvalidArgumentError(
        absl::StrCat(trained.path,
                     ": reads a feature vector per token (model.features), and generated text has "
                     "none; evaluate it with elman-evaluate on a data set with features"));
  }
  if (given == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(trained.path, ": reads a feature vector of ", size,
                     " numbers per token (model.features); give those of the input with "
                     "--features=FILE.safetensors"));
  }
  if (given->size() == size) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--features: found vectors of ", given->size(), " numbers, and ", trained.path,
                   " reads vectors of ", size, "; use features of the same kind as in training"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Predictor>> CreatePredictor(TrainedModel* trained,
                                                           const PredictionSpec& spec) {
  if (trained->is_baseline) {
    return absl::UnimplementedError(absl::StrCat(
        trained->path,
        ": a baseline makes no predictions. Evaluate it with: elman-evaluate --checkpoint=",
        ShellWord(trained->path), " --data=DATASET_DIR"));
  }
  RETURN_IF_ERROR(CheckInputFeatures(*trained, spec.features));
  ASSIGN_OR_RETURN(auto tokenizer,
                   CreateTokenizer(trained->header.fields(0).tokenizer(), trained->vocabularies[0],
                                   trained->tables[0].tokenizer_model));
  switch (trained->header.task()) {
    case LANGUAGE_MODEL:
      return CreateTextGenerator(trained, std::move(tokenizer), spec);
    case TAGGING:
      return CreateTagPredictor(trained, std::move(tokenizer), spec);
    case CLASSIFICATION:
      return CreateClassPredictor(trained, std::move(tokenizer), spec);
    case TRANSLATION:
      return CreateTranslationPredictor(trained, std::move(tokenizer), spec);
    case EMBEDDING:
      return absl::InvalidArgumentError(absl::StrCat(
          trained->path,
          ": contains word vectors, which make no predictions. Query them with: elman-inspect ",
          ShellWord(trained->path), " --neighbors=WORD"));
    default:
      return absl::UnimplementedError(
          absl::StrCat(trained->path, ": this version makes no predictions for its task, ",
                       Task_Name(trained->header.task())));
  }
}

}  // namespace elman
