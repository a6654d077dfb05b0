#include "data/text/tagged_columns.h"

#include <zlib.h>

#include "tests/support/scratch.h"

namespace elman {
namespace {

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr char kConllu[] = "# a comment\n1\tThe\tthe\tDET\tDT\t_\t2\tdet\t_\t_\n";

class TaggedColumnsTest : public testing::Test {
 protected:
  // "WORD TAG": the columns to read from a file with this text.
  absl::StatusOr<std::string> Columns(const std::string& text, const ColumnChoice& choice = {}) {
    file_ = scratch_.Write("file", text);
    const absl::StatusOr<ColumnLayout> layout = ReadColumnLayout(file_);
    if (!layout.ok()) return layout.status();
    const absl::StatusOr<TagColumns> columns = ColumnsOf(choice, *layout, file_);
    if (!columns.ok()) return columns.status();
    return std::to_string(columns->word()) + " " + std::to_string(columns->tag()) +
           (columns->conllu() ? " conllu" : "");
  }

  Scratch scratch_;
  std::string file_;
};

TEST_F(TaggedColumnsTest, AreTheFirstAndTheLastUnlessTheFileIsInConllu) {
  EXPECT_EQ(*Columns("a\tO\n"), "1 0");
  EXPECT_EQ(*Columns("\xef\xbb\xbf\n-DOCSTART- -X- O O\n\na X Y O\n"), "1 0");
  EXPECT_EQ(*Columns("# O\n"), "1 0");
  EXPECT_EQ(*Columns(""), "1 0");
  EXPECT_EQ(*Columns(kConllu), "2 4 conllu");
  EXPECT_EQ(*Columns("1-2\tdu\t_\t_\t_\t_\t_\t_\t_\t_\n"), "2 4 conllu");
  EXPECT_EQ(*Columns("x\tThe\tthe\tDET\tDT\t_\t2\tdet\t_\t_\n"), "1 0");
  EXPECT_EQ(*Columns("1 The the DET DT _ 2 det _ _\n"), "1 0");  // without tabs
}

TEST_F(TaggedColumnsTest, CanBeChosenByFlags) {
  EXPECT_EQ(*Columns("0\ta\tX\tO\n", *ParseColumnChoice("2", "3")), "2 3");
  EXPECT_EQ(*Columns(kConllu, *ParseColumnChoice("", "deprel")), "2 8 conllu");
  EXPECT_EQ(*Columns(kConllu, *ParseColumnChoice("3", "5")), "3 5 conllu");
  EXPECT_THAT(Columns("a\tO\n", *ParseColumnChoice("", "upos")),
              FailsWith(kInvalid, file_ + ": line 1: expected the 10 columns of CoNLL-U"));
  EXPECT_THAT(Columns("\na\tO\n", *ParseColumnChoice("", "3")),
              FailsWith(kInvalid, file_ + ": line 2: expected at least 3 columns, as "
                                          "--tag_column=3 requires, found 2"));
  EXPECT_THAT(Columns("a\tO\n", *ParseColumnChoice("2", "")),
              FailsWith(kInvalid, "are read from the same column, 2"));
  for (const char* column : {"0", "-1", "1001", "tag", "1.5"})
    EXPECT_THAT(ParseColumnChoice("", column), FailsWith(kInvalid, "--tag_column=")) << column;
  EXPECT_THAT(ParseColumnChoice("upos", "4"), FailsWith(kInvalid, "name the same column"));
}

// A test set in another format than the data set whose vocabulary it adopts has its own columns.
TEST_F(TaggedColumnsTest, AdoptedColumnsApplyToFilesOfTheSameKind) {
  ColumnChoice of_conllu, of_plain;
  of_conllu.adopted.set_conllu(true);
  of_conllu.adopted.set_word(2);
  of_conllu.adopted.set_tag(5);
  of_plain.adopted.set_word(2);
  of_plain.adopted.set_tag(3);
  EXPECT_EQ(*Columns(kConllu, of_conllu), "2 5 conllu");
  EXPECT_EQ(*Columns(kConllu, of_plain), "2 4 conllu");
  EXPECT_EQ(*Columns("0\ta\tX\tO\n", of_plain), "2 3");
  EXPECT_EQ(*Columns("a\tO\n", of_conllu), "1 0");
  of_plain.tag = 4;
  EXPECT_EQ(*Columns("0\ta\tX\tO\n", of_plain), "2 4");
}

TEST_F(TaggedColumnsTest, AreMissingInOtherText) {
  EXPECT_THAT(Columns("word\n"), FailsWith(kInvalid, file_ + ": line 1: expected a word and its "
                                                             "tag, found one column"));
  EXPECT_THAT(Columns("Paris/B-LOC is/O nice/O\n"), FailsWith(kInvalid, "found WORD/TAG"));
  EXPECT_THAT(Columns("Paris/B-LOC\n"), FailsWith(kInvalid, "found WORD/TAG"));
  EXPECT_EQ(*Columns("and/or\tO\n"), "1 0");
  EXPECT_EQ(*Columns("and/or O\n"), "1 0");
  const std::string numbered = "1 The DT\n2 old JJ\n3 king NN\n\n1 He PRP\n";
  EXPECT_THAT(Columns(numbered), FailsWith(kInvalid, "name the column of the words"));
  EXPECT_EQ(*Columns(numbered, {.word = 2}), "2 0");
  EXPECT_EQ(*Columns(numbered + "\na b\n"), "1 0");
  EXPECT_EQ(*Columns("1 O\n2 O\n\n"), "1 0");  // a sentence of two numbers
}

TEST_F(TaggedColumnsTest, AreFoundIfTheFirstWordIsFarFromTheBegin) {
  const std::string blank(3 << 20, '\n');
  EXPECT_EQ(*Columns(blank + kConllu), "2 4 conllu");
}

TEST_F(TaggedColumnsTest, AreFoundInCompressedFiles) {
  const std::string path = scratch_.Path("compressed");
  const gzFile file = ::gzopen(path.c_str(), "w1");
  ::gzwrite(file, kConllu, sizeof(kConllu) - 1);
  ::gzclose(file);
  EXPECT_TRUE(ReadColumnLayout(path)->conllu);
}

TEST(ParseUntaggedLineTest, NeedsOnlyTheWord) {
  TagColumns conllu;
  conllu.set_conllu(true);
  conllu.set_word(2);
  conllu.set_tag(4);
  const auto word = [](const TagColumns& columns, const std::string& line) {
    return std::string(ParseUntaggedLine(columns, line).word);
  };
  EXPECT_EQ(word(conllu, "1\tThe\tthe\tDET\tDT\t_\t2\tdet\t_\t_"), "The");
  EXPECT_EQ(word(conllu, "The"), "The");
  EXPECT_EQ(word(conllu, "The\tDET"), "The");
  EXPECT_EQ(ParseUntaggedLine(conllu, "# text = The").kind, TaggedLine::kLeftOut);
  EXPECT_EQ(ParseUntaggedLine(conllu, "1.1\tThe\tthe\tDET\tDT\t_\t2\tdet\t_\t_").kind,
            TaggedLine::kLeftOut);
  TagColumns second;
  second.set_word(2);
  EXPECT_EQ(word(second, "7\tThe\tO"), "The");
  EXPECT_EQ(word(second, "The"), "The");
  EXPECT_EQ(word(second, "7\t\tO"), "");
  EXPECT_EQ(ParseUntaggedLine(second, " ").kind, TaggedLine::kSentenceEnd);
}

}  // namespace
}  // namespace elman
