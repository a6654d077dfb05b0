#include "trainer/config/run_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elman {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using testing::HasSubstr;

std::string Message(const absl::StatusOr<TrainingConfig>& config) {
  return std::string(config.status().message());
}

TEST(RunConfigTest, SetsEveryDefault) {
  const auto config = ParseRunConfig("batch_size: 7", "c", {});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->batch_size(), 7);
  EXPECT_TRUE(config->has_sequence_length());
  EXPECT_TRUE(config->optimizer().has_learning_rate());
  EXPECT_TRUE(config->model().initializer().has_forget_bias());
  const std::string text = RunConfigText(*config);
  EXPECT_EQ(RunConfigText(*ParseRunConfig(text, "again", {})), text);
}

// The code that sets defaults supports these types; a field of another type would be missing in
// config.textproto.
void ExpectKnownTypes(const Descriptor* message) {
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    // Lists have no defaults, and an override replaces the whole list.
    EXPECT_TRUE(!field->is_repeated() || field->name() == "data_weights") << field->full_name();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        ExpectKnownTypes(field->message_type());
        break;
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_UINT64:
      case FieldDescriptor::CPPTYPE_BOOL:
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_ENUM:
        break;
      default:
        ADD_FAILURE() << field->full_name();
    }
  }
}

TEST(RunConfigTest, HasOnlyFieldsOfKnownTypes) { ExpectKnownTypes(TrainingConfig::descriptor()); }

TEST(RunConfigTest, OverridesReplaceFields) {
  const auto config = ParseRunConfig("optimizer { learning_rate: 1 } max_steps: 3", "c",
                                     {"optimizer.learning_rate=0.5", "max_steps=200",
                                      "model.cell=GRU", "model.initializer.range=0.05"});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->optimizer().learning_rate(), 0.5f);
  EXPECT_EQ(config->max_steps(), 200);
  EXPECT_EQ(config->model().cell(), ModelSpec::GRU);
  EXPECT_EQ(config->model().initializer().range(), 0.05f);
}

TEST(RunConfigTest, OverrideReplacesTheWholeList) {
  const auto weights = [](const char* text, const std::vector<std::string>& overrides) {
    const auto config = ParseRunConfig(text, "c", overrides);
    EXPECT_TRUE(config.ok()) << config.status();
    return std::vector<float>(config->data_weights().begin(), config->data_weights().end());
  };
  EXPECT_EQ(weights("data_weights: [0.5, 0.25]", {}), (std::vector<float>{0.5f, 0.25f}));
  EXPECT_EQ(weights("data_weights: [0.5, 0.25]", {"data_weights=1,2,3", "seed=2"}),
            (std::vector<float>{1, 2, 3}));
}

TEST(RunConfigTest, NestedFieldsAreSuggested) {
  EXPECT_THAT(Message(ParseRunConfig("", "c", {"hidden_size=7"})),
              HasSubstr("override 'hidden_size=7': there is no field hidden_size; did you mean "
                        "model.hidden_size?"));
  EXPECT_THAT(Message(ParseRunConfig("", "c", {"learning_rat=7"})),
              HasSubstr("did you mean optimizer.learning_rate?"));
  EXPECT_THAT(Message(ParseRunConfig("", "c", {"max_step=7"})), HasSubstr("mean max_steps?"));
  EXPECT_THAT(Message(ParseRunConfig("", "c", {"keep=7"})), HasSubstr("mean checkpoint.keep?"));
  EXPECT_THAT(Message(ParseRunConfig("", "c", {"clip_norm=1"})),
              HasSubstr("did you mean optimizer.clip_norm?"));
  EXPECT_THAT(Message(ParseRunConfig("", "c", {"every_steps=1"})),
              testing::AllOf(HasSubstr("checkpoint.every_steps"), HasSubstr(" or ")));
  EXPECT_THAT(Message(ParseRunConfig("seed: 1\nhidden_size: 7", "c.textproto", {})),
              HasSubstr("c.textproto:2:1: there is no field hidden_size; did you mean "
                        "model.hidden_size?"));
  EXPECT_THAT(Message(ParseRunConfig("model {\n\t hiden_size: 7 }", "c", {})),
              HasSubstr("c:2:10: there is no field model.hiden_size; did you mean "
                        "model.hidden_size?"));
}

