// field_table: prints a Markdown page with every field of a training configuration, generated from
// the comments in the protos. Exit status 1 if a field has no comment.
//   protoc --include_imports --include_source_info --descriptor_set_out=/dev/stdout
//       proto/training.proto | field_table >launch/configs/FIELDS.md
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

namespace elman {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::SourceLocation;

// What the comments before and behind a declaration say, on one line, fit for the cell of a table.
template <typename AnyDescriptor>
std::string CommentOf(const AnyDescriptor& descriptor) {
  SourceLocation location;
  if (!descriptor.GetSourceLocation(&location)) return "";
  std::string text;
  for (const char c : location.leading_comments + location.trailing_comments) {
    if (c == ' ' || c == '\n') {
      if (!text.empty() && text.back() != ' ') text += ' ';
    } else {
      if (c == '|' || c == '<' || c == '*') text += '\\';
      text += c;
    }
  }
  if (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

// With a capital letter and a full stop.
std::string Sentence(std::string text) {
  if (text.empty()) return text;
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  if (text.back() != '.') text += '.';
  return text;
}

std::string TypeOf(const FieldDescriptor& field) {
  const std::string many = field.is_repeated() ? "s, separated by commas" : "";
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return "name" + many;
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return "number" + many;
    case FieldDescriptor::CPPTYPE_STRING:
      return "text" + many;
    default:
      return "integer" + many;
  }
}

std::string DefaultOf(const FieldDescriptor& field) {
  if (field.is_repeated()) return "none";
  char text[32];
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return field.default_value_bool() ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return "`" + field.default_value_enum()->name() + "`";
    case FieldDescriptor::CPPTYPE_FLOAT:
      std::snprintf(text, sizeof text, "%g", static_cast<double>(field.default_value_float()));
      return text;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      std::snprintf(text, sizeof text, "%g", field.default_value_double());
      return text;
    case FieldDescriptor::CPPTYPE_INT32:
      return std::to_string(field.default_value_int32());
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(field.default_value_int64());
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::to_string(field.default_value_uint32());
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(field.default_value_uint64());
    default:
      return field.default_value_string();
  }
}

std::string ValuesOf(const EnumDescriptor& names) {
  std::string text;
  for (int i = 0; i < names.value_count(); ++i) {
    const EnumValueDescriptor& value = *names.value(i);
    const std::string comment = CommentOf(value);
    text += "<br>`" + value.name() + "`" + (comment.empty() ? "" : ": " + comment);
  }
  return text;
}

// Writes a table of the fields of `message`, whose paths begin with `prefix`, and behind it those
// of the messages that it holds. Adds the names of fields without a comment to `*silent`.
void WriteTables(const Descriptor& message, const std::string& prefix, std::string* page,
                 std::vector<std::string>* silent) {
  std::vector<const FieldDescriptor*> groups;
  *page += "| Field | Type | Default | Meaning |\n|---|---|---|---|\n";
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    std::string meaning = CommentOf(field);
    if (const EnumDescriptor* names = field.enum_type(); names != nullptr) {
      const std::string of_names = CommentOf(*names);
      meaning = Sentence(of_names) + (of_names.empty() || meaning.empty() ? "" : " ") +
                Sentence(meaning) + ValuesOf(*names);
      if (of_names.empty() && CommentOf(field).empty()) silent->push_back(field.full_name());
    } else if (field.message_type() != nullptr) {
      groups.push_back(&field);
      continue;
    } else {
      if (meaning.empty()) silent->push_back(field.full_name());
      meaning = Sentence(meaning);
    }
    page->append("| `").append(prefix).append(field.name()).append("` | ").append(TypeOf(field));
    page->append(" | ").append(DefaultOf(field)).append(" | ").append(meaning).append(" |\n");
  }
  for (const FieldDescriptor* group : groups) {
    const std::string of_message = CommentOf(*group->message_type()), of_field = CommentOf(*group);
    if (of_message.empty() && of_field.empty()) silent->push_back(group->full_name());
    *page += "\n## " + prefix + group->name() + "\n\n" + Sentence(of_field) +
             (of_field.empty() || of_message.empty() ? "" : " ") + Sentence(of_message) + "\n\n";
    WriteTables(*group->message_type(), prefix + group->name() + ".", page, silent);
  }
}

int Main(int argc, char** argv) {
  if (argc != 1) {
    std::fprintf(stderr, "field_table: error: %s is unknown; it reads standard input\n", argv[1]);
    return 2;
  }
  google::protobuf::FileDescriptorSet files;
  google::protobuf::DescriptorPool pool;
  bool whole = files.ParseFromFileDescriptor(STDIN_FILENO);
  for (const auto& file : files.file()) whole = whole && pool.BuildFile(file) != nullptr;
  const Descriptor* config = pool.FindMessageTypeByName("elman.TrainingConfig");
  if (!whole || config == nullptr) {
    std::fputs("field_table: error: the input is not a set of descriptors with TrainingConfig\n",
               stderr);
    return 1;
  }
  std::string page =
      "# Fields of a configuration\n\n"
      "These are the fields of the file that `elman-train --config=FILE` reads. An argument "
      "`path.to.field=VALUE` of `elman-train`\noverrides a field of the file. Fields that are not "
      "set have the default value. The terms are explained in the\n"
      "[glossary](../guides/glossary.md). This page is generated from the comments in "
      "[proto](../../proto) by\n`cmake --build build --target fields`.\n\n";
  std::vector<std::string> silent;
  WriteTables(*config, "", &page, &silent);
  for (const std::string& name : silent) {
    std::fprintf(stderr, "field_table: error: %s has no comment\n", name.c_str());
  }
  std::fputs(page.c_str(), stdout);
  return silent.empty() ? 0 : 1;
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) { return elman::Main(argc, argv); }
