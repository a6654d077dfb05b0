#include "trainer/config/config_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trainer/config/config_fields.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string Fault(const std::string& text, const std::string& path = "c") {
  const absl::StatusOr<std::string> checked = CheckConfigText(text, path);
  if (checked.ok()) return "";
  EXPECT_TRUE(absl::IsInvalidArgument(checked.status())) << checked.status();
  return std::string(checked.status().message());
}

constexpr char kExample[] = ". Write fields as in: max_steps: 30 model { cell: GRU }";

TEST(ConfigTextTest, AcceptsTheTextFormat) {
  for (const char* text :
       {"", "# only a comment\n", "max_steps: 30", "max_steps: 30, seed: 1; lanes: 2",
        "model { cell: GRU layers: 2 }", "model: { cell: 3 }", "model < cell: GRU >",
        "data_weights: [1, 2.5]", "data_weights: 1 data_weights: 2", "data_weights: []",
        "optimizer { learning_rate: -1e-3 clip_norm: inf }", "optimizer { learning_rate: 1f }",
        "model { bidirectional: true }", "model { bidirectional: 0 }", "seed: 0x10"}) {
    EXPECT_EQ(Fault(text), "") << text;
  }
  EXPECT_EQ(*CheckConfigText("model {\n\tcell: gru }", "c"), "model {\n\tcell: GRU }");
}

TEST(ConfigTextTest, NamesThePlaceAndTheRemedyOfSyntaxErrors) {
  EXPECT_EQ(Fault("seed: 1\nmodel {\n  cell: GRU\n"),
            "c:4:1: the file ends inside model {, which begins in line 2. Add a }");
  EXPECT_EQ(Fault("model { initializer { range: 1 }"),
            "c:1:33: the file ends inside model {, which begins in line 1. Add a }");
  EXPECT_EQ(Fault("model { cell: GRU }}"),
            "c:1:20: found '}' without the { that it closes. Remove it");
  EXPECT_EQ(Fault("max_steps = 30"),
            "c:1:11: expected ':' after max_steps, found '='. Write max_steps: VALUE");
  EXPECT_EQ(Fault("max_steps:"),
            "c:1:11: max_steps: expected an integer, found the end of the text");
  EXPECT_EQ(
      Fault("{\"model\": 1}"),
      std::string("c:1:1: expected FIELD: VALUE or GROUP { FIELD: VALUE }, found '{'") + kExample);
  EXPECT_EQ(
      Fault("it was a dark night"),
      std::string("c:1:1: expected FIELD: VALUE or GROUP { FIELD: VALUE }, found 'it'") + kExample);
  EXPECT_EQ(Fault("model:\n  cell: GRU"),
            "c:2:3: model is a group of fields: expected {, found 'cell'. Write model { FIELD: "
            "VALUE }");
  EXPECT_EQ(Fault("optimizer.learning_rate: 1"),
            "c:1:10: optimizer is a group of fields: expected {, found '.'. Write optimizer { "
            "FIELD: VALUE }");
  EXPECT_EQ(Fault("model { cell: GRU\ncell: LSTM }"),
            "c:2:1: model.cell is given twice, first in line 1. Remove one of them");
  EXPECT_EQ(Fault("model { layers: 1 } model { cell: GRU }"),
            "c:1:21: model is given twice, first in line 1. Join the two in one { }");
  EXPECT_EQ(Fault("// comment"), "c:1:1: found '/'. Begin comments with #");
  EXPECT_THAT(Fault("model { cell: \"GRU }"), testing::HasSubstr("c:1:"));
}

TEST(ConfigTextTest, NamesTheFieldOfAWrongValue) {
  EXPECT_EQ(Fault("model { layers: two }"),
            "c:1:17: model.layers: expected an integer, found 'two'");
  EXPECT_EQ(Fault("max_steps: 1e3"),
            "c:1:12: max_steps: expected an integer, found '1e3'. Write 1000");
  EXPECT_EQ(Fault("max_steps: 1.5"), "c:1:12: max_steps: expected an integer, found '1.5'");
  EXPECT_EQ(Fault("max_steps: 10k"), "c:1:12: max_steps: expected one value, found '10k'");
  EXPECT_EQ(Fault("model { layers: 99999999999 }"),
            "c:1:17: model.layers: expected an integer from -2147483648 to 2147483647, found "
            "'99999999999'");
  EXPECT_EQ(Fault("seed: -1"),
            "c:1:8: seed: expected an integer from 0 to 18446744073709551615, found '-1'");
  EXPECT_EQ(Fault("optimizer { learning_rate: 0,01 }"),
            "c:1:30: found a comma in a number. Write a decimal point, as in 0.01");
  EXPECT_EQ(Fault("optimizer { learning_rate: high }"),
            "c:1:28: optimizer.learning_rate: expected a number, found 'high'");
  EXPECT_EQ(Fault("model { bidirectional: yes }"),
            "c:1:24: model.bidirectional: expected true or false, found 'yes'");
  EXPECT_EQ(Fault("model { cell: \"gru\" }"),
            "c:1:15: model.cell: found '\"gru\"'. Write it without quotes: cell: GRU");
  EXPECT_THAT(Fault("model { cell: RNN }"),
              testing::AllOf(testing::StartsWith("c:1:15: model.cell=RNN is unknown; expected"),
                             testing::EndsWith("; Elman's recurrent network is TANH")));
  EXPECT_THAT(Fault("model { cell: ELMAN }"),
              testing::EndsWith("; Elman's recurrent network is TANH"));
  EXPECT_EQ(Fault("data_weights: [1, 2"),
            "c:1:20: data_weights: expected , or ], found the end of the text. Add a ]");
  EXPECT_EQ(Fault("model { layers: two }", ""), "model.layers: expected an integer, found 'two'");
}

TEST(ConfigTextTest, SuggestsFieldsWithTheSameWords) {
  EXPECT_EQ(Fault("model { hidden: 8 }"),
            "c:1:9: there is no field model.hidden; did you mean model.hidden_size?");
  EXPECT_EQ(Fault("max_epoch: 8"), "c:1:1: there is no field max_epoch; did you mean max_epochs?");
  EXPECT_THAT(ConfigFieldsLike("epochs"), ElementsAre("max_epochs"));
  EXPECT_THAT(ConfigFieldsLike("lr"), ElementsAre("optimizer.learning_rate"));
  // Names of other tools.
  const std::vector<std::pair<std::string, std::string>> others = {
      {"early_stopping", "evaluation.patience"},
      {"grad_clip", "optimizer.clip_norm"},
      {"bptt", "sequence_length"},
      {"tie_weights", "model.tied_embeddings"},
      {"gradient_accumulation_steps", "micro_batches"}};
  for (const auto& [name, field] : others) {
    EXPECT_THAT(ConfigFieldsLike(name), ElementsAre(field));
    EXPECT_THAT(ConfigFieldsLike(field), ElementsAre(field)) << "a field";
  }
  EXPECT_THAT(ConfigFieldsLike("hidden_dim"), ElementsAre("model.hidden_size"));
  EXPECT_THAT(ConfigFieldsLike("num_layers"), ElementsAre("model.layers"));
  EXPECT_THAT(ConfigFieldsLike("vocab_size"), IsEmpty());
  EXPECT_THAT(ConfigFieldsLike("help_me"), IsEmpty());
  EXPECT_THAT(Fault("checkpoint { color: 8 }"),
              testing::StartsWith("c:1:14: there is no field checkpoint.color; checkpoint has "));
}

}  // namespace
}  // namespace elman
