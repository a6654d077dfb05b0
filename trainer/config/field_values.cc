#include "trainer/config/field_values.h"

#include <google/protobuf/text_format.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/format/json_writer.h"

namespace elman {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::TextFormat;

std::string ValueText(const Message& message, const FieldDescriptor& field) {
  std::string text;
  if (!field.is_repeated()) {
    TextFormat::PrintFieldValueToString(message, &field, /*index=*/-1, &text);
    return text;
  }
  std::vector<std::string> values;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i)
    TextFormat::PrintFieldValueToString(message, &field, i, &values.emplace_back());
  return absl::StrCat("[", absl::StrJoin(values, ", "), "]");
}

void AddFields(const Message& message, const Message& defaults, const std::string& prefix,
               std::vector<FieldValue>* fields) {
  const Reflection* const reflection = message.GetReflection();
  const Descriptor* const descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor& field = *descriptor->field(i);
    const std::string name = absl::StrCat(prefix, field.name());
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      AddFields(reflection->GetMessage(message, &field), reflection->GetMessage(defaults, &field),
                name + ".", fields);
      continue;
    }
    FieldValue& value = fields->emplace_back();
    value.name = name;
    value.text = ValueText(message, field);
    value.changed = value.text != ValueText(defaults, field);
    if (field.is_repeated() || field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      value.kind = FieldValue::Kind::kName;
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
      value.kind = FieldValue::Kind::kBoolean;
    }
  }
}

}  // namespace

std::string FieldValue::json() const { return kind == Kind::kName ? JsonString(text) : text; }

std::vector<FieldValue> FieldValues(const TrainingConfig& config) {
  std::vector<FieldValue> fields;
  AddFields(config, TrainingConfig::default_instance(), "", &fields);
  return fields;
}

}  // namespace elman
