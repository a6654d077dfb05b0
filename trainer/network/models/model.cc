#include "trainer/network/models/model.h"

#include "trainer/network/math/check.h"

namespace elman {
namespace {

// The task of the model is not what the caller takes it for.
template <typename Kind>
Kind* NoSuchModel() {
  constexpr bool kIsOfThatTask = false;
  CHECK_EQ(kIsOfThatTask, true);
  return nullptr;
}

}  // namespace

Classifier* Model::AsClassifier() { return NoSuchModel<Classifier>(); }
Labeler* Model::AsLabeler() { return NoSuchModel<Labeler>(); }
LanguageModel* Model::AsLanguageModel() { return NoSuchModel<LanguageModel>(); }
Translator* Model::AsTranslator() { return NoSuchModel<Translator>(); }

}  // namespace elman
