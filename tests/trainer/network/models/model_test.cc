#include "trainer/network/models/model.h"

#include <gtest/gtest.h>

#include "trainer/network/models/classifier.h"
#include "trainer/network/models/language_model.h"
#include "trainer/network/models/tagger.h"
#include "trainer/network/models/translator.h"

namespace elman {
namespace {

constexpr int64_t kIds = 7;

TEST(ModelTest, CastsToTheClassOfItsTask) {
  LanguageModel language_model(ModelSpec(), kIds, kIds);
  Tagger tagger(ModelSpec(), kIds, 3);
  Classifier classifier(ModelSpec(), kIds, 3);
  Translator translator(ModelSpec(), kIds, kIds, kIds);
  const auto base = [](Model* model) { return model; };
  EXPECT_EQ(base(&language_model)->AsLanguageModel(), &language_model);
  EXPECT_EQ(base(&tagger)->AsLabeler(), &tagger);
  EXPECT_EQ(base(&classifier)->AsLabeler(), &classifier);
  EXPECT_EQ(base(&classifier)->AsClassifier(), &classifier);
  EXPECT_EQ(base(&translator)->AsTranslator(), &translator);
}

TEST(ModelDeathTest, OtherCastsFailACheck) {
  Tagger tagger(ModelSpec(), kIds, 3);
  EXPECT_DEATH(tagger.AsClassifier(), "check failed: kIsOfThatTask");
  EXPECT_DEATH(tagger.AsLanguageModel(), "check failed: kIsOfThatTask");
  EXPECT_DEATH(tagger.AsTranslator(), "check failed: kIsOfThatTask");
  EXPECT_DEATH(LanguageModel(ModelSpec(), kIds, kIds).AsLabeler(), "check failed: kIsOfThatTask");
}

}  // namespace
}  // namespace elman
