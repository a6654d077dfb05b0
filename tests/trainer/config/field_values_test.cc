#include "trainer/config/field_values.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "trainer/config/run_config.h"

namespace elman {
namespace {

const FieldValue& Find(const std::vector<FieldValue>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &FieldValue::name);
  EXPECT_NE(found, fields.end()) << name;
  return *found;
}

TEST(FieldValuesTest, ListsAllFieldsWithTheirValues) {
  const auto unset = FieldValues({});
  const auto complete = FieldValues(*ParseRunConfig("", "test", {}));
  ASSERT_EQ(unset.size(), complete.size());
  for (size_t i = 0; i < unset.size(); ++i) {
    EXPECT_EQ(unset[i].name, complete[i].name);
    EXPECT_EQ(unset[i].text, complete[i].text) << unset[i].name;
    EXPECT_FALSE(complete[i].changed) << complete[i].name << " is written out, and the default";
  }
}

TEST(FieldValuesTest, MarksFieldsThatDifferFromTheirDefaults) {
  const auto fields = FieldValues(
      *ParseRunConfig("", "test",
                      {"model.cell=gru", "optimizer.learning_rate=0.1", "seed=18446744073709551615",
                       "model.bidirectional=true", "data_weights=1,2"}));
  EXPECT_EQ(std::ranges::count(fields, true, &FieldValue::changed), 5);
  EXPECT_EQ(Find(fields, "model.cell").json(), "\"GRU\"");
  EXPECT_EQ(Find(fields, "optimizer.learning_rate").json(), "0.1");
  EXPECT_EQ(Find(fields, "seed").json(), "18446744073709551615");
  EXPECT_EQ(Find(fields, "model.bidirectional").json(), "true");
  EXPECT_EQ(Find(fields, "data_weights").json(), "\"[1, 2]\"");
}

}  // namespace
}  // namespace elman
