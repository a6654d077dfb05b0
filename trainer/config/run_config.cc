#include "trainer/config/run_config.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/format/number_text.h"
#include "data/io/status_macros.h"
#include "trainer/config/config_fields.h"
#include "trainer/config/config_text.h"

namespace elman {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

// Keeps the first error of the parser.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (line_ < 0) {
      line_ = line;
      column_ = column;
      message_ = message;
    }
  }
  int line() const { return line_ + 1; }
  int column() const { return column_ + 1; }
  const std::string& message() const { return message_; }

 private:
  int line_ = -1;
  int column_ = 0;
  std::string message_;
};

bool ParseText(const std::string& text, TrainingConfig* config, FirstError* error) {
  TextFormat::Parser parser;
  parser.RecordErrorsTo(error);
  return parser.ParseFromString(text, config);
}

std::string PlaceOf(const std::string& override) {
  return absl::StrCat("override '", override, "'");
}

absl::Status WrongOverride(const std::string& override, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(PlaceOf(override), ": ", what));
}

// What to write instead of an argument without "=VALUE".
std::string OverrideShape(const std::string& argument) {
  const size_t end = argument.find_first_of(":= ");
  const std::string name = argument.substr(0, end);
  const std::vector<std::string> fields = ConfigFieldsLike(name);
  std::string value =
      end == argument.npos ? "" : argument.substr(argument.find_first_not_of(":= ", end));
  if (value.empty()) value = "VALUE";
  return absl::StrCat("expected FIELD=VALUE without spaces, such as ",
                      fields.empty() ? "max_steps=30" : absl::StrCat(fields[0], "=", value),
                      fields.empty() ? ". Name files with --config=, --data= and --output=" : "");
}

// Checks that `value` is a single value in text format, with nothing after it.
absl::StatusOr<std::string> OverrideValue(const FieldDescriptor& field, const std::string& path,
                                          const std::string& value) {
  if (field.is_repeated()) return absl::StrCat("[", value, "]");
  if (value.find_first_of(" \t\r\n{}[]<>()#;,:=\"'") == std::string::npos) return value;
  const bool decimal = value.find_first_not_of("-0123456789,") == std::string::npos;
  return absl::InvalidArgumentError(
      absl::StrCat("expected one value after ", path, "=, found '", value, "'",
                   decimal ? ". Write a decimal point, as in 0.01" : ""));
}

// Converts "a.b=value" to the text "a { b: value }" after checking that the fields exist.
absl::StatusOr<std::string> OverrideText(const std::string& override) {
  const size_t equals = override.find('=');
  if (equals == std::string::npos || equals == 0)
    return WrongOverride(override, OverrideShape(override));
  const std::string name = override.substr(0, equals);
  const std::vector<std::string> path = absl::StrSplit(name, '.');
  const Descriptor* message = TrainingConfig::descriptor();
  std::string head, tail, reached;
  for (size_t i = 0; i < path.size(); ++i) {
    const FieldDescriptor* field = message->FindFieldByName(path[i]);
    absl::StrAppend(&reached, i > 0 ? "." : "", path[i]);
    if (field == nullptr) {
      const std::string suggestion = ConfigFieldSuggestion(name);
      return WrongOverride(override, suggestion.empty()
                                         ? UnknownFieldText(*message, reached)
                                         : "there is no field " + reached + suggestion);
    }
    const bool last = i + 1 == path.size();
    if (last && field->message_type() != nullptr) {
      return WrongOverride(override,
                           absl::StrCat(reached, " is a group of fields; set one of them, such as ",
                                        reached, ".", field->message_type()->field(0)->name(),
                                        "=VALUE; it has ", FieldNames(*field->message_type())));
    }
    if (!last && field->message_type() == nullptr) {
      return WrongOverride(
          override, absl::StrCat(reached, " has no fields of its own. Write ", reached, "=VALUE"));
    }
    if (last && equals + 1 == override.size())
      return WrongOverride(override, absl::StrCat("expected a value after ", name, "="));
    if (last) {
      const absl::StatusOr<std::string> value =
          OverrideValue(*field, name, override.substr(equals + 1));
      if (!value.ok()) return WrongOverride(override, value.status().message());
      const absl::StatusOr<std::string> text =
          CheckConfigText(absl::StrCat(head, path[i], ": ", *value, tail), "");
      return text.ok() ? text : WrongOverride(override, text.status().message());
    }
    absl::StrAppend(&head, path[i], " { ");
    absl::StrAppend(&tail, " }");
    message = field->message_type();
  }
  return absl::InternalError("unreachable");
}

