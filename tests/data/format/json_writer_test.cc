#include "data/format/json_writer.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

namespace elman {
namespace {

TEST(JsonObjectTest, KeepsOrderAndTypes) {
  JsonObject inner;
  inner.Add("yes", true).Add("n", int64_t{-3});
  JsonObject json;
  json.Add("text", "a \"b\"\n")
      .Add("count", uint64_t{18446744073709551615u})
      .Add("inner", inner)
      .AddJson("raw", "[1]");
  EXPECT_EQ(json.ToString(),
            "{\"text\": \"a \\\"b\\\"\\n\", \"count\": 18446744073709551615, "
            "\"inner\": {\"yes\": true, \"n\": -3}, \"raw\": [1]}");
  EXPECT_EQ(JsonObject().ToString(), "{}");
}

TEST(JsonObjectTest, DoublesReadBackAsTheSame) {
  for (const double number : {0.1, 1.0 / 3, 1e-300, 123456789.123456789, 5.224192876098104}) {
    const std::string text = JsonObject().Add("x", number).ToString();
    EXPECT_EQ(std::strtod(text.c_str() + 6, nullptr), number) << text;
  }
  EXPECT_EQ(JsonObject().Add("x", std::numeric_limits<double>::quiet_NaN()).ToString(),
            "{\"x\": null}");
  for (const double number :
       {-std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()})
    EXPECT_EQ(JsonNumber(number), "null") << "JSON has no word for it";
}

TEST(JsonArrayTest, ListsEveryItem) {
  EXPECT_EQ(JsonArray(std::vector<std::string>{"a", "\"", ""}, JsonString),
            "[\"a\", \"\\\"\", \"\"]");
  EXPECT_EQ(
      JsonArray(std::vector<double>{0.5, std::numeric_limits<double>::infinity()}, JsonNumber),
      "[0.5, null]");
  const auto row = [](int last) {
    return JsonArray(std::vector<int>(2, last), [](int i) { return std::to_string(i); });
  };
  EXPECT_EQ(JsonArray(std::vector<int>{1, 2}, row), "[[1, 1], [2, 2]]");
  EXPECT_EQ(JsonArray(std::vector<int>(), row), "[]");
}

TEST(JsonStringTest, IsAlwaysValidUtf8) {
  EXPECT_EQ(JsonString("süß 日 🙂"), "\"süß 日 🙂\"");
  EXPECT_EQ(JsonString("\x01\x7f"), "\"\\u0001\\u007f\"");
  // A stray continuation byte, an overlong form, a surrogate, a truncated sequence.
  EXPECT_EQ(JsonString("\x80"), "\"\uFFFD\"");
  EXPECT_EQ(JsonString("\xC0\xAF"), "\"\uFFFD\uFFFD\"");
  EXPECT_EQ(JsonString("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");
  EXPECT_EQ(JsonString("a\xE6\x97"), "\"a\uFFFD\uFFFD\"");
}

}  // namespace
}  // namespace elman