TEST(RunConfigTest, EnumValuesIgnoreCaseAndAreListed) {
  const auto config = ParseRunConfig(
      "model {\n\tcell: gru # a comment: lstm\n input: one_hot }\n"
      "optimizer: < kind: Adam >",
      "c", {"schedule.kind=linear_decay", "batch_by=Tokens"});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->model().cell(), ModelSpec::GRU);
  EXPECT_EQ(config->model().input(), ModelSpec::ONE_HOT);
  EXPECT_EQ(config->optimizer().kind(), OptimizerSpec::ADAM);
  EXPECT_EQ(config->schedule().kind(), ScheduleSpec::LINEAR_DECAY);
  EXPECT_EQ(config->batch_by(), TrainingConfig::TOKENS);
  EXPECT_THAT(Message(ParseRunConfig("", "c", {"model.cell=lsmt"})),
              HasSubstr("override 'model.cell=lsmt': model.cell=lsmt is unknown (did you mean "
                        "LSTM?); expected one of LSTM, TANH,"));
  EXPECT_THAT(Message(ParseRunConfig("seed: 2\nmodel { cell: NONE }", "c", {})),
              HasSubstr("c:2:15: model.cell=NONE is unknown; expected one of LSTM, "));
}

TEST(RunConfigTest, ErrorsNameTheOverride) {
  EXPECT_EQ(Message(ParseRunConfig("batch_size: 7", "c", {"seed=1", "batch_size=0", "lanes=1"})),
            "override 'batch_size=0': batch_size is 0: it must be from 1 to 1048576");
  EXPECT_THAT(Message(ParseRunConfig("", "c", {"optimizer.momentum=0.5", "optimizer.momentum=2"})),
              HasSubstr("override 'optimizer.momentum=2': "));
  EXPECT_THAT(Message(ParseRunConfig("lanes: 1\nbatch_size: 0", "c", {"lanes=2"})),
              testing::StartsWith("c:2:1: batch_size is 0"));
  EXPECT_THAT(Message(ParseRunConfig("optimizer {\n momentum: 2 }", "c", {})),
              testing::StartsWith("c:2:2: optimizer.momentum is 2"));
  EXPECT_THAT(Message(ParseRunConfig("batch_size: 0", "", {})),
              testing::StartsWith("batch_size is 0"));
  EXPECT_TRUE(ParseRunConfig("batch_size: 0", "c", {"batch_size=3"}).ok());
}

// For checks that need the data, long after the configuration was parsed.
TEST(RunConfigTest, PlacesNameTheSourceOfEveryField) {
  ConfigPlaces places;
  ASSERT_TRUE(ParseRunConfig("seed: 1\nmodel { layers: 0\n hidden_size: 3 }", "c",
                             {"model.hidden_size=4", "data_weights=1,2"}, &places)
                  .ok());
  const auto added = [&](const char* message) {
    return std::string(places.Add(absl::InvalidArgumentError(message)).message());
  };
  EXPECT_EQ(added("model.layers is 0: it must be"), "c:2:9: model.layers is 0: it must be");
  EXPECT_EQ(added("model.hidden_size: odd"),
            "override 'model.hidden_size=4': model.hidden_size: odd");
  EXPECT_EQ(added("data_weights has 2"), "override 'data_weights=1,2': data_weights has 2");
  EXPECT_EQ(added("model.dropout is 2"), "model.dropout is 2") << "a default";
  EXPECT_EQ(places.Add(absl::NotFoundError("seed is 1")).message(), "seed is 1");
  EXPECT_TRUE(places.Add(absl::OkStatus()).ok());
  ConfigPlaces none;
  ASSERT_TRUE(ParseRunConfig("seed: 1", "", {}, &none).ok());
  EXPECT_EQ(none.Of("seed"), "");
}

TEST(RunConfigTest, OverrideSetsOneField) {
  for (const char* override : {"seed=3 max_steps: 4", "model.cell=GRU layers: 2", "seed=3;lanes:2",
                               "batch_size=1 } seed: 3 model {", "seed=3#"}) {
    EXPECT_THAT(Message(ParseRunConfig("", "c", {override})), HasSubstr("expected one value after"))
        << override;
  }
}

TEST(RunConfigTest, DataWeightsMustBePositive) {
  for (const char* weights : {"-1,-3", "-1", "0", "1,0", "2,-1"}) {
    EXPECT_THAT(Message(ParseRunConfig("", "c", {std::string("data_weights=") + weights})),
                testing::AllOf(testing::StartsWith("override 'data_weights="),
                               HasSubstr("it must be above 0")))
        << weights;
  }
}

