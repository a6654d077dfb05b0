#include "data/text/task_fields.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace elman {
namespace {

std::vector<Task> AllTasks() {
  std::vector<Task> tasks;
  for (int task = Task_MIN + 1; task <= Task_MAX; ++task) tasks.push_back(static_cast<Task>(task));
  return tasks;
}

class TaskTraitsTest : public testing::TestWithParam<Task> {
 protected:
  const TaskTraits& traits_ = TraitsOf(GetParam());
};

TEST_P(TaskTraitsTest, TheFirstFieldHasAnyLength) {
  ASSERT_GE(traits_.fields.size(), 1u);
  ASSERT_LE(traits_.fields.size(), size_t{kMaxFields});
  EXPECT_EQ(traits_.fields[0].length, FieldLength::kAny);
  EXPECT_FALSE(traits_.fields[0].labels || traits_.fields[0].numbers);
}

// A damaged shard is reported with the expected lengths.
TEST_P(TaskTraitsTest, RequiredLengthsAreNamed) {
  const bool any = std::ranges::all_of(
      traits_.fields, [](const TaskField& f) { return f.length == FieldLength::kAny; });
  EXPECT_EQ(traits_.lengths.empty(), any);
}

TEST_P(TaskTraitsTest, ModelTasksAreTheirOwnModelTask) {
  const TaskTraits& model = TraitsOf(traits_.model);
  EXPECT_EQ(model.model, traits_.model);
  EXPECT_EQ(model.layers, traits_.layers);
  EXPECT_EQ(model.predicts, traits_.predicts);
  EXPECT_EQ(model.perplexity, traits_.perplexity);
  EXPECT_LE(FieldsOfModel(GetParam()), static_cast<int>(traits_.fields.size()));
  EXPECT_TRUE(traits_.layers || !traits_.predicts);
}

TEST_P(TaskTraitsTest, RunningTextEnds) {
  EXPECT_TRUE(traits_.texts_end || !traits_.running_text);
  EXPECT_FALSE(traits_.running_text && traits_.word_pairs);
}

INSTANTIATE_TEST_SUITE_P(Tasks, TaskTraitsTest, testing::ValuesIn(AllTasks()),
                         [](const auto& info) { return Task_Name(info.param); });

TEST(TaskFieldsTest, OtherValuesHaveNoFields) {
  EXPECT_TRUE(FieldsOf(TASK_UNSPECIFIED).empty());
  EXPECT_TRUE(FieldsOf(static_cast<Task>(Task_MAX + 1)).empty());
}

}  // namespace
}  // namespace elman