// Sets every unset field to its default, in all sub-messages.
void WriteDefaultsOut(Message* message) {
  const Reflection* reflection = message->GetReflection();
  const Descriptor* descriptor = message->GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (field->is_repeated()) continue;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        WriteDefaultsOut(reflection->MutableMessage(message, field));
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        reflection->SetInt32(message, field, reflection->GetInt32(*message, field));
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        reflection->SetInt64(message, field, reflection->GetInt64(*message, field));
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        reflection->SetUInt64(message, field, reflection->GetUInt64(*message, field));
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        reflection->SetBool(message, field, reflection->GetBool(*message, field));
        break;
      case FieldDescriptor::CPPTYPE_FLOAT:
        reflection->SetFloat(message, field, reflection->GetFloat(*message, field));
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        reflection->SetEnum(message, field, reflection->GetEnum(*message, field));
        break;
      default:
        break;  // the configuration has no fields of other types; tested
    }
  }
}

absl::Status Require(bool condition, absl::string_view field, double value,
                     absl::string_view wanted) {
  if (condition) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, " is ", RoundedText(value), ": it must be ", wanted));
}

// Checks that no field is infinite or NaN: range checks accept infinities, and some accept NaN.
absl::Status CheckNumbers(const Message& message, const std::string& prefix) {
  const Reflection* reflection = message.GetReflection();
  const Descriptor* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    const std::string name = prefix + field->name();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!field->is_repeated())
        RETURN_IF_ERROR(CheckNumbers(reflection->GetMessage(message, field), name + "."));
      continue;
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_FLOAT) continue;
    std::vector<float> values;
    if (field->is_repeated()) {
      for (int j = 0; j < reflection->FieldSize(message, field); ++j)
        values.push_back(reflection->GetRepeatedFloat(message, field, j));
    } else {
      values.push_back(reflection->GetFloat(message, field));
    }
    for (const float value : values)
      RETURN_IF_ERROR(Require(std::isfinite(value), name, value, "a finite number"));
  }
  return absl::OkStatus();
}

void SettleMicroBatches(TrainingConfig* config) {
  if (config->tokens_per_step() == 0) return;
  const int64_t tokens = int64_t{config->batch_size()} * config->sequence_length();
  const int64_t nearest = (config->tokens_per_step() + tokens / 2) / tokens;
  config->set_micro_batches(static_cast<int32_t>(std::clamp<int64_t>(nearest, 1, 1 << 20)));
}

