#include "trainer/config/config_fields.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "data/format/named_values.h"
#include "data/format/near_names.h"
#include "data/io/status_macros.h"
#include "proto/training.pb.h"

namespace elman {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::io::Tokenizer;

void AddPaths(const Descriptor* message, const std::string& prefix,
              std::vector<std::string>* paths) {
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    const std::string path = prefix + field->name();
    if (field->message_type() != nullptr) {
      AddPaths(field->message_type(), path + ".", paths);
    } else {
      paths->push_back(path);
    }
  }
}

// Returns the path closest to `name`, if every part of it is close to the same part of `name`;
// otherwise empty.
std::string NearestPath(std::string_view name, const std::vector<std::string>& paths) {
  const std::vector<std::string> wanted =
      absl::StrSplit(absl::string_view(name.data(), name.size()), '.');
  std::string nearest;
  size_t least = name.size() + 1;
  for (const std::string& path : paths) {
    const std::vector<std::string> parts = absl::StrSplit(path, '.');
    bool near = parts.size() == wanted.size();
    size_t sum = 0;
    for (size_t i = 0; near && i < parts.size(); ++i) {
      const size_t distance = EditDistance(wanted[i], parts[i]);
      near = distance <= MostSlips(wanted[i]);
      sum += distance;
    }
    if (!near || sum >= least) continue;
    least = sum;
    nearest = path;
  }
  return nearest;
}

class NoErrors : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, google::protobuf::io::ColumnNumber, const std::string&) override {}
};

// Visits the tokens of a configuration and tracks which message each of them belongs to.
class NameChecker {
 public:
  explicit NameChecker(const std::string& text)
      : text_(text), input_(text.data(), static_cast<int>(text.size())) {}

  absl::StatusOr<std::string> Check() {
    Tokenizer tokens(&input_, &no_errors_);
    tokens.set_comment_style(Tokenizer::SH_COMMENT_STYLE);
    while (tokens.Next() && !messages_.empty()) {
      RETURN_IF_ERROR(Take(tokens.current()));
    }
    return text_;
  }

 private:
  struct OpenMessage {
    const Descriptor* type;
    std::string prefix;  // prefix of the paths of its fields
  };

  absl::Status Take(const Tokenizer::Token& token) {
    if (token.text == "{" || token.text == "<") {
      // A field that is not a message is an error that the parser reports.
      if (field_ == nullptr || field_->message_type() == nullptr) return messages_.clear(), Ok();
      messages_.push_back(
          {field_->message_type(), absl::StrCat(messages_.back().prefix, field_->name(), ".")});
      field_ = nullptr;
      return Ok();
    }
    if (token.text == "}" || token.text == ">") {
      messages_.pop_back();
      field_ = nullptr;
      return Ok();
    }
    if (token.text == ":") {
      expects_value_ = field_ != nullptr && field_->message_type() == nullptr;
      return Ok();
    }
    const bool value = std::exchange(expects_value_, false);
    if (token.type != Tokenizer::TYPE_IDENTIFIER) return Ok();
    return value ? TakeValue(token) : TakeField(token);
  }

  absl::Status TakeField(const Tokenizer::Token& token) {
    field_ = messages_.back().type->FindFieldByName(token.text);
    if (field_ != nullptr) return Ok();
    const std::string path = messages_.back().prefix + token.text;
    std::string suggestion = ConfigFieldSuggestion(path);
    if (suggestion.empty()) suggestion = ConfigFieldSuggestion(token.text);
    return Fault(token, absl::StrCat("there is no field ", path, suggestion));
  }

  absl::Status TakeValue(const Tokenizer::Token& token) {
    if (field_->enum_type() == nullptr) return Ok();
    const std::string path = messages_.back().prefix + field_->name();
    const auto name = ConfigEnumValue(*field_->enum_type(), path, token.text);
    if (!name.ok()) return Fault(token, name.status().message());
    text_.replace(OffsetOf(token), name->size(), *name);  // the replacement has the same length
    return Ok();
  }

  // The tokenizer counts a tab as the columns up to the next multiple of 8.
  size_t OffsetOf(const Tokenizer::Token& token) const {
    size_t offset = 0;
    for (int line = 0; line < token.line; ++line) offset = text_.find('\n', offset) + 1;
    for (int column = 0; column < token.column; ++offset)
      column += text_[offset] == '\t' ? 8 - column % 8 : 1;
    return offset;
  }

  static absl::Status Ok() { return absl::OkStatus(); }
  static absl::Status Fault(const Tokenizer::Token& token, absl::string_view message) {
    return absl::InvalidArgumentError(
        absl::StrCat(token.line + 1, ":", token.column + 1, ": ", message));
  }

  std::string text_;
  google::protobuf::io::ArrayInputStream input_;
  NoErrors no_errors_;
  std::vector<OpenMessage> messages_ = {{TrainingConfig::descriptor(), ""}};
  const FieldDescriptor* field_ = nullptr;  // the last field that was named
  bool expects_value_ = false;
};

}  // namespace

std::vector<std::string> ConfigFieldsLike(std::string_view name) {
  constexpr size_t kLongestName = 200;  // edit distances take quadratic time
  if (name.size() > kLongestName) return {};
  std::vector<std::string> paths;
  AddPaths(TrainingConfig::descriptor(), "", &paths);
  if (std::ranges::find(paths, name) != paths.end()) return {std::string(name)};
  std::vector<std::string> found;
  const std::string suffix = absl::StrCat(".", absl::string_view(name.data(), name.size()));
  for (const std::string& path : paths) {
    if (absl::EndsWith(path, suffix)) found.push_back(path);
  }
  if (!found.empty()) return found;
  if (const std::string nearest = NearestPath(name, paths); !nearest.empty()) return {nearest};
  // A misspelled name of a nested field.
  std::vector<std::string> names;
  for (const std::string& path : paths) names.push_back(path.substr(path.rfind('.') + 1));
  const std::string nearest = NearestName(name, names);
  for (size_t i = 0; i < names.size() && !nearest.empty(); ++i) {
    if (names[i] == nearest) found.push_back(paths[i]);
  }
  return found;
}

std::string ConfigFieldSuggestion(std::string_view name) {
  std::vector<std::string> paths = ConfigFieldsLike(name);
  if (paths.empty()) return "";
  const std::string last = paths.back();
  paths.pop_back();
  return absl::StrCat("; did you mean ", absl::StrJoin(paths, ", "), paths.empty() ? "" : " or ",
                      last, "?");
}

absl::StatusOr<std::string> ConfigEnumValue(const EnumDescriptor& type, std::string_view field,
                                            std::string_view name) {
  std::vector<std::string_view> names;
  for (int i = 0; i < type.value_count(); ++i) names.emplace_back(type.value(i)->name());
  ASSIGN_OR_RETURN(const size_t found, FindName(field, name, names));
  return std::string(names[found]);
}

absl::StatusOr<std::string> CheckConfigNames(const std::string& text) {
  return NameChecker(text).Check();
}

}  // namespace elman
