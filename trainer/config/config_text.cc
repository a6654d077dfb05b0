#include "trainer/config/config_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "proto/training.pb.h"
#include "trainer/config/config_fields.h"

namespace elman {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::io::Tokenizer;

constexpr char kShape[] = "expected FIELD: VALUE or GROUP { FIELD: VALUE }";
constexpr char kExample[] = "Write fields as in: max_steps: 30 model { cell: GRU }";

// Keeps the first error of the tokenizer.
class LexicalError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    if (!message_.empty()) return;
    line_ = line;
    column_ = column;
    message_ = message;
  }
  int line() const { return line_; }
  int column() const { return column_; }
  const std::string& message() const { return message_; }

 private:
  int line_ = 0;
  int column_ = 0;
  std::string message_;
};

// A recursive descent over the tokens, along the messages of TrainingConfig.
class ConfigChecker {
 public:
  ConfigChecker(const std::string& text, const std::string& path, ConfigPlaces* places)
      : text_(text),
        path_(path),
        places_(places),
        input_(text.data(), static_cast<int>(text.size())),
        tokens_(&input_, &lexical_error_) {
    // As the parser of the text format does.
    tokens_.set_comment_style(Tokenizer::SH_COMMENT_STYLE);
    tokens_.set_allow_f_after_float(true);
    tokens_.set_require_space_after_number(false);
  }

  absl::StatusOr<std::string> Check() {
    RETURN_IF_ERROR(Next());
    RETURN_IF_ERROR(CheckFields(*TrainingConfig::descriptor(), "", nullptr));
    return text_;
  }

 private:
  struct OpenGroup {
    std::string name;  // path of the field
    int line;
  };

  const Tokenizer::Token& token() { return tokens_.current(); }
  bool At(std::string_view text) { return token().text == text; }
  bool AtEnd() { return token().type == Tokenizer::TYPE_END; }
  bool AtName() { return token().type == Tokenizer::TYPE_IDENTIFIER; }

  std::string Found() {
    return AtEnd() ? "found the end of the text" : absl::StrCat("found '", token().text, "'");
  }

  absl::Status Next() {
    tokens_.Next();
    if (lexical_error_.message().empty()) return absl::OkStatus();
    return Fault(
        lexical_error_.line(), lexical_error_.column(),
        absl::StrCat("not protobuf text format (", lexical_error_.message(), "). ", kExample));
  }

  // Up to the end of the group `open`; nullptr: of the text.
  absl::Status CheckFields(const Descriptor& message, const std::string& prefix,
                           const OpenGroup* open) {
    std::map<const FieldDescriptor*, int> lines;  // of the fields that are set
    while (!AtEnd()) {
      if (At("}") || At(">")) {
        if (open == nullptr)
          return Fault(absl::StrCat(Found(), " without the { that it closes. Remove it"));
        return Next();
      }
      RETURN_IF_ERROR(CheckField(message, prefix, &lines));
      const bool comma = At(",");
      if (comma || At(";")) RETURN_IF_ERROR(Next());
      if (comma && token().type == Tokenizer::TYPE_INTEGER)
        return Fault("found a comma in a number. Write a decimal point, as in 0.01");
    }
    if (open == nullptr) return absl::OkStatus();
    return Fault(absl::StrCat("the file ends inside ", open->name, " {, which begins in line ",
                              open->line + 1, ". Add a }"));
  }

