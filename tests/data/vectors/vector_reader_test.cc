#include "data/vectors/vector_reader.h"

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/io/atomic_file.h"
#include "tests/data/vectors/made_safetensors.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using Vectors = std::vector<std::pair<std::string, std::vector<float>>>;

class VectorReaderTest : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& bytes) {
    std::string path = scratch_.Path(name);
    EXPECT_THAT(WriteFile(path, bytes), IsOk());
    return path;
  }

  static absl::StatusOr<Vectors> ReadAll(const VectorFile& file) {
    auto reader = OpenVectors(file);
    if (!reader.ok()) return reader.status();
    Vectors vectors;
    for (WordVector vector;;) {
      const absl::StatusOr<bool> more = (*reader)->Next(&vector);
      if (!more.ok()) return more.status();
      if (!*more) return vectors;
      EXPECT_EQ(static_cast<int64_t>(vector.elements.size()), (*reader)->size());
      vectors.emplace_back(std::string(vector.word),
                           std::vector<float>(vector.elements.begin(), vector.elements.end()));
    }
  }

  // The message of the expected read error.
  static std::string ErrorOf(const VectorFile& file) {
    const absl::StatusOr<Vectors> vectors = ReadAll(file);
    EXPECT_FALSE(vectors.ok());
    return std::string(vectors.status().message());
  }

  Scratch scratch_;
};

const Vectors kExpected = {{"the", {0.5f, -1, 1e-5f}}, {"na\xc3\xafve", {2, 0, -0.25f}}};

TEST_F(VectorReaderTest, ReadsTextWithAHeaderOrWithout) {
  const std::string lines = "the 0.5 -1 1e-05\nna\xc3\xafve 2 0 -0.25\n";
  EXPECT_EQ(*ReadAll({Write("glove.txt", lines)}), kExpected);
  EXPECT_EQ(*ReadAll({Write("word2vec.txt", "2 3\n" + lines)}), kExpected);
  // fastText ends lines with a space, Windows with a carriage return; the last line may have no
  // end.
  EXPECT_EQ(*ReadAll({Write("fast.vec", "2 3\nthe 0.5 -1 1e-05 \nna\xc3\xafve 2 0 -0.25 ")}),
            kExpected);
  EXPECT_EQ(*ReadAll({Write("dos.txt", "2 3\r\nthe 0.5 -1 1e-05\r\nna\xc3\xafve 2 0 -0.25\r\n")}),
            kExpected);
  EXPECT_EQ(*ReadAll({Write("tabs.txt", "the\t0.5\t-1\t1e-05\nna\xc3\xafve\t2\t0\t-0.25\n")}),
            kExpected);
}

TEST_F(VectorReaderTest, AWordMayHaveSpacesAndLookLikeANumber) {
  const Vectors expected = {{". . .", {1, 2}}, {"3.14", {3, 4}}, {"at name@domain.com", {5, 6}}};
  EXPECT_EQ(*ReadAll({Write("words.txt", "3 2\n. . . 1 2\n3.14 3 4\nat name@domain.com 5 6\n")}),
            expected);
}

TEST_F(VectorReaderTest, ReadsBinaryWithLineFeedsOrWithout) {
  for (const std::string between : {"", "\n"}) {
    std::string bytes = "2 3\n";
    for (const auto& [word, elements] : kExpected)
      bytes += word + " " + BytesOfAll(elements) + between;
    const std::string path = Write("vectors.bin", bytes);
    EXPECT_EQ(*ReadAll({path}), kExpected);

    // A word of digits whose vector bytes look like text is still read as binary.
    for (size_t size = 4; size < bytes.size(); ++size) {
      if (size + between.size() == bytes.size()) continue;  // only the last line feed is missing
      EXPECT_FALSE(ReadAll({Write("short.bin", bytes.substr(0, size))}).ok()) << size;
    }
    EXPECT_NE(ErrorOf({Write("long.bin", bytes + "more")}).find("more bytes than"),
              std::string::npos);
  }
}

TEST_F(VectorReaderTest, ReportsDamagedTextWithItsLine) {
  EXPECT_NE(ErrorOf({Write("a", "the 1 2\na 1\n")}).find("line 2: expected a word and 2"),
            std::string::npos);
  EXPECT_NE(ErrorOf({Write("b", "the 1 2\na 1 nan\n")}).find("line 2"), std::string::npos);
  EXPECT_NE(ErrorOf({Write("c", "the 1 2\na 1 2x\n")}).find("line 2"), std::string::npos);
  EXPECT_NE(ErrorOf({Write("d", "3 2\nthe 1 2\na 1 2\n")}).find("has 2 vectors"),
            std::string::npos);
  EXPECT_NE(ErrorOf({Write("e", "1 2\nthe 1 2\na 1 2\n")}).find("announces 1"), std::string::npos);
  EXPECT_NE(ErrorOf({Write("f", "")}).find("empty"), std::string::npos);
  EXPECT_NE(ErrorOf({Write("g", "word\n")}).find("no vectors found"), std::string::npos);
  EXPECT_NE(ErrorOf({Write("h", "the 1 2\n 1 2\n")}).find("line 2"), std::string::npos);
}

