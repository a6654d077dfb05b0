#include "data/format/json_writer.h"

#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace elman {
namespace {

// Bytes of the well-formed UTF-8 sequence at the beginning of `text`; 0 if there is none.
size_t SequenceLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const size_t length = lead < 0x80                   ? 1
                        : lead >= 0xC2 && lead < 0xE0 ? 2
                        : lead >= 0xE0 && lead < 0xF0 ? 3
                        : lead >= 0xF0 && lead < 0xF5 ? 4
                                                      : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates and what lies beyond U+10FFFF.
  if (lead == 0xE0 && byte(1) < 0xA0) return 0;
  if (lead == 0xED && byte(1) >= 0xA0) return 0;
  if (lead == 0xF0 && byte(1) < 0x90) return 0;
  if (lead == 0xF4 && byte(1) >= 0x90) return 0;
  return length;
}

}  // namespace

std::string JsonString(std::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const char c = text[0];
    size_t length = SequenceLength(text);
    if (length == 0) {
      json += "\uFFFD";
      length = 1;
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
  if (!std::isfinite(number)) return "null";
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), number);
  return {buffer, result.ptr};
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
