#include "data/format/json_writer.h"

#include <cmath>

#include "absl/strings/str_format.h"
#include "data/format/number_text.h"
#include "data/format/utf8.h"

namespace elman {

std::string JsonString(std::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const char c = text[0];
    const DecodedCharacter character = DecodeUtf8(text);
    // One U+FFFD per invalid byte; ReplaceInvalidUtf8 has one per longest valid prefix.
    const size_t length = character.valid ? character.size : 1;
    if (!character.valid) {
      json += "\uFFFD";
    } else if (c == '"' || c == '\\') {
      json += {'\\', c};
    } else if (c == '\n') {
      json += "\\n";
    } else if (c == '\t') {
      json += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      json += absl::StrFormat("\\u%04x", static_cast<unsigned>(c));
    } else {
      json += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return json + "\"";
}

std::string JsonNumber(double number) {
  return std::isfinite(number) ? RoundTripText(number) : "null";
}

JsonObject& JsonObject::AddJson(std::string_view key, std::string_view json) {
  if (text_.size() > 1) text_ += ", ";
  text_ += JsonString(key);
  text_ += ": ";
  text_ += json;
  return *this;
}

JsonObject& JsonObject::Add(std::string_view key, std::string_view text) {
  return AddJson(key, JsonString(text));
}
JsonObject& JsonObject::Add(std::string_view key, int64_t number) {
  return AddJson(key, std::to_string(number));
}
JsonObject& JsonObject::Add(std::string_view key, uint64_t number) {
  return AddJson(key, std::to_string(number));
}
JsonObject& JsonObject::Add(std::string_view key, bool truth) {
  return AddJson(key, truth ? "true" : "false");
}
JsonObject& JsonObject::Add(std::string_view key, const JsonObject& object) {
  return AddJson(key, object.ToString());
}

JsonObject& JsonObject::Add(std::string_view key, double number) {
  return AddJson(key, JsonNumber(number));
}

}  // namespace elman