  absl::Status CheckField(const Descriptor& message, const std::string& prefix,
                          std::map<const FieldDescriptor*, int>* lines) {
    if (At("/")) return Fault(absl::StrCat(Found(), ". Begin comments with #"));
    if (!AtName()) return Fault(absl::StrCat(kShape, ", ", Found(), ". ", kExample));
    const Tokenizer::Token name = token();
    const FieldDescriptor* field = message.FindFieldByName(name.text);
    RETURN_IF_ERROR(Next());
    const std::string path = prefix + name.text;
    if (field == nullptr) {
      const bool is_field = At(":") || At("{") || At("<") || At("=") || At(".") || AtEnd();
      return Fault(name.line, name.column,
                   is_field ? UnknownFieldText(message, path)
                            : absl::StrCat(kShape, ", found '", name.text, "'. ", kExample));
    }
    const auto [first, inserted] = lines->insert({field, name.line});
    if (!inserted && !field->is_repeated()) {
      return Fault(name.line, name.column,
                   absl::StrCat(path, " is given twice, first in line ", first->second + 1,
                                field->message_type() != nullptr ? ". Join the two in one { }"
                                                                 : ". Remove one of them"));
    }
    if (field->message_type() != nullptr) return CheckGroup(*field, path);
    if (places_ != nullptr && !path_.empty()) places_->Set(path, Place(name.line, name.column));
    return CheckScalar(*field, path);
  }

  absl::Status CheckGroup(const FieldDescriptor& field, const std::string& path) {
    const OpenGroup group = {path, token().line};
    if (At(":")) RETURN_IF_ERROR(Next());
    if (!At("{") && !At("<")) {
      return Fault(absl::StrCat(path, " is a group of fields: expected {, ", Found(), ". Write ",
                                field.name(), " { FIELD: VALUE }"));
    }
    RETURN_IF_ERROR(Next());
    return CheckFields(*field.message_type(), path + ".", &group);
  }

  absl::Status CheckScalar(const FieldDescriptor& field, const std::string& path) {
    if (!At(":")) {
      return Fault(absl::StrCat("expected ':' after ", path, ", ", Found(), ". Write ",
                                field.name(), ": VALUE"));
    }
    RETURN_IF_ERROR(Next());
    if (!field.is_repeated() || !At("[")) return CheckValue(field, path);
    do {
      RETURN_IF_ERROR(Next());
      if (!At("]")) RETURN_IF_ERROR(CheckValue(field, path));
    } while (At(","));
    if (!At("]")) return Fault(absl::StrCat(path, ": expected , or ], ", Found(), ". Add a ]"));
    return Next();
  }

  absl::Status CheckValue(const FieldDescriptor& field, const std::string& path) {
    const Tokenizer::Token first = token();
    const bool negative = At("-");
    if (negative) RETURN_IF_ERROR(Next());
    const absl::Status checked = CheckToken(field, path, negative);
    if (!checked.ok()) return checked;
    const Tokenizer::Token last = token();
    RETURN_IF_ERROR(Next());
    // "10GB" and "1.2.3" are two tokens each.
    if (token().line == last.line && token().column == last.end_column && !AtEnd() &&
        token().type != Tokenizer::TYPE_SYMBOL) {
      return Fault(first.line, first.column,
                   absl::StrCat(path, ": expected one value, found '", negative ? "-" : "",
                                last.text, token().text, "'"));
    }
    return absl::OkStatus();
  }

