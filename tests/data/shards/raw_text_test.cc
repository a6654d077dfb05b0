#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/shards/dataset.h"
#include "data/shards/raw_text_reader.h"
#include "data/shards/raw_text_writer.h"
#include "data/shards/verify.h"
#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Texts = std::vector<std::vector<std::string>>;  // by example

class RawTextTest : public testing::Test {
 protected:
  static RawTextHeader HeaderOf(const Texts& texts) {
    RawTextHeader header;
    header.set_format_version(kRawTextFormatVersion);
    header.set_content(RawTextHeader::UNKNOWN_WORDS);
    header.set_split("test");
    header.set_examples(texts.size());
    uint64_t count = 0;
    for (const auto& of_example : texts) count += of_example.size();
    header.set_texts(count);
    return header;
  }

  static uint64_t IdOf(const RawTextHeader& header, const Texts& texts) {
    RawTextFingerprint fingerprint(header);
    for (const auto& of_example : texts)
      fingerprint.Add(std::vector<std::string_view>(of_example.begin(), of_example.end()));
    return fingerprint.file_id();
  }

  absl::StatusOr<FileEntry> Write(const Texts& texts, const RawTextHeader& header,
                                  uint64_t file_id) {
    std::filesystem::remove(path_);
    auto writer = *RawTextWriter::Create(path_, header, file_id);
    for (const auto& of_example : texts) {
      EXPECT_THAT(writer->Add(std::vector<std::string_view>(of_example.begin(), of_example.end())),
                  IsOk());
    }
    return writer->Finish();
  }

  Texts Read() {
    Texts texts;
    auto file = *RawTextFile::Open(path_);
    std::span<const std::string_view> of_example;
    while (*file->Next(&of_example)) texts.emplace_back(of_example.begin(), of_example.end());
    return texts;
  }

  Scratch scratch_;
  const std::string path_ = scratch_.Path("texts");
};

TEST_F(RawTextTest, ReadsBackExactly) {
  const Texts texts = {{"A line, \xff\n\t as it is"}, {}, {"", "x"}, {std::string("\0", 1)}};
  const RawTextHeader header = HeaderOf(texts);
  const auto entry = Write(texts, header, IdOf(header, texts));
  ASSERT_THAT(entry, IsOk());
  EXPECT_EQ(entry->bytes(), scratch_.Read("texts").size());
  EXPECT_EQ(Read(), texts);
  EXPECT_TRUE(VerifyRawText(path_).ok());
  EXPECT_EQ(VerifyRawText(path_).bytes, entry->bytes());
}

// Blocks end by bytes or by number of examples.
TEST_F(RawTextTest, MayHaveManyBlocks) {
  for (const size_t size : {size_t{0}, size_t{300'000}}) {
    Texts texts(size == 0 ? 70'000 : 10);
    for (size_t i = 0; i < texts.size(); ++i)
      if (size > 0) texts[i].push_back(std::string(size, static_cast<char>('a' + i)));
    const RawTextHeader header = HeaderOf(texts);
    ASSERT_THAT(Write(texts, header, IdOf(header, texts)), IsOk());
    EXPECT_EQ(Read(), texts);
    EXPECT_TRUE(VerifyRawText(path_).ok());
  }
}

TEST_F(RawTextTest, IsNotPublishedUnlessItMatchesTheHeader) {
  const Texts texts = {{"one"}, {"two"}};
  RawTextHeader header = HeaderOf(texts);
  const auto kChanged = absl::StatusCode::kFailedPrecondition;
  EXPECT_THAT(Write({{"one"}, {"too"}}, header, IdOf(header, texts)).status(),
              FailsWith(kChanged, "changed between the two passes"));
  header.set_texts(3);
  EXPECT_THAT(Write(texts, header, IdOf(header, texts)).status(),
              FailsWith(kChanged, "changed between the two passes"));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(RawTextTest, RefusesNewerVersions) {
  const Texts texts = {{"one"}};
  RawTextHeader header = HeaderOf(texts);
  header.set_format_version(kRawTextFormatVersion + 1);
  ASSERT_THAT(Write(texts, header, IdOf(header, texts)), IsOk());
  EXPECT_THAT(RawTextFile::Open(path_).status(),
              FailsWith(absl::StatusCode::kDataLoss, "newer version"));
}

TEST_F(RawTextTest, OfASplitIsReadOverAllShards) {
  const std::string folder = scratch_.path();
  const DatasetManifest plain = WriteMadeDataset(
      folder, TRANSLATION, {{{{5, 1}, {6, 1}}, {{7, 1}, {8, 1}}}, {{{5, 1}}, {{5, 6, 1}}}}, 20);
  EXPECT_EQ(*RawTextReader::Open(*Dataset::Open(folder), "train", RawTextHeader::REFERENCE),
            nullptr)
      << "a data set of an earlier version";
  AddMadeRawText(folder, plain);
  EXPECT_THAT(VerifyDataset(folder).problems, testing::IsEmpty());
  const auto dataset = *Dataset::Open(folder);
  auto reader = *RawTextReader::Open(dataset, "train", RawTextHeader::REFERENCE);
  EXPECT_THAT(*reader->Read(0), ElementsAre("Text 0.0"));
  EXPECT_THAT(*reader->Read(2), ElementsAre("Text 1.0"));
  EXPECT_THAT(reader->Read(3).status(), FailsWith(absl::StatusCode::kOutOfRange, "has 3"));

  // Exchange two valid files.
  const std::string first = scratch_.Read("texts-0");
  scratch_.Write("texts-0", scratch_.Read("texts-1"));
  EXPECT_THAT(VerifyDataset(folder).problems, ElementsAre(HasSubstr("texts-0")));
  scratch_.Write("texts-0", first);
  scratch_.Write("texts-1", first);
  EXPECT_THAT(VerifyDataset(folder).problems, ElementsAre(HasSubstr("texts-1")));
}

}  // namespace
}  // namespace elman
