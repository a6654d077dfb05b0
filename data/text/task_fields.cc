#include "data/text/task_fields.h"

namespace elman {
namespace {

constexpr TaskField kText[] = {{"text"}};
constexpr TaskField kTextAndTags[] = {
    {"text"}, {.name = "tags", .length = FieldLength::kOfFirstField, .labels = true}};
constexpr TaskField kTextAndLabel[] = {
    {"text"}, {.name = "label", .length = FieldLength::kOne, .labels = true}};
constexpr TaskField kSourceAndTarget[] = {{"source"}, {"target"}};
constexpr TaskField kPairs[] = {
    {"words"},
    {.name = "contexts", .length = FieldLength::kOfFirstField},
    {.name = "weights", .length = FieldLength::kOfFirstField, .numbers = true}};

constexpr TaskTraits kUnspecified;
constexpr TaskTraits kLanguageModel = {.fields = kText,
                                       .model = LANGUAGE_MODEL,
                                       .running_text = true,
                                       .texts_end = true,
                                       .model_noun = "a language model",
                                       .perplexity = true};
constexpr TaskTraits kTagging = {.fields = kTextAndTags,
                                 .lengths = "as many tags as tokens",
                                 .model = TAGGING,
                                 .model_noun = "a tagger"};
constexpr TaskTraits kClassification = {.fields = kTextAndLabel,
                                        .lengths = "one label",
                                        .model = CLASSIFICATION,
                                        .model_noun = "a classifier"};
constexpr TaskTraits kTranslation = {.fields = kSourceAndTarget,
                                     .model = TRANSLATION,
                                     .texts_end = true,
                                     .model_noun = "a translator",
                                     .perplexity = true};
constexpr TaskTraits kEmbedding = {.fields = kText,
                                   .model = EMBEDDING,
                                   .running_text = true,
                                   .texts_end = true,
                                   // Words that occur only a few times have no useful vector.
                                   .default_min_count = 5,
                                   .model_noun = "word vectors",
                                   .layers = false,
                                   .predicts = false};
constexpr TaskTraits kCooccurrence = {.fields = kPairs,
                                      .lengths = "as many contexts and weights as words",
                                      .model = EMBEDDING,
                                      .word_pairs = true,
                                      .layers = false,
                                      .predicts = false};

}  // namespace

const TaskTraits& TraitsOf(Task task) {
  switch (task) {
    case LANGUAGE_MODEL:
      return kLanguageModel;
    case TAGGING:
      return kTagging;
    case CLASSIFICATION:
      return kClassification;
    case TRANSLATION:
      return kTranslation;
    case EMBEDDING:
      return kEmbedding;
    case COOCCURRENCE:
      return kCooccurrence;
    default:
      return kUnspecified;
  }
}

}  // namespace elman