TEST(RunConfigTest, ErrorsNameTheirPlace) {
  EXPECT_THAT(Message(ParseRunConfig("batch_size: 3\nhiden_size: 4\n", "my.textproto", {})),
              testing::AllOf(HasSubstr("my.textproto:2:"), HasSubstr("hiden_size")));
  EXPECT_THAT(Message(ParseRunConfig("", "c", {"optimizer.rate=1"})),
              testing::AllOf(HasSubstr("optimizer.rate=1"), HasSubstr("learning_rate")));
  EXPECT_THAT(Message(ParseRunConfig("", "c", {"optimizer=1"})), HasSubstr("group of fields"));
  EXPECT_THAT(Message(ParseRunConfig("", "c", {"batch_size.x=1"})),
              HasSubstr("no fields of its own"));
  EXPECT_THAT(Message(ParseRunConfig("", "c", {"batch_size"})),
              HasSubstr("such as batch_size=VALUE"));
  EXPECT_THAT(Message(ParseRunConfig("", "c", {"batch_size=many"})), HasSubstr("batch_size=many"));
  EXPECT_THAT(Message(ParseRunConfig("", "c", {"batch_size=1 } seed: 3 model {"})),
              HasSubstr("override"));
  EXPECT_THAT(Message(ParseRunConfig("batch_size: 0", "c", {})), HasSubstr("batch_size is 0"));
  EXPECT_THAT(Message(ParseRunConfig("optimizer { learning_rate: nan }", "c", {})),
              HasSubstr("learning_rate"));
  EXPECT_THAT(Message(ParseRunConfig("schedule { factor: 2 }", "c", {})),
              HasSubstr("schedule.factor"));
  for (const char* mistake : {"max_gradient_norm=-1", "max_in_a_row=-1", "max_in_all=-1",
                              "snapshot_every_steps=0", "factor=0", "factor=1.5"}) {
    const std::string field = std::string("divergence.") + mistake;
    EXPECT_THAT(Message(ParseRunConfig("", "c", {field})),
                HasSubstr(field.substr(0, field.find('='))));
  }
}

// Checks every floating-point field, including those of nested messages.
void ExpectFiniteNumbersOnly(const Descriptor* message, const std::string& path, int* fields) {
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    const std::string name = path + field->name();
    if (field->message_type() != nullptr && !field->is_repeated())
      ExpectFiniteNumbersOnly(field->message_type(), name + ".", fields);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_FLOAT) continue;
    ++*fields;
    for (const char* number : {"nan", "inf", "-inf", "1e39"}) {
      const auto config = ParseRunConfig("", "c", {name + "=" + number});
      EXPECT_TRUE(absl::IsInvalidArgument(config.status())) << name << "=" << number;
      EXPECT_THAT(std::string(config.status().message()), HasSubstr(name + " is "));
    }
  }
}

TEST(RunConfigTest, RefusesNumbersThatAreNotFinite) {
  int fields = 0;
  ExpectFiniteNumbersOnly(TrainingConfig::descriptor(), "", &fields);
  EXPECT_GT(fields, 25);
}

TEST(RunConfigTest, ResumesRunsOfVersionsWithFewerFields) {
  const auto now = ParseRunConfig("model { hidden_size: 7 }", "c", {});
  TrainingConfig before = *now;
  before.mutable_model()->clear_input();
  before.mutable_model()->clear_initial_state();
  EXPECT_TRUE(CheckResumable(before, *now).ok());
  const auto other = ParseRunConfig("model { hidden_size: 7 input: ONE_HOT }", "c", {});
  EXPECT_FALSE(CheckResumable(before, *other).ok());
}

TEST(RunConfigTest, ResumingMayChangePolicyButNotTheModel) {
  const TrainingConfig before = *ParseRunConfig("", "c", {});
  for (const char* allowed : {"max_steps=9", "max_epochs=99", "optimizer.learning_rate=0.1",
                              "logging.every_steps=3", "checkpoint.keep=9", "optimizer.clip_norm=1",
                              "optimizer.clip_value=1", "divergence.action=ROLL_BACK"}) {
    EXPECT_TRUE(CheckResumable(before, *ParseRunConfig("", "c", {allowed})).ok()) << allowed;
  }
  for (const char* field : {"model.hidden_size=201", "lanes=3", "batch_size=21", "seed=2",
                            "sequence_length=36", "optimizer.momentum=0.5", "model.dropout=0.5"}) {
    const absl::Status status = CheckResumable(before, *ParseRunConfig("", "c", {field}));
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << field;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(std::string(field).substr(0, std::string(field).find('='))));
  }
}

}  // namespace
}  // namespace elman