TEST_F(VectorReaderTest, ReadsByteOrderMarksBlankLinesAndTinyNumbers) {
  const std::string lines = "the 0.5 -1 1e-05\nna\xc3\xafve 2 0 -0.25\n";
  for (const std::string header : {"", "2 3\n"}) {
    EXPECT_EQ(*ReadAll({Write("mark", "\xef\xbb\xbf" + header + lines)}), kExpected);
    EXPECT_EQ(*ReadAll({Write("end", header + lines + "\n \n\r\n")}), kExpected);
  }
  // Smaller than any float.
  EXPECT_EQ(*ReadAll({Write("tiny", "a 1e-60 -1e-400 1e-40\n")}),
            (Vectors{{"a", {0.0f, 0.0f, 1e-40f}}}));
}

TEST_F(VectorReaderTest, RecognizesVectorsByTheirBeginning) {
  for (const std::string begin : {"2 3\nthe 0.5 -1 1e-05\n", "the 0.5 -1 1e-05\n", "2 3\nthe 0.5"})
    EXPECT_TRUE(BeginsAsVectors(begin, /*whole=*/false)) << begin;
  EXPECT_TRUE(BeginsAsVectors("2 3\nthe " + BytesOfAll(kExpected[0].second), /*whole=*/false));
  for (const std::string begin : {"", "the king sees\n", "the 80\nof 7\n", "2 3\nthe king\n",
                                  "king river 9\n", "model {\n", "{\"kind\": \"train\"}\n"})
    EXPECT_FALSE(BeginsAsVectors(begin, /*whole=*/true)) << begin;
}

TEST_F(VectorReaderTest, NamesFieldsThatAreNotNumbers) {
  const auto expect = [&](const std::string& bytes, const std::string& message) {
    EXPECT_NE(ErrorOf({Write("wrong", bytes)}).find("wrong: " + message), std::string::npos)
        << ErrorOf({Write("wrong", bytes)});
  };
  expect("the 1 2\na 1 2x\n",
         "line 2: expected a word and 2 finite numbers, found in field 3: '2x'");
  expect("2 2\nthe 1 2\na nan 2\n",
         "line 3: expected a word and 2 finite numbers, found in field 2: 'nan'");
  expect("the 1 2\na 1 1e60\n",
         "line 2: expected a word and 2 finite numbers, found in field 3: '1e60'");
  expect("1 3\nthe 1 two 3\n",
         "line 2: expected a word and 3 finite numbers, found in field 3: 'two'");
  expect("the 1 2\n\na 1 2\n", "line 2: expected a word and 2 finite numbers, found 0 fields");
  expect("<<<<<<< HEAD\nthe 1 2\n", "line 1: found a conflict marker of Git, '<<<<<<< HEAD'");
  expect("the 1 2\n>>>>>>> other\n", "line 2: found a conflict marker of Git, '>>>>>>> other'");
  expect("word x1 x2\nthe 1 2\n",
         "line 1: expected a word and 2 finite numbers, found in field 2: 'x1'");
  expect("the 80\nof 7\n", "line 1: found a word and one number");
  expect("2 2\nthe 1 2 3\na 1 2 3\n", "line 2: expected 2 numbers, as line 1 says, found 3");
}

TEST_F(VectorReaderTest, NamesUnreadableFiles) {
  EXPECT_NE(ErrorOf({Write("model.bin", "\xba\x16\x4f\x2f\x0c rest")}).find("the .vec file"),
            std::string::npos);
  EXPECT_NE(ErrorOf({.path = Write("glove", "the 1 2\n"), .words = "vocab.txt"}).find("words="),
            std::string::npos);
  EXPECT_NE(ErrorOf({scratch_.Path("absent")}).find("absent"), std::string::npos);
  EXPECT_FALSE(OpenVectors({"/dev/zero"}).ok());
  const std::vector<float> infinite = {1, std::numeric_limits<float>::infinity()};
  EXPECT_NE(ErrorOf({Write("inf.bin", "1 2\nword " + BytesOfAll(infinite))}).find("not finite"),
            std::string::npos);
}

// A safetensors file of one tensor and some metadata.
std::string OfTensor(const std::string& entry, const std::string& data) {
  return SafetensorsOf(absl::StrCat(R"({"__metadata__":{"format":"pt"},)", entry, "}"), data);
}