absl::Status Validate(const TrainingConfig& c) {
  RETURN_IF_ERROR(CheckNumbers(c, ""));
  for (const float weight : c.data_weights())
    RETURN_IF_ERROR(Require(weight > 0, "data_weights", weight, "above 0"));
  const OptimizerSpec& o = c.optimizer();
  const ScheduleSpec& s = c.schedule();
  const DivergencePolicy& d = c.divergence();
  constexpr char kAtLeast0[] = "at least 0", kAtLeast1[] = "at least 1",
                 kUnit[] = "at least 0 and below 1";
  const auto unit = [](float x) { return x >= 0 && x < 1; };
  for (const absl::Status& status : {
           Require(c.lanes() >= 0, "lanes", c.lanes(), kAtLeast0),
           Require(c.exchange().lane_group() >= 0, "exchange.lane_group", c.exchange().lane_group(),
                   kAtLeast0),
           Require(c.batch_size() >= 1 && c.batch_size() <= (1 << 20), "batch_size", c.batch_size(),
                   "from 1 to 1048576"),
           Require(c.sequence_length() >= 1 && c.sequence_length() <= (1 << 16), "sequence_length",
                   c.sequence_length(), "from 1 to 65536"),
           Require(c.max_length() >= 0, "max_length", c.max_length(), kAtLeast0),
           Require(c.micro_batches() >= 1, "micro_batches", c.micro_batches(), kAtLeast1),
           Require(c.tokens_per_step() >= 0, "tokens_per_step",
                   static_cast<double>(c.tokens_per_step()), kAtLeast0),
           Require(c.max_steps() >= 0, "max_steps", c.max_steps(), kAtLeast0),
           Require(c.max_epochs() >= 1, "max_epochs", c.max_epochs(), kAtLeast1),
           Require(c.watchdog_seconds() == 0 || c.watchdog_seconds() >= 1, "watchdog_seconds",
                   c.watchdog_seconds(), "0, or at least 1"),
           Require(c.compare_every_steps() >= 0, "compare_every_steps", c.compare_every_steps(),
                   kAtLeast0),
           Require(o.learning_rate() > 0, "optimizer.learning_rate", o.learning_rate(), "above 0"),
           Require(unit(o.momentum()), "optimizer.momentum", o.momentum(), kUnit),
           Require(unit(o.beta1()), "optimizer.beta1", o.beta1(), kUnit),
           Require(unit(o.beta2()), "optimizer.beta2", o.beta2(), kUnit),
           Require(o.epsilon() > 0, "optimizer.epsilon", o.epsilon(), "above 0"),
           Require(o.initial_sum() >= 0, "optimizer.initial_sum", o.initial_sum(), "at least 0"),
           Require(o.weight_decay() >= 0, "optimizer.weight_decay", o.weight_decay(), kAtLeast0),
           Require(o.clip_norm() >= 0, "optimizer.clip_norm", o.clip_norm(), kAtLeast0),
           Require(o.clip_value() >= 0, "optimizer.clip_value", o.clip_value(), kAtLeast0),
           Require(s.constant_epochs() >= 0, "schedule.constant_epochs", s.constant_epochs(),
                   kAtLeast0),
           Require(s.factor() > 0 && s.factor() <= 1, "schedule.factor", s.factor(),
                   "above 0 and at most 1"),
           Require(s.base_batch_size() >= 1, "schedule.base_batch_size", s.base_batch_size(),
                   kAtLeast1),
           Require(s.warmup_epochs() >= 0, "schedule.warmup_epochs", s.warmup_epochs(), kAtLeast0),
           Require(s.linear_epochs() >= 0, "schedule.linear_epochs", s.linear_epochs(), kAtLeast0),
           Require(s.patience() >= 1, "schedule.patience", s.patience(), kAtLeast1),
           Require(c.checkpoint().every_steps() >= 0, "checkpoint.every_steps",
                   c.checkpoint().every_steps(), kAtLeast0),
           Require(c.checkpoint().every_minutes() >= 0, "checkpoint.every_minutes",
                   c.checkpoint().every_minutes(), kAtLeast0),
           Require(c.checkpoint().every_epochs() >= 0, "checkpoint.every_epochs",
                   c.checkpoint().every_epochs(), kAtLeast0),
           Require(c.checkpoint().min_minutes() >= 0, "checkpoint.min_minutes",
                   c.checkpoint().min_minutes(), kAtLeast0),
           Require(c.checkpoint().keep() >= 1, "checkpoint.keep", c.checkpoint().keep(), kAtLeast1),
           Require(c.logging().every_steps() >= 1, "logging.every_steps", c.logging().every_steps(),
                   kAtLeast1),
           Require(c.diagnostics().every_steps() >= 0, "diagnostics.every_steps",
                   c.diagnostics().every_steps(), kAtLeast0),
           Require(c.logging().samples() >= 0 && c.logging().samples() <= 16, "logging.samples",
                   c.logging().samples(), "from 0 to 16"),
           Require(c.evaluation().batch_size() >= 1 && c.evaluation().batch_size() <= (1 << 16),
                   "evaluation.batch_size", c.evaluation().batch_size(), "from 1 to 65536"),
           Require(c.evaluation().stream_tokens() >= 1, "evaluation.stream_tokens",
                   c.evaluation().stream_tokens(), kAtLeast1),
           Require(c.evaluation().context_tokens() >= 0, "evaluation.context_tokens",
                   c.evaluation().context_tokens(), kAtLeast0),
           Require(c.evaluation().every_steps() >= 0, "evaluation.every_steps",
                   c.evaluation().every_steps(), kAtLeast0),
           Require(c.evaluation().patience() >= 0, "evaluation.patience", c.evaluation().patience(),
                   kAtLeast0),
           Require(d.max_gradient_norm() >= 0, "divergence.max_gradient_norm",
                   d.max_gradient_norm(), kAtLeast0),
           Require(d.max_in_a_row() >= 0, "divergence.max_in_a_row", d.max_in_a_row(), kAtLeast0),
           Require(d.max_in_all() >= 0, "divergence.max_in_all", d.max_in_all(), kAtLeast0),
           Require(d.snapshot_every_steps() >= 1, "divergence.snapshot_every_steps",
                   d.snapshot_every_steps(), kAtLeast1),
           Require(d.factor() > 0 && d.factor() <= 1, "divergence.factor", d.factor(),
                   "above 0 and at most 1"),
       }) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TrainingConfig> ParseRunConfig(const std::string& text, const std::string& path,
                                              const std::vector<std::string>& overrides,
                                              ConfigPlaces* places) {
  TrainingConfig config;
  FirstError error;
  ConfigPlaces own;
  if (places == nullptr) places = &own;
  ASSIGN_OR_RETURN(const std::string checked, CheckConfigText(text, path, places));
  if (!ParseText(checked, &config, &error)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ":", error.line(), ":", error.column(), ": ", error.message()));
  }
  for (const std::string& override : overrides) {
    ASSIGN_OR_RETURN(const std::string override_text, OverrideText(override));
    TrainingConfig change;
    FirstError override_error;
    if (!ParseText(override_text, &change, &override_error))
      return WrongOverride(override, override_error.message());
    if (change.data_weights_size() > 0) config.clear_data_weights();
    config.MergeFrom(change);
    places->Set(override.substr(0, override.find('=')), PlaceOf(override));
  }
  WriteDefaultsOut(&config);
  RETURN_IF_ERROR(places->Add(Validate(config)));
  SettleMicroBatches(&config);
  return config;
}

