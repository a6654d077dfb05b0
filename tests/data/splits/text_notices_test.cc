#include "data/splits/text_notices.h"

#include "tests/support/scratch.h"

namespace elman {
namespace {

using Kind = TextNotices::Kind;

class TextNoticesTest : public testing::Test {
 protected:
  // The first place of a kind and the number of its lines, "LINE x LINES", in a file with this
  // text. Empty if there is none.
  std::string Found(Kind kind, const std::string& text, Task task = LANGUAGE_MODEL) {
    const std::string file = scratch_.Write("corpus", text);
    CorpusReader reader({.files = {file}, .sentences = task == TAGGING});
    TextChunk chunk;
    TextNotices all;
    while (*reader.Next(&chunk)) {
      EXPECT_THAT(reader.Read(&chunk), IsOk());
      TextNotices notices;
      AddNotices(task, chunk, &notices);
      all.Add(notices);
    }
    const TextNotices::Notice& notice = all.kinds[kind];
    if (notice.lines == 0) return "";
    EXPECT_THAT(notice.place, testing::StartsWith(file + ": line "));
    return notice.place.substr(file.size() + 7) + " x " + std::to_string(notice.lines);
  }

  Scratch scratch_;
};

TEST_F(TextNoticesTest, FindConflictMarkers) {
  const std::string conflict = "<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> branch\n";
  EXPECT_EQ(Found(Kind::kConflictMarker, "a\n" + conflict + conflict), "2 x 4");
  EXPECT_EQ(Found(Kind::kConflictMarker, "Title\n=======\n<<< x\n a <<<<<<< b\n"), "");
  std::string far;
  while (far.size() < 3 * kChunkBytes) far += "some words of a line\n";
  const auto lines = std::count(far.begin(), far.end(), '\n');
  EXPECT_EQ(Found(Kind::kConflictMarker, far + conflict), std::to_string(lines + 1) + " x 2");
}

TEST_F(TextNoticesTest, FindByteOrderMarksWithinAText) {
  EXPECT_EQ(Found(Kind::kByteOrderMark,
                  "\xef\xbb\xbf"
                  "a\nb\n"),
            "");
  EXPECT_EQ(Found(Kind::kByteOrderMark,
                  "\xef\xbb\xbf"
                  "a\n\xef\xbb\xbf"
                  "b\n"),
            "2 x 1");
}

TEST_F(TextNoticesTest, FindHeaders) {
  const auto header = [&](Task task, const std::string& line) {
    const std::string found = Found(Kind::kHeader, line + "\nx\ty\n" + line + "\n", task);
    EXPECT_TRUE(found.empty() || found == "1 x 1") << found;
    return !found.empty();
  };
  EXPECT_TRUE(header(CLASSIFICATION, "label\ttext"));
  EXPECT_TRUE(header(CLASSIFICATION, "Sentiment\tReview\tid"));
  EXPECT_TRUE(header(TRANSLATION, "source\ttarget"));
  EXPECT_TRUE(header(TAGGING, "word\tPOS\ttag"));
  EXPECT_TRUE(header(TAGGING, "Word Tag"));
  EXPECT_FALSE(header(CLASSIFICATION, "label\ttext messages are short"));
  EXPECT_FALSE(header(CLASSIFICATION, "m\tfilm"));
  EXPECT_FALSE(header(CLASSIFICATION, "label text"));
  EXPECT_FALSE(header(TRANSLATION, "Go.\tVa !"));
  EXPECT_FALSE(header(TAGGING, "word\tNN"));
  EXPECT_FALSE(header(LANGUAGE_MODEL, "label\ttext"));
}

TEST_F(TextNoticesTest, FindWebPages) {
  EXPECT_EQ(Found(Kind::kWebPage, "<!DOCTYPE html>\n<html>\n"), "1 x 1");
  EXPECT_EQ(Found(Kind::kWebPage, "a\n<html>\n"), "");
}

TEST_F(TextNoticesTest, FindJson) {
  EXPECT_EQ(Found(Kind::kJson, "{\"text\": \"a\"}\n{\"text\": \"b\"}\n"), "1 x 1");
  EXPECT_EQ(Found(Kind::kJson, "[\n{\"text\": \"a\"}]\n"), "1 x 1");
  EXPECT_EQ(Found(Kind::kJson, "a\n{\"text\": \"a\"}\n"), "");
  EXPECT_EQ(Found(Kind::kJson, "{see \"a\"}\n[1] b\n"), "");
}

TEST_F(TextNoticesTest, FindCsv) {
  EXPECT_EQ(Found(Kind::kCsv, "label,text\npos,\"I like it, really\"\n"), "1 x 1");
  EXPECT_EQ(Found(Kind::kCsv, "\"id\",\"Text\"\n1,a\n"), "1 x 1");
  EXPECT_EQ(Found(Kind::kCsv, "label,text\nno comma\n"), "");
  EXPECT_EQ(Found(Kind::kCsv, "Title, text\nwords, words\n"), "");
  EXPECT_EQ(Found(Kind::kCsv, "a,b\nc,d\n"), "");
}

}  // namespace
}  // namespace elman