  absl::Status CheckToken(const FieldDescriptor& field, const std::string& path, bool negative) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_ENUM:
        return CheckEnum(field, path);
      case FieldDescriptor::CPPTYPE_BOOL: {
        const std::string word = absl::AsciiStrToLower(token().text);
        for (const char* known : {"true", "false", "t", "f", "0", "1"})
          if (word == known) return absl::OkStatus();
        return Fault(absl::StrCat(path, ": expected true or false, ", Found()));
      }
      case FieldDescriptor::CPPTYPE_INT32:
        return CheckInteger(path, negative, std::numeric_limits<int32_t>::min(),
                            std::numeric_limits<int32_t>::max());
      case FieldDescriptor::CPPTYPE_INT64:
        return CheckInteger(path, negative, std::numeric_limits<int64_t>::min(),
                            std::numeric_limits<int64_t>::max());
      case FieldDescriptor::CPPTYPE_UINT64:
        return CheckInteger(path, negative, 0, std::numeric_limits<uint64_t>::max());
      case FieldDescriptor::CPPTYPE_FLOAT: {
        const std::string word = absl::AsciiStrToLower(token().text);
        const bool special = word == "nan" || word == "inf" || word == "infinity";
        if (special || token().type == Tokenizer::TYPE_INTEGER ||
            token().type == Tokenizer::TYPE_FLOAT)
          return absl::OkStatus();
        return Fault(absl::StrCat(path, ": expected a number, ", Found()));
      }
      default:
        return absl::OkStatus();  // the configuration has no fields of other types; tested
    }
  }

  absl::Status CheckEnum(const FieldDescriptor& field, const std::string& path) {
    std::string text = token().text;
    uint64_t number = 0;
    if (token().type == Tokenizer::TYPE_INTEGER &&
        Tokenizer::ParseInteger(text, std::numeric_limits<int32_t>::max(), &number) &&
        field.enum_type()->FindValueByNumber(static_cast<int>(number)) != nullptr)
      return absl::OkStatus();
    const bool quoted = token().type == Tokenizer::TYPE_STRING && text.size() >= 2;
    if (quoted) text = text.substr(1, text.size() - 2);
    const auto name = ConfigEnumValue(*field.enum_type(), path, text);
    if (!name.ok()) return Fault(name.status().message());
    if (quoted) {
      return Fault(absl::StrCat(path, ": ", Found(), ". Write it without quotes: ", field.name(),
                                ": ", *name));
    }
    text_.replace(OffsetOf(token()), name->size(), *name);  // the replacement has the same length
    return absl::OkStatus();
  }

  absl::Status CheckInteger(const std::string& path, bool negative, int64_t least, uint64_t most) {
    if (token().type != Tokenizer::TYPE_INTEGER) {
      const double value = std::strtod(token().text.c_str(), nullptr);
      const bool whole = token().type == Tokenizer::TYPE_FLOAT && std::abs(value) < 1e15 &&
                         value == std::floor(value);
      return Fault(absl::StrCat(
          path, ": expected an integer, ", Found(),
          whole ? absl::StrCat(". Write ", negative ? "-" : "", static_cast<int64_t>(value)) : ""));
    }
    const uint64_t limit = negative ? uint64_t{0} - static_cast<uint64_t>(least) : most;
    uint64_t value = 0;
    if (Tokenizer::ParseInteger(token().text, limit, &value)) return absl::OkStatus();
    return Fault(absl::StrCat(path, ": expected an integer from ", least, " to ", most, ", found '",
                              negative ? "-" : "", token().text, "'"));
  }

  // The tokenizer counts a tab as the columns up to the next multiple of 8.
  size_t OffsetOf(const Tokenizer::Token& token) const {
    size_t offset = 0;
    for (int line = 0; line < token.line; ++line) offset = text_.find('\n', offset) + 1;
    for (int column = 0; column < token.column; ++offset)
      column += text_[offset] == '\t' ? 8 - column % 8 : 1;
    return offset;
  }

  absl::Status Fault(absl::string_view message) {
    return Fault(token().line, token().column, message);
  }

  absl::Status Fault(int line, int column, absl::string_view message) const {
    return absl::InvalidArgumentError(
        path_.empty() ? std::string(message) : absl::StrCat(Place(line, column), ": ", message));
  }

  std::string Place(int line, int column) const {
    return absl::StrCat(path_, ":", line + 1, ":", column + 1);
  }

  std::string text_;
  const std::string path_;
  ConfigPlaces* const places_;
  google::protobuf::io::ArrayInputStream input_;
  LexicalError lexical_error_;
  Tokenizer tokens_;
};

}  // namespace

absl::StatusOr<std::string> CheckConfigText(const std::string& text, const std::string& path,
                                            ConfigPlaces* places) {
  return ConfigChecker(text, path, places).Check();
}

}  // namespace elman
