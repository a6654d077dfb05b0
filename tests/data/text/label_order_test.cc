#include "data/text/label_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

std::vector<Vocabulary::Entry> Entries(const std::vector<std::string>& names) {
  std::vector<Vocabulary::Entry> entries;
  for (const std::string& name : names) entries.push_back({name, 1});
  return entries;
}

// "0 1 2 10 (NUMERIC)"
std::string Ordered(const std::string& order, const std::vector<std::string>& names) {
  std::vector<Vocabulary::Entry> labels = Entries(names);
  const auto kind = OrderLabels(*ParseLabelOrder(order), &labels);
  if (!kind.ok()) return std::string(kind.status().message());
  std::string text;
  for (const Vocabulary::Entry& label : labels) text += label.piece + " ";
  return text + "(" + FieldEntry::LabelOrder_Name(*kind) + ")";
}

TEST(LabelOrderTest, NumbersAreInNumericOrder) {
  EXPECT_EQ(Ordered("", {"10", "9", "0", "2", "1"}), "0 1 2 9 10 (NUMERIC)");
  EXPECT_EQ(Ordered("", {"1", "-1", "-2", "0.5", "+3", "1e1"}), "-2 -1 0.5 1 +3 1e1 (NUMERIC)");
  EXPECT_EQ(Ordered("", {"1.0", "1"}), "1 1.0 (NUMERIC)") << "equal numbers by their bytes";
  EXPECT_EQ(Ordered("", {"10", "9", "nan"}), "10 9 nan (BYTES)");
  EXPECT_EQ(Ordered("", {"10", "9", "0x10"}), "0x10 10 9 (BYTES)");
  EXPECT_EQ(Ordered("", {"10", "9", "inf", "1e999"}), "10 1e999 9 inf (BYTES)");
  EXPECT_EQ(Ordered("", {"pos", "neg"}), "neg pos (BYTES)");
}

TEST(LabelOrderTest, FollowsTheSpecification) {
  EXPECT_EQ(Ordered("bytes", {"10", "9"}), "10 9 (BYTES)");
  EXPECT_EQ(Ordered("numeric", {"9", "10"}), "9 10 (NUMERIC)");
  EXPECT_EQ(Ordered("low, mid ,high", {"high", "low"}), "low high (GIVEN)");
  EXPECT_THAT(Ordered("numeric", {"9", "good"}), HasSubstr("the label 'good' of train is not a"));
  EXPECT_THAT(Ordered("low,high", {"high", "mid"}), HasSubstr("does not list the label 'mid'"));
}

TEST(LabelOrderTest, AListMayBeAFile) {
  Scratch scratch;
  const std::string path = scratch.Write("labels", "very bad\r\nso so\n\n a, b \n");
  EXPECT_EQ(Ordered(path, {"a, b", "so so", "very bad"}), "very bad so so a, b (GIVEN)");
  EXPECT_THAT(
      ParseLabelOrder(path + ".missing"),
      FailsWith(kInvalid, "expected numeric, bytes, labels separated by commas, or a file"));
  EXPECT_THAT(ParseLabelOrder("a,b,a"), FailsWith(kInvalid, "the label 'a' is listed twice"));
}

TEST(LabelOrderTest, WarnsOfASingleLabel) {
  FieldEntry field;
  field.mutable_tokenizer()->set_kind(TokenizerSpec::LABEL);
  for (const uint64_t used : {0, 2, 70}) {
    field.set_used_types(used);
    EXPECT_THAT(OneLabelWarning("data", field), IsEmpty()) << used;
  }
  field.set_used_types(1);
  EXPECT_THAT(OneLabelWarning("data", field), HasSubstr("data: all examples of train have the "));
  field.mutable_tokenizer()->set_kind(TokenizerSpec::WORD);
  EXPECT_THAT(OneLabelWarning("data", field), IsEmpty());
}

TEST(LabelOrderTest, WarnsOfRatingsThatAreNotOrderedNumbers) {
  const auto doubt = [](FieldEntry::LabelOrder order, const std::vector<std::string>& names) {
    FieldEntry field;
    field.set_label_order(order);
    return OrdinalWarning("data", field, *Vocabulary::CreateLabels(Entries(names)));
  };
  EXPECT_THAT(doubt(FieldEntry::NUMERIC, {"1", "2", "10"}), IsEmpty());
  EXPECT_THAT(doubt(FieldEntry::BYTES, {"1", "2", "3"}), IsEmpty()) << "of older data sets";
  EXPECT_THAT(doubt(FieldEntry::GIVEN, {"low", "mid", "high"}), IsEmpty());
  EXPECT_THAT(doubt(FieldEntry::BYTES, {"high", "low", "mid"}),
              HasSubstr("not numbers: high, low, mid. Preprocess with --label_order="));
  EXPECT_THAT(doubt(FieldEntry::BYTES, {"0", "1", "10", "2"}),
              HasSubstr("not in numeric order: 0, 1, 10, 2. Preprocess the corpus again"));
}

}  // namespace
}  // namespace elman
