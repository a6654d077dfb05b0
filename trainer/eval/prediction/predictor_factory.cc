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
        absl::StrCat("--features: ", trained.path, " reads no vectors; leave it out"));
  }
  if (trained.header.task() == LANGUAGE_MODEL) {
    return absl::InvalidArgumentError(
        absl::StrCat(trained.path,
                     ": reads a vector with every token (model.features), and there is none for "
                     "text that it would make up; elman-evaluate judges it on text that has"));
  }
  if (given == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(trained.path, ": reads a vector of ", size,
                     " numbers with every token (model.features); "
                     "give those of the input with --features=FILE.safetensors"));
  }
  if (given->size() == size) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--features: vectors of ", given->size(), " numbers, but ", trained.path,
                   " reads vectors of ", size, "; they are of another kind"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Predictor>> CreatePredictor(TrainedModel* trained,
                                                           const PredictionSpec& spec) {
  if (trained->floor) {
    return absl::UnimplementedError(
        absl::StrCat(trained->path,
                     ": a floor is there to be compared with; elman-predict wants a "
                     "network"));
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
      return absl::InvalidArgumentError(
          absl::StrCat(trained->path, ": word vectors predict nothing; 'elman-inspect ",
                       ShellWord(trained->path),
                       " --neighbors=WORD' asks them, --export_vectors=FILE gives them to others"));
    default:
      return absl::UnimplementedError(absl::StrCat(trained->path,
                                                   ": this version does not predict for its task, ",
                                                   Task_Name(trained->header.task())));
  }
}

}  // namespace elman
