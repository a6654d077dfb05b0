// Writes JSON objects and arrays on one line. Doubles read back exactly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace elman {

// A JSON object; keys are written in the order in which they are added.
class JsonObject {
 public:
  JsonObject& Add(std::string_view key, std::string_view text);
  JsonObject& Add(std::string_view key, const char* text) {
    return Add(key, std::string_view(text));
  }
  JsonObject& Add(std::string_view key,
                  double number);  // null for infinities and NaN
  JsonObject& Add(std::string_view key, int64_t number);
  JsonObject& Add(std::string_view key, uint64_t number);
  JsonObject& Add(std::string_view key, int number) { return Add(key, int64_t{number}); }
  JsonObject& Add(std::string_view key, uint32_t number) { return Add(key, uint64_t{number}); }
  JsonObject& Add(std::string_view key, bool truth);
  JsonObject& Add(std::string_view key, const JsonObject& object);
  // `json` is the text of any JSON value.
  JsonObject& AddJson(std::string_view key, std::string_view json);

  // The object as text.
  std::string ToString() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

// The text as a quoted JSON string. Bytes that are not UTF-8 become U+FFFD.
std::string JsonString(std::string_view text);

// The shortest text that reads back as the same double; null for infinities and NaN.
std::string JsonNumber(double number);

// An array. `json_of` returns the text of a JSON value for each item.
template <typename Items, typename JsonOf>
std::string JsonArray(const Items& items, const JsonOf& json_of) {
  std::string array = "[";
  for (const auto& item : items) {
    if (array.size() > 1) array += ", ";
    array += json_of(item);
  }
  return array + "]";
}

}  // namespace elman
