#include "trainer/eval/prediction/unknown_input.h"

#include "tests/trainer/eval/prediction/made_trained_model.h"

namespace elman {
namespace {

using testing::HasSubstr;

TEST(UnknownInputTest, NotesTheFirstInputOfMostlyUnknownWords) {
  for (const Task task : {LANGUAGE_MODEL, TAGGING, CLASSIFICATION, TRANSLATION}) {
    const auto trained = MadeTrainedModel(task);
    const auto unknown = *UnknownInput::Create(trained.get());
    for (const char* line : {"", "w2", "w2 x", "w2 x w3"})
      EXPECT_EQ(unknown->Note({.line = line}, 0), "") << line;
    EXPECT_EQ(unknown->Note({.line = "", .words = {"w4", "x"}}, 0), "");
    EXPECT_THAT(unknown->Note({.line = "x y w2"}, 2),
                HasSubstr("knows 1 of the 3 tokens of input 3"));
    EXPECT_EQ(unknown->Note({.line = "x y w2"}, 3), "") << "once";
    const auto again = *UnknownInput::Create(trained.get());
    EXPECT_THAT(again->Note({.line = "", .words = {"x", "y"}}, 0),
                HasSubstr("knows none of the 2"));
  }
}

}  // namespace
}  // namespace elman
