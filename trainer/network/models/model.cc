#include "trainer/network/models/model.h"

#include "trainer/network/math/check.h"

namespace elman {
namespace {

// Fails a CHECK: the model belongs to another task than the caller expects.
template <typename Kind>
Kind* NoSuchModel() {
  constexpr bool kIsOfThatTask = false;
  CHECK_EQ(kIsOfThatTask, true);
  return nullptr;
}

}  // namespace

void Model::AddWordVector(int64_t /*word*/, std::span<float> /*vector*/) const {
  NoSuchModel<Model>();
}
Classifier* Model::AsClassifier() { return NoSuchModel<Classifier>(); }
Labeler* Model::AsLabeler() { return NoSuchModel<Labeler>(); }
LanguageModel* Model::AsLanguageModel() { return NoSuchModel<LanguageModel>(); }
Translator* Model::AsTranslator() { return NoSuchModel<Translator>(); }

}  // namespace elman
