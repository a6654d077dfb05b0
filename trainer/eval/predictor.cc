#include "trainer/eval/predictor.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/tokenizer/tokenizer.h"
#include "trainer/eval/label_predictor.h"
#include "trainer/eval/text_generator.h"
#include "trainer/eval/translation_predictor.h"

namespace elman {

absl::StatusOr<std::unique_ptr<Predictor>> CreatePredictor(TrainedModel* trained,
                                                           const PredictionSpec& spec) {
  if (trained->floor) {
    return absl::UnimplementedError(
        absl::StrCat(trained->path,
                     ": a floor is there to be compared with; elman-predict wants a "
                     "network"));
  }
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
          trained->path, ": word vectors predict nothing; 'elman-inspect ", trained->path,
          " --neighbors=WORD' asks them, --export_vectors=FILE gives them to others"));
    default:
      return absl::UnimplementedError(absl::StrCat(trained->path,
                                                   ": this version does not predict for its task, ",
                                                   Task_Name(trained->header.task())));
  }
}

}  // namespace elman
