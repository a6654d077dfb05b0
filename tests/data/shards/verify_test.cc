#include "data/shards/verify.h"

#include "data/io/random_access_file.h"
#include "data/records/record_io.h"
#include "data/shards/dataset.h"
#include "data/shards/manifest.h"
#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class VerifyTest : public testing::Test {
 protected:
  VerifyTest() { WriteMadeDataset(scratch_.path(), {{{5, 6, 1}}, {{7, 0, 1}, {1}}}); }
  Scratch scratch_;
};

TEST_F(VerifyTest, ReadsEveryByteOfADataSet) {
  const VerificationReport report = VerifyDataset(scratch_.path());
  EXPECT_THAT(report.problems, testing::IsEmpty());
  uint64_t bytes = 0;
  for (const std::string& name : scratch_.Names()) bytes += scratch_.Read(name).size();
  EXPECT_EQ(report.bytes, bytes);
  EXPECT_EQ(report.files, 4u);
  EXPECT_EQ(report.blocks, 2u);
  EXPECT_EQ(report.examples, 3u);
  EXPECT_EQ(report.tokens, 7u);
  EXPECT_TRUE(VerifyShard(scratch_.Path("shard-1")).ok());
}

TEST_F(VerifyTest, ContinuesAfterAProblem) {
  for (const char* name : {"shard-0", "shard-1"}) {
    std::string bytes = scratch_.Read(name);
    bytes[bytes.size() / 2] ^= 1;
    scratch_.Write(name, bytes);
  }
  EXPECT_THAT(VerifyDataset(scratch_.path()).problems,
              ElementsAre(HasSubstr("shard-0"), HasSubstr("shard-1")));
}

// A valid shard with the counts of the manifest but other words.
TEST_F(VerifyTest, DetectsAnotherShardThanInTheManifest) {
  const auto dataset = *Dataset::Open(scratch_.path());
  ShardHeader header = MadeHeader(dataset->manifest().fields(0).vocabulary().fingerprint());
  header.set_shards(2);
  std::filesystem::remove(scratch_.Path("shard-0"));
  ASSERT_THAT(WriteMadeShard(scratch_.Path("shard-0"), header, Examples{{8, 9, 1}}), IsOk());
  EXPECT_TRUE(VerifyShard(scratch_.Path("shard-0")).ok());
  EXPECT_THAT(VerifyDataset(scratch_.path()).problems,
              ElementsAre(HasSubstr("the shard is intact but belongs to another data set")));
}

// Tokens changed by a forger who corrects every checksum but not the fingerprint.
TEST_F(VerifyTest, RecomputesTheFingerprint) {
  const auto file = *RandomAccessFile::Open(scratch_.Path("shard-0"));
  std::string forged;
  std::string payload;
  for (uint64_t offset = 0; offset < file->size();) {
    offset = *RecordReader(file.get()).Read(offset, &payload);
    ShardRecord record;
    ASSERT_TRUE(record.ParseFromString(payload));
    if (record.has_block()) (*record.mutable_block()->mutable_fields(0)->mutable_tokens())[0] = 50;
    forged += FrameRecord(record.SerializeAsString());
  }
  EXPECT_THAT(VerifyShard(scratch_.Write("forged", forged)).problems,
              ElementsAre(HasSubstr("fingerprint")));
}

TEST_F(VerifyTest, ReadsEveryByteOfEveryField) {
  for (const Task task : {TAGGING, CLASSIFICATION, TRANSLATION, COOCCURRENCE}) {
    Scratch scratch;
    const FieldExamples examples = RandomTaskExamples(task, 50, 9);
    WriteMadeDataset(scratch.path(), task, {examples, RandomTaskExamples(task, 7, 3, 100, 5)});
    const VerificationReport report = VerifyDataset(scratch.path());
    EXPECT_THAT(report.problems, testing::IsEmpty());
    uint64_t bytes = 0;
    for (const std::string& name : scratch.Names()) bytes += scratch.Read(name).size();
    EXPECT_EQ(report.bytes, bytes);
    EXPECT_EQ(report.files, 5u);
    EXPECT_EQ(report.examples, 57u);
  }
}

// Counts that are consistent with each other but not with the labels.
TEST_F(VerifyTest, CountsUnseenLabels) {
  Scratch scratch;
  DatasetManifest manifest = WriteMadeDataset(scratch.path(), CLASSIFICATION, {{{{5}}, {{100}}}});
  EXPECT_EQ(manifest.splits(0).counts(1).unknown(), 1u);
  ShardHeader header = MadeHeader("", 2, CLASSIFICATION);
  for (int i = 0; i < 2; ++i) {
    header.mutable_fields(i)->set_vocabulary_fingerprint(
        manifest.fields(i).vocabulary().fingerprint());
  }
  std::filesystem::remove(scratch.Path("shard-0"));
  auto entry = WriteMadeShard(scratch.Path("shard-0"), header, FieldExamples{{{5}}, {{100}}},
                              {0, /*not the unseen label=*/7});
  ASSERT_THAT(entry, IsOk());
  *manifest.mutable_splits(0)->mutable_shards(0) = *entry;
  *manifest.mutable_splits(0)->mutable_counts() = entry->counts();
  scratch.Write(std::string(kManifestName), ManifestToText(manifest));
  EXPECT_THAT(VerifyDataset(scratch.path()).problems,
              ElementsAre(HasSubstr("field label: expected 0 unknown tokens, found 1")));
}

}  // namespace
}  // namespace elman
