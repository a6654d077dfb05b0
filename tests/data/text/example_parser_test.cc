#include "data/text/example_parser.h"

#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class ExampleParserTest : public testing::Test {
 protected:
  // The examples of a file with these contents: the parts of a field are joined by "+", the fields
  // by "|".
  absl::StatusOr<std::vector<std::string>> Parse(Task task, const std::string& text,
                                                 const std::string* targets = nullptr) {
    file_ = scratch_.Write("corpus", text);
    std::vector<std::string> target_files;
    if (targets != nullptr) target_files = {scratch_.Write("targets", *targets)};
    CorpusReader reader(CorpusOf(task, {file_}, target_files));
    TextChunk chunk;
    std::vector<std::string> examples;
    left_out_ = {};
    for (;;) {
      const absl::StatusOr<bool> more = reader.Next(&chunk);
      if (!more.ok()) return more.status();
      if (!*more) return examples;
      if (absl::Status status = reader.Read(&chunk); !status.ok()) return status;
      absl::Status status = ParseExamples(
          task, columns_, chunk,
          [&](const TextExample& example) {
            std::string shown;
            for (const auto& field : example.fields) {
              if (!field.empty() && !shown.empty()) shown += "|";
              for (size_t i = 0; i < field.size(); ++i)
                shown += (i > 0 ? "+" : "") + std::string(field[i]);
            }
            examples.push_back(shown);
          },
          &left_out_);
      if (!status.ok()) return status;
    }
  }

  std::vector<std::string> Examples(Task task, const std::string& text) {
    const auto examples = Parse(task, text);
    EXPECT_THAT(examples, IsOk());
    return examples.ok() ? *examples : std::vector<std::string>();
  }

  Scratch scratch_;
  ColumnChoice columns_;
  std::string file_;
  LeftOut left_out_;
};

TEST_F(ExampleParserTest, ReadsEveryLineOfALanguageModel) {
  EXPECT_THAT(Examples(LANGUAGE_MODEL, "a\tb\n\n c\n"), ElementsAre("a\tb", "", " c"));
}

TEST_F(ExampleParserTest, ReadsLabelsAndTexts) {
  EXPECT_THAT(Examples(CLASSIFICATION, "5\tI like it\r\n very good \t a\tb \n"),
              ElementsAre("I like it|5", " a\tb |very good"));
  EXPECT_THAT(Examples(CLASSIFICATION, "1\ta\n\n \t \n2\t\n3\t \nb\tc"), ElementsAre("a|1", "c|b"));
  EXPECT_EQ(left_out_.empty_lines, 4u);
}

TEST_F(ExampleParserTest, NamesTheLineThatHasNoLabel) {
  EXPECT_THAT(Parse(CLASSIFICATION, "1\ta\nno tab\n"),
              FailsWith(kInvalid, file_ + ": line 2: expected a label, a tab and a text, found 'no "
                                          "tab'; write LABEL<TAB>TEXT"));
  EXPECT_THAT(Parse(CLASSIFICATION, "\ta\n"), FailsWith(kInvalid, ": line 1: expected a label of"));
  EXPECT_THAT(Parse(CLASSIFICATION, std::string(300, 'x') + "\t5\n"),
              FailsWith(kInvalid, "a label of 1 to 256 bytes"));
}

TEST_F(ExampleParserTest, ReadsColumns) {
  EXPECT_THAT(Examples(TAGGING,
                       "I\tO\nlove\tO\n\nNew York\t B-LOC\n\n\n"
                       "EU  I-ORG \n"),
              ElementsAre("I+love|O+O", "New York|B-LOC", "EU|I-ORG"));
  EXPECT_THAT(Examples(TAGGING, "EU NNP I-NP  I-ORG \nrejects VBZ I-VP O\n"),
              ElementsAre("EU+rejects|I-ORG+O"));
  columns_ = {.word = 2, .tag = 3};
  EXPECT_THAT(Examples(TAGGING, "1\tEU\tNNP\tB\n2\trejects\tVBZ\tO\n3\t.\tP\tO\n"),
              ElementsAre("EU+rejects+.|NNP+VBZ+P"));
  // '#' is an ordinary word.
  columns_ = {};
  EXPECT_THAT(Examples(TAGGING, "# O\n1 O\n"), ElementsAre("#+1|O+O"));
  EXPECT_THAT(Examples(TAGGING, "\n \t\n"), IsEmpty());
}

TEST_F(ExampleParserTest, LeavesOutDocumentMarks) {
  EXPECT_THAT(Examples(TAGGING, "-DOCSTART- -X- O O\n\na O\n-DOCSTART-\nb O\n"),
              ElementsAre("a|O", "b|O"));
  EXPECT_EQ(left_out_.document_marks, 2u);
  columns_ = {.word = 2};
  EXPECT_THAT(Examples(TAGGING, "0\t-DOCSTART-\tO\n0\ta\tO\n"), ElementsAre("a|O"));
}

TEST_F(ExampleParserTest, NamesTheLineThatLacksAColumn) {
  const std::string good = "a O\n\n";
  EXPECT_THAT(Parse(TAGGING, good + "word\n"),
              FailsWith(kInvalid, file_ + ": line 3: expected 2 columns as in line 1, not 1, "
                                          "found 'word'; write WORD<TAB>TAG"));
  EXPECT_THAT(Parse(TAGGING, good + "word\t\n"), FailsWith(kInvalid, "line 3: expected a label"));
  EXPECT_THAT(Parse(TAGGING, good + "\tO\n"), FailsWith(kInvalid, "line 3: expected a word in"));
  EXPECT_THAT(Parse(TAGGING, good + "word \n"), FailsWith(kInvalid, "line 3: expected 2 columns"));
  EXPECT_THAT(Parse(TAGGING, good + "a\tX\tO\n"),
              FailsWith(kInvalid, "line 3: expected 2 columns"));
  EXPECT_THAT(Parse(TAGGING, "a X O\n# id\n"), FailsWith(kInvalid, "remove them: grep -v '^#'"));
}