TEST_F(VectorReaderTest, ReadsATensorOfEveryType) {
  const std::string words = Write("vocab.txt", "[PAD]\nthe\n");
  const Vectors expected = {{"[PAD]", {0, 1, -2}}, {"the", {0.5f, 65504, 6.103515625e-05f}}};
  const std::vector<double> numbers = {0, 1, -2, 0.5, 65504, 6.103515625e-05};
  const std::vector<uint16_t> halves = {0x0000, 0x3c00, 0xc000, 0x3800, 0x7bff, 0x0400};
  const std::map<std::string, std::string> data = {
      {"F64", BytesOfAll(numbers)},
      {"F32", BytesOfAll(std::vector<float>(numbers.begin(), numbers.end()))},
      {"F16", BytesOfAll(halves)}};
  for (const auto& [type, bytes] : data) {
    const std::string entry =
        absl::StrCat(R"("bert.embeddings.word_embeddings.weight":{"dtype":")", type,
                     R"(","shape":[2,3],"data_offsets":[0,)", bytes.size(), "]}");
    const std::string path = Write("model.safetensors", OfTensor(entry, bytes));
    EXPECT_EQ(*ReadAll({.path = path, .words = words}), expected) << type;
    for (size_t size = 0; size < bytes.size(); ++size) {
      const std::string cut = OfTensor(entry, bytes.substr(0, size));
      EXPECT_FALSE(ReadAll({.path = Write("cut", cut), .words = words}).ok()) << type << size;
    }
  }
  const std::string brain =
      OfTensor(R"("x":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]})", "\x80\x3f\x40\xc0");
  EXPECT_EQ(*ReadAll({.path = Write("bf16", brain), .words = Write("word", "w\n"), .tensor = "x"}),
            (Vectors{{"w", {1, -3}}}));
  // Subnormal and infinite numbers.
  const std::string half = R"("x":{"dtype":"F16","shape":[1,1],"data_offsets":[0,2]})";
  EXPECT_EQ(*ReadAll({.path = Write("tiny", OfTensor(half, std::string("\x01\x00", 2))),
                      .words = Write("word", "w\n"),
                      .tensor = "x"}),
            (Vectors{{"w", {5.9604644775390625e-08f}}}));
  EXPECT_FALSE(ReadAll({.path = Write("nan", OfTensor(half, std::string("\x01\x7c", 2))),
                        .words = Write("word", "w\n"),
                        .tensor = "x"})
                   .ok());
}

TEST_F(VectorReaderTest, RefusesInvalidTensors) {
  const std::string words = Write("vocab.txt", "a\nb\n");
  const std::string data(16, '\0');
  const auto error = [&](const std::string& entry, const std::string& tensor = "") {
    return ErrorOf({.path = Write("bad", OfTensor(entry, data)), .words = words, .tensor = tensor});
  };
  const std::string good = R"("x":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]})";
  EXPECT_TRUE(
      ReadAll({.path = Write("good", OfTensor(good, data)), .words = words, .tensor = "x"}).ok());
  EXPECT_NE(error(good).find("tensor=NAME; there are: x"), std::string::npos);
  EXPECT_NE(error(R"("x":{"dtype":"F32","shape":[2,2],"data_offsets":[0,20]})", "x").find("x"),
            std::string::npos);
  EXPECT_NE(error(R"("x":{"dtype":"F32","shape":[3,2],"data_offsets":[0,16]})", "x").find("x"),
            std::string::npos);
  EXPECT_NE(error(R"("x":{"dtype":"F32","shape":[2,2],"data_offsets":[8,0]})", "x").find("x"),
            std::string::npos);
  EXPECT_NE(
      error(R"("x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]})", "x")
          .find("x"),
      std::string::npos);
  EXPECT_NE(error(R"("x":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]})", "x")
                .find("is not a matrix of floating-point numbers"),
            std::string::npos);
  EXPECT_NE(error(R"("x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]})", "x").find("matrix"),
            std::string::npos);
  EXPECT_NE(error(R"("x":7)", "x").find("invalid header entry for tensor x"), std::string::npos);
  EXPECT_NE(error(R"("x":{]})", "x").find("the header is not a JSON object"), std::string::npos);
  EXPECT_NE(error(R"("x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]})", "x")
                .find("more lines than the 1 rows"),
            std::string::npos);
  EXPECT_NE(ErrorOf({.path = Write("good", OfTensor(good, data))}).find(",words=FILE"),
            std::string::npos);
}

TEST(ParseVectorFileTest, ParsesWordsAndTensor) {
  const auto file = ParseVectorFile("model.safetensors,words=vocab.txt,tensor=a.b");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->path, "model.safetensors");
  EXPECT_EQ(file->words, "vocab.txt");
  EXPECT_EQ(file->tensor, "a.b");
  EXPECT_TRUE(ParseVectorFile("vectors.txt").ok());
  for (const char* wrong : {"", ",words=x", "a,words", "a,words=", "a,other=b"})
    EXPECT_FALSE(ParseVectorFile(wrong).ok()) << wrong;
}

}  // namespace
}  // namespace elman
