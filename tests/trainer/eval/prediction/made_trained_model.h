// Makes small models with random weights, as if they had been loaded from a checkpoint.
#pragma once

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "data/text/task_fields.h"
#include "tests/data/shards/made_dataset.h"
#include "tests/support/gradient_check.h"
#include "trainer/eval/loading/trained_model.h"
#include "trainer/network/factory/model_factory.h"

namespace elman {

inline constexpr uint32_t kMadeWords = 9, kMadeLabels = 3;

// The model reads the words w2 to w8, separated by spaces, and has the labels L0 to L2. `spec` is
// added to the ModelSpec.
inline std::unique_ptr<TrainedModel> MadeTrainedModel(Task task, const std::string& spec = "") {
  auto trained = std::make_unique<TrainedModel>();
  trained->path = "made.ckpt";
  trained->header.set_task(task);
  ModelSpec* const model = trained->header.mutable_config()->mutable_model();
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "layers: 1 hidden_size: 6 embedding_size: 5 " + spec, model));
  for (const TaskField& known : FieldsOf(task)) {
    Vocabulary vocabulary = known.labels ? MadeLabels(kMadeLabels) : MadeVocabulary(kMadeWords);
    auto* const field = trained->header.add_fields();
    field->set_name(std::string(known.name));
    field->mutable_tokenizer()->set_kind(known.labels ? TokenizerSpec::LABEL
                                                      : TokenizerSpec::WHITESPACE);
    *field->mutable_vocabulary() = SpecOf(vocabulary, "fingerprint");
    trained->tables.push_back({vocabulary.ToText(), ""});
    trained->vocabularies.push_back(std::move(vocabulary));
  }
  trained->model = *CreateModel(task, *model, VocabulariesOf(trained->header.fields()),
                                trained->vocabularies[0].counts());
  trained->values = RandomFloats(trained->model->parameters().size(), 7, 1);
  trained->model->UseValues(trained->values.data());
  return trained;
}

}  // namespace elman
