#include "trainer/network/factory/spec_checks.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace elman {
namespace {

using testing::HasSubstr;

constexpr char kSizes[] = "layers: 1 hidden_size: 4 embedding_size: 4 initializer { range: 0.1 } ";

ModelSpec Spec(const std::string& text) {
  ModelSpec spec;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kSizes + text, &spec)) << text;
  return spec;
}

// Returns `count` vocabularies of different sizes, one per field.
std::vector<VocabularySpec> Vocabularies(int count, uint64_t size = 10) {
  std::vector<VocabularySpec> vocabularies(count);
  for (int field = 0; field < count; ++field) {
    vocabularies[field].set_size(size);
    vocabularies[field].set_fingerprint(std::to_string(field));
  }
  return vocabularies;
}

struct Case {
  Task task;
  const char* spec;
  const char* error;  // a substring of the message
};

class SpecChecksTest : public testing::TestWithParam<Case> {};

TEST_P(SpecChecksTest, NamesTheInvalidField) {
  const Case& given = GetParam();
  const int fields = given.task == LANGUAGE_MODEL || given.task == EMBEDDING ? 1 : 2;
  const absl::Status status = CheckModelSpec(given.task, Spec(given.spec), Vocabularies(fields));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << given.spec;
  EXPECT_THAT(std::string(status.message()), HasSubstr(given.error));
}

INSTANTIATE_TEST_SUITE_P(
    Fields, SpecChecksTest,
    testing::Values(
        Case{LANGUAGE_MODEL, "dropout: 1", "model.dropout is 1: it must be at least 0 and below 1"},
        Case{LANGUAGE_MODEL, "layer_dropout: 1", "model.layer_dropout is 1: it must be below 1"},
        Case{LANGUAGE_MODEL, "bidirectional: true", "model.bidirectional is true"},
        Case{LANGUAGE_MODEL, "input: ONE_HOT tied_embeddings: true", "model.tied_embeddings"},
        Case{LANGUAGE_MODEL, "frozen_embeddings: true tied_embeddings: true",
             "model.frozen_embeddings is true"},
        Case{LANGUAGE_MODEL, "features { use: BESIDE }", "model.features.size is 0"},
        Case{LANGUAGE_MODEL, "features { use: ALONE size: 3 } tied_embeddings: true",
             "no embeddings for model.tied_embeddings"},
        Case{EMBEDDING, "features { use: BESIDE size: 3 }",
             "word vectors are trained on words only; leave it out"},
        Case{LANGUAGE_MODEL, "fixed_window { tokens: 257 }", "model.fixed_window.tokens is 257"},
        Case{LANGUAGE_MODEL, "fixed_window { tokens: 2 } cell: GRU",
             "model.cell is for recurrent layers"},
        Case{LANGUAGE_MODEL, "fixed_window { direct_connections: true }", "there is no window"},
        Case{TAGGING, "fixed_window { tokens: 2 }", "this is task TAGGING"},
        Case{TAGGING, "tied_embeddings: true", "labels, which have no embeddings"},
        Case{TAGGING, "tagging { output: BINARY }", "the data set has 10"},
        Case{CLASSIFICATION, "tied_embeddings: true", "labels, which have no embeddings"},
        Case{TRANSLATION, "translation { attention: DOT decoder_hidden_size: 5 }",
             "model.translation.attention is DOT"},
        Case{TRANSLATION, "translation { label_smoothing: 1 }",
             "model.translation.label_smoothing is 1"},
        Case{TRANSLATION, "translation { shared_embeddings: true }",
             "preprocess with --shared_vocabulary"},
        Case{EMBEDDING, "word_vectors { negatives: 0 }", "model.word_vectors.negatives is 0"}));

TEST(SpecChecks, AcceptValidSpecs) {
  for (const Task task : {LANGUAGE_MODEL, TAGGING, CLASSIFICATION, TRANSLATION}) {
    const int fields = task == LANGUAGE_MODEL ? 1 : 2;
    EXPECT_TRUE(CheckModelSpec(task, Spec(""), Vocabularies(fields)).ok()) << Task_Name(task);
  }
  EXPECT_TRUE(
      CheckModelSpec(TAGGING, Spec("tagging { output: BINARY }"), Vocabularies(2, /*size=*/2))
          .ok());
  EXPECT_TRUE(
      CheckModelSpec(LANGUAGE_MODEL, Spec("fixed_window { tokens: 2 }"), Vocabularies(1)).ok());
}

TEST(SpecChecks, RejectAWrongNumberOfVocabularies) {
  const absl::Status status = CheckModelSpec(TAGGING, Spec(""), Vocabularies(1));
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("has 2 vocabularies, found 1"));
}

}  // namespace
}  // namespace elman
