#include "data/preprocess/recognized_task.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::HasSubstr;

// `line(i)` for i from 0 on, `count` times.
template <typename Line>
std::string Repeat(int count, Line line) {
  std::string text;
  for (int i = 0; i < count; ++i) text += line(i);
  return text;
}

std::string Sentence(int i) { return absl::StrCat("this is sentence number ", i, " of them"); }

Task TaskOf(const std::string& text, bool whole = true) {
  const auto found = RecognizeTask("f", text, whole);
  EXPECT_THAT(found.status(), IsOk()) << text.substr(0, 200);
  EXPECT_THAT(found.ok() ? found->reason : "", HasSubstr("f "));
  return found.ok() ? found->task : TASK_UNSPECIFIED;
}

std::string Refusal(const std::string& text) {
  const auto found = RecognizeTask("f", text, /*whole=*/true);
  EXPECT_FALSE(found.ok()) << (found.ok() ? found->reason : "");
  return std::string(found.status().message());
}

TEST(RecognizedTaskTest, LinesWithoutTabsAreText) {
  EXPECT_EQ(TaskOf(""), LANGUAGE_MODEL);
  EXPECT_EQ(TaskOf("one line"), LANGUAGE_MODEL);
  EXPECT_EQ(TaskOf("a poem of a few\nlines\n\nwith stanzas\n\n\nof any length"), LANGUAGE_MODEL);
  EXPECT_EQ(TaskOf("x\ty\n" + Repeat(40, [](int i) { return Sentence(i) + "\n"; })),
            LANGUAGE_MODEL);
}

TEST(RecognizedTaskTest, RecognizesLabels) {
  const auto line = [](int i) {
    return absl::StrCat(i % 2 ? "pos" : "very negative", "\t", Sentence(i), "\r\n");
  };
  EXPECT_EQ(TaskOf("\xef\xbb\xbf" + Repeat(40, line)), CLASSIFICATION);
  EXPECT_THAT(Refusal(Repeat(4, line)), HasSubstr("--task=classification (LABEL<TAB>TEXT)"));
}

TEST(RecognizedTaskTest, RecognizesExchangedLabels) {
  EXPECT_THAT(
      Refusal(Repeat(
          40, [](int i) { return absl::StrCat(Sentence(i), "\t", i % 2 ? "pos" : "neg", "\n"); })),
      testing::AllOf(HasSubstr("looks like TEXT<TAB>LABEL"),
                     testing::Not(HasSubstr("--task=classification"))))
      << "as a classifier's, the texts would be labels";
}

TEST(RecognizedTaskTest, RecognizesTaggedWords) {
  const auto line = [](int i) {
    return absl::StrCat("word", i, "\t", i % 2 ? "NOUN" : "VERB", "\n", i % 5 == 4 ? "\n" : "");
  };
  EXPECT_EQ(TaskOf(Repeat(40, line)), TAGGING);
  EXPECT_THAT(Refusal(Repeat(4, line)), HasSubstr("no empty line ends a sentence"));
  EXPECT_EQ(TaskOf("a\tx\tB\nb\tx\tI\n\nc\ty\tO\n"), TAGGING);
  EXPECT_THAT(Refusal("a\tx\tB\nb\tx\tI\nc\ty\tO\n"), HasSubstr("has 3 columns"));
  EXPECT_EQ(TaskOf("# text = a b\n1\ta\ta\tDET\t_\t_\t0\troot\t_\t_\n"
                   "2\tb\tb\tNOUN\t_\t_\t1\tdep\t_\t_\n"),
            TAGGING);
  EXPECT_THAT(Refusal("Paris/B-LOC is/O 1/2/CD\nnice/O\n"), HasSubstr("Every word has a slash"));
  EXPECT_EQ(TaskOf("and/or is a word\n/ x/ /y\n"), LANGUAGE_MODEL);
  EXPECT_THAT(Refusal("a X\nb Y\n\nc X\nd Y\n"), HasSubstr("is this text or tagged words?"));
}

TEST(RecognizedTaskTest, RecognizesTranslations) {
  const auto line = [](int i) {
    return absl::StrCat(Sentence(i), "\tc'est la phrase ", i, " de toutes\n");
  };
  EXPECT_EQ(TaskOf(Repeat(20, line)), TRANSLATION);
  // The end of a part of a file is not a whole line.
  EXPECT_EQ(TaskOf(Repeat(20, line) + "this line has no", /*whole=*/false), TRANSLATION);
  EXPECT_THAT(Refusal(Repeat(20, line) + "this line has no tab\n"),
              HasSubstr("20 of 21 lines have a tab; the first line without one is line 21"));
  EXPECT_THAT(
      Refusal("no tab\n\n" + Repeat(6, line) + Repeat(9, [](int i) { return Sentence(i) + "\n"; })),
      HasSubstr("6 of 16 lines have a tab; the first line with one is line 3"));
  // Texts as labels, or titles and texts.
  EXPECT_THAT(
      Refusal(Repeat(
          20,
          [](int i) { return absl::StrCat("Title ", i, "\t", std::string(200, 'x'), i, "\n"); })),
      HasSubstr("two columns"));
  EXPECT_THAT(Refusal(Repeat(20, [](int i) { return absl::StrCat("w", i, "\tv", i, "\n"); })),
              HasSubstr("both columns are single words"));
}

TEST(RecognizedTaskTest, ReadsFiles) {
  const Scratch scratch;
  const std::string file = scratch.Write("f", "a\tx\n\nb\ty\n");
  EXPECT_EQ(RecognizeTaskOfFile(file)->task, TAGGING);
  EXPECT_EQ(RecognizeTaskOfFile("-")->task, LANGUAGE_MODEL);
  EXPECT_THAT(RecognizeTaskOfFile("-")->reason, HasSubstr("cannot be read twice"));
  // Nothing is said of what reading reports.
  for (const std::string& nothing :
       {scratch.Path("none"), scratch.path(), scratch.Write("g", "")}) {
    EXPECT_EQ(RecognizeTaskOfFile(nothing)->task, LANGUAGE_MODEL);
    EXPECT_EQ(RecognizeTaskOfFile(nothing)->reason, "");
  }
}

}  // namespace
}  // namespace elman
