// JSON objects and arrays on one line, the numbers of objects such that they read back as the same
// doubles.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace elman {

class JsonObject {
 public:
  JsonObject& Add(std::string_view key, std::string_view text);
  JsonObject& Add(std::string_view key, const char* text) {
    return Add(key, std::string_view(text));
  }
  JsonObject& Add(std::string_view key,
                  double number);  // null for what JSON cannot say: infinities, not-a-number
  JsonObject& Add(std::string_view key, int64_t number);
  JsonObject& Add(std::string_view key, uint64_t number);
  JsonObject& Add(std::string_view key, int number) { return Add(key, int64_t{number}); }
  JsonObject& Add(std::string_view key, uint32_t number) { return Add(key, uint64_t{number}); }
  JsonObject& Add(std::string_view key, bool truth);
  JsonObject& Add(std::string_view key, const JsonObject& object);
  // `json` is the text of any JSON value.
  JsonObject& AddJson(std::string_view key, std::string_view json);

  std::string ToString() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

// The text as a JSON string, quoted; bytes that are not UTF-8 become U+FFFD.
std::string JsonString(std::string_view text);

// The shortest text that reads back as the same double; null for what JSON cannot say: infinities
// and not-a-number alike.
std::string JsonNumber(double number);

// An array of what `json_of` returns for each item: the text of any JSON value.
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
