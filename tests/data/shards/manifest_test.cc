#include "data/shards/manifest.h"

#include "absl/strings/str_format.h"
#include "data/io/checksum.h"
#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;

std::string MadeText() {
  Scratch scratch;
  return ManifestToText(WriteMadeDataset(scratch.path(), {{{5, 6, 1}}, {{7, 1}, {1}}}));
}

// The text of a manifest with its checksum line.
std::string WithChecksum(const std::string& body) {
  return body + absl::StrFormat("# crc32c: %08x\n", Crc32c(body));
}

TEST(Manifest, RefusesEveryFlippedBit) {
  const std::string text = MadeText();
  for (size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string flipped = text;
    flipped[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    ASSERT_THAT(ManifestFromText(flipped, "file"), FailsWith(kDataLoss, "file")) << bit;
  }
}

TEST(Manifest, RefusesEveryTruncation) {
  const std::string text = MadeText();
  for (size_t size = 0; size < text.size(); ++size) {
    ASSERT_THAT(ManifestFromText(text.substr(0, size), "file"), FailsWith(kDataLoss, "file"))
        << size;
  }
  EXPECT_THAT(ManifestFromText(text + "\n", "file"), FailsWith(kDataLoss, "last line"));
  EXPECT_THAT(ManifestFromText(text, "file"), IsOk());
}

TEST(Manifest, NamesTheLineOfAnUnknownField) {
  const std::string body = "format_version: 3\nsubtlety: 3\n";
  EXPECT_THAT(ManifestFromText(WithChecksum(body), "file"), FailsWith(kDataLoss, "line 2"));
}

// The version is reported even if a manifest of another version has unknown fields.
TEST(Manifest, NamesTheVersionThatItCannotParse) {
  const std::string body = "format_version: 1\ntokenizer { kind: WORD }\n";
  EXPECT_THAT(ManifestFromText(WithChecksum(body), "file"),
              FailsWith(absl::StatusCode::kFailedPrecondition, "format 3, found 1"));
}

TEST(Manifest, ComparesCountsAfterAddingThem) {
  DatasetManifest manifest;
  SplitEntry* split = manifest.add_splits();
  TextCounts counts;
  counts.set_examples(1);
  counts.set_tokens(2);
  counts.set_unknown(3);
  counts.set_words(4);
  counts.set_bytes(5);
  *split->add_shards()->add_counts() = counts;
  AddCounts(split->shards(0).counts(), split->mutable_counts());
  EXPECT_TRUE(EqualCounts(split->counts(), split->shards(0).counts()));
  AddCounts(split->shards(0).counts(), split->mutable_counts());
  ASSERT_EQ(split->counts_size(), 1);
  EXPECT_EQ(split->counts(0).examples(), 2u);
  EXPECT_EQ(split->counts(0).tokens(), 4u);
  EXPECT_EQ(split->counts(0).unknown(), 6u);
  EXPECT_EQ(split->counts(0).words(), 8u);
  EXPECT_EQ(split->counts(0).bytes(), 10u);
  EXPECT_FALSE(EqualCounts(split->counts(), split->shards(0).counts()));
}

}  // namespace
}  // namespace elman