TEST_F(ExampleParserTest, ReadsConllu) {
  const std::string text =
      "# newdoc\n# text = Vámonos al mar\n"
      "1-2\tVámonos\t_\t_\t_\t_\t_\t_\t_\t_\n"
      "1\tVamos\tir\tVERB\tV\t_\t0\troot\t_\t_\n"
      "2\tnos\tnosotros\tPRON\tP\t_\t1\tobj\t_\t_\n"
      "2.1\tgo\tgo\tVERB\tV\t_\t_\t_\t_\t_\n\n"
      "# sent_id = 2\n"
      "1\t#\t#\tSYM\tS\t_\t0\troot\t_\t_\n";
  EXPECT_THAT(Examples(TAGGING, text), ElementsAre("Vamos+nos|VERB+PRON", "#|SYM"));
  columns_ = *ParseColumnChoice("lemma", "XPOS");
  EXPECT_THAT(Examples(TAGGING, text), ElementsAre("ir+nosotros|V+P", "#|S"));
  EXPECT_THAT(Parse(TAGGING, text + "x\t#\t#\tSYM\tS\t_\t0\troot\t_\t_\n"),
              FailsWith(kInvalid, file_ + ": line 10: expected a line of CoNLL-U"));
  EXPECT_THAT(Parse(TAGGING, text + "2\ta\tX\n"),
              FailsWith(kInvalid, file_ + ": line 10: expected 10 columns as in line 3, not 3"));
}

TEST_F(ExampleParserTest, ReadsTabbedPairs) {
  EXPECT_THAT(Examples(TRANSLATION, "Go.\tVa !\n\n\t\nx\t\n \ty\nHi.\tSalut.\n"),
              ElementsAre("Go.|Va !", "Hi.|Salut."));
  EXPECT_EQ(left_out_.empty_lines, 2u);
  EXPECT_EQ(left_out_.half_pairs, 2u);
  EXPECT_THAT(Parse(TRANSLATION, "Go.\tVa !\nno target\n"),
              FailsWith(kInvalid, "line 2: expected a source, one tab and a target"));
  EXPECT_THAT(Parse(TRANSLATION, "Go.\tVa !\tCC-BY\n"), FailsWith(kInvalid, "cut -f1,2"));
}

TEST_F(ExampleParserTest, ReadsParallelFiles) {
  const std::string targets = "Va !\n\ny\tz\n\n";
  const auto examples = Parse(TRANSLATION, "Go.\nx\na\tb\n\n", &targets);
  ASSERT_THAT(examples, IsOk());
  EXPECT_THAT(*examples, ElementsAre("Go.|Va !", "a\tb|y\tz"));
  EXPECT_EQ(left_out_.half_pairs, 1u);
  EXPECT_EQ(left_out_.empty_lines, 1u);
}

// An error shows a bad line on one line without characters that control the terminal.
TEST_F(ExampleParserTest, EscapesBadLinesInErrors) {
  const std::string message(
      Parse(CLASSIFICATION, std::string("\x1b[2J\xff\0", 6) + std::string(200, 'x') + "\n")
          .status()
          .message());
  for (const char c : message) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  EXPECT_LT(message.size(), 300u);
}

// Random bytes with tabs and line ends: every format gives examples with all fields, or an error
// with the place.
TEST_F(ExampleParserTest, HandlesAnyBytes) {
  uint64_t x = 1;
  const auto draw = [&x](uint64_t n) {
    return ((x = x * 6364136223846793005u + 1442695040888963407u) >> 33) % n;
  };
  const std::string pieces[] = {"\t",
                                "\n",
                                " ",
                                "\r\n",
                                "a",
                                "word",
                                "B-PER",
                                "\xff",
                                "\xc3",
                                std::string(1, '\0'),
                                "-DOCSTART-",
                                "我",
                                "\xe2\x81\xa0",
                                "<unk>"};
  int good = 0, bad = 0;
  for (int i = 0; i < 500; ++i) {
    std::string text;
    for (uint64_t j = draw(30); j > 0; --j) text += pieces[draw(std::size(pieces))];
    for (const Task task : {LANGUAGE_MODEL, TAGGING, CLASSIFICATION, TRANSLATION}) {
      const auto examples = Parse(task, text);
      if (!examples.ok()) {
        ++bad;
        EXPECT_NE(task, LANGUAGE_MODEL);
        EXPECT_THAT(examples, FailsWith(kInvalid, file_ + ": line "));
        continue;
      }
      ++good;
      for (const std::string& example : *examples) {
        if (task == LANGUAGE_MODEL) continue;
        const size_t bar = example.find('|');
        ASSERT_NE(bar, std::string::npos) << text;
        if (task == TAGGING) {
          EXPECT_EQ(std::count(example.begin(), example.begin() + bar, '+'),
                    std::count(example.begin() + bar, example.end(), '+'));
        }
      }
    }
  }
  EXPECT_GT(good, 200);
  EXPECT_GT(bad, 200);
}

}  // namespace
}  // namespace elman
