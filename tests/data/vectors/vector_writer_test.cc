#include "data/vectors/vector_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "data/io/file_system.h"
#include "data/vectors/vector_reader.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using Vectors = std::vector<std::pair<std::string, std::vector<float>>>;

const Vectors kVectors = {{"the", {0.5f, -1, 1e-30f}},
                          {"na\xc3\xafve", {1.0f / 3, 16777216, -0.0f}},
                          {"3", {0.1f, 3e38f, 2}}};

class VectorWriterTest : public testing::TestWithParam<const char*> {
 protected:
  Scratch scratch_;
};

TEST_P(VectorWriterTest, WrittenVectorsReadBackExactly) {
  const std::string path = scratch_.Path("vectors");
  const auto writer = VectorWriter::Create(path, *ParseVectorFormat(GetParam()), 3, 3);
  ASSERT_THAT(writer, IsOk());
  for (const auto& [word, vector] : kVectors) ASSERT_THAT((*writer)->Add(word, vector), IsOk());
  EXPECT_FALSE(FileExists(path)) << "before it is whole";
  EXPECT_FALSE((*writer)->Add("more", kVectors[0].second).ok());
  ASSERT_THAT((*writer)->Publish(), IsOk());

  const auto reader = OpenVectors({path});
  ASSERT_THAT(reader, IsOk());
  EXPECT_EQ((*reader)->size(), 3);
  WordVector vector;
  for (const auto& [word, expected] : kVectors) {
    const auto more = (*reader)->Next(&vector);
    ASSERT_THAT(more, IsOk());
    ASSERT_TRUE(*more);
    EXPECT_EQ(vector.word, word);
    EXPECT_EQ(std::vector<float>(vector.elements.begin(), vector.elements.end()), expected);
  }
  EXPECT_EQ(*(*reader)->Next(&vector), false);
}

TEST_P(VectorWriterTest, RefusesWordsThatCannotBeReadBack) {
  const std::string path = scratch_.Path("vectors");
  const auto writer = VectorWriter::Create(path, *ParseVectorFormat(GetParam()), 2, 2);
  ASSERT_THAT(writer, IsOk());
  for (const std::string word : {"", " ", "two words", "line\nfeed", "tab\t", "\x7f"}) {
    EXPECT_FALSE(VectorWriter::CanWrite(word)) << word;
    EXPECT_FALSE((*writer)->Add(word, std::vector<float>{1, 2}).ok()) << word;
  }
  EXPECT_FALSE((*writer)->Add("word", std::vector<float>{1, 2, 3}).ok());
  EXPECT_THAT((*writer)->Add("word", std::vector<float>{1, 2}), IsOk());
  EXPECT_FALSE((*writer)->Publish().ok()) << "one is missing";
  EXPECT_FALSE(FileExists(path));
}

INSTANTIATE_TEST_SUITE_P(Formats, VectorWriterTest,
                         testing::Values("word2vec", "word2vec_binary", "glove"));

TEST(VectorFormatTest, UnknownFormatsAreRefusedWithAList) {
  EXPECT_NE(std::string(ParseVectorFormat("fasttext").status().message())
                .find("word2vec, word2vec_binary, glove"),
            std::string::npos);
}

}  // namespace
}  // namespace elman