std::string RunConfigText(const TrainingConfig& config) {
  std::string text;
  TextFormat::PrintToString(config, &text);
  return text;
}

absl::Status CheckResumable(const TrainingConfig& before, const TrainingConfig& now) {
  TrainingConfig a = before, b = now;
  WriteDefaultsOut(&a);  // a version without a field behaved as the default of the field does now
  if (a.exchange().lane_group() == 0) a.mutable_exchange()->set_lane_group(1);
  if (b.exchange().lane_group() == 0)
    b.mutable_exchange()->set_lane_group(a.exchange().lane_group());
  for (TrainingConfig* config : {&a, &b}) {
    config->clear_max_steps();
    config->clear_max_epochs();
    config->clear_schedule();
    config->clear_evaluation();
    config->clear_logging();
    config->clear_diagnostics();
    config->clear_checkpoint();
    config->mutable_exchange()->clear_wire_format();
    config->clear_divergence();
    config->clear_watchdog_seconds();
    config->clear_compare_every_steps();
    config->mutable_optimizer()->clear_learning_rate();
    config->mutable_optimizer()->clear_clip_norm();
    config->mutable_optimizer()->clear_clip_value();
  }
  google::protobuf::util::MessageDifferencer differencer;
  std::string report;
  differencer.ReportDifferencesToString(&report);
  if (differencer.Compare(a, b)) return absl::OkStatus();
  // The first line reads "modified: model.hidden_size: 200 -> 300".
  const std::string first = report.substr(0, report.find('\n'));
  return absl::InvalidArgumentError(
      absl::StrCat("the run to resume was trained with another configuration (", first,
                   "), and these fields cannot change. Use the old value, or start a new run with "
                   "another --output"));
}

}  // namespace elman
