#include "trainer/record/checkpoint/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch.h"
#include "tests/trainer/record/checkpoint/made_checkpoint.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/checkpoint/checkpoint_writer.h"

namespace elman {
namespace {

TEST(CheckpointTest, RoundTrips) {
  Scratch folder;
  Checkpoint checkpoint = MadeCheckpoint(12);
  AddMadeField(TokenizerSpec::LABEL, "NOUN\t2\nVERB\t1\n", "", &checkpoint);
  const auto hash = WriteCheckpoint(&checkpoint, folder.Path("a.ckpt"));
  ASSERT_TRUE(hash.ok()) << hash.status();
  const auto read = ReadCheckpoint(folder.Path("a.ckpt"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->header.SerializeAsString(), checkpoint.header.SerializeAsString());
  ASSERT_EQ(read->tables.size(), 2);
  for (int field = 0; field < 2; ++field) {
    EXPECT_EQ(read->tables[field].vocabulary_text, checkpoint.tables[field].vocabulary_text);
    EXPECT_EQ(read->tables[field].tokenizer_model, checkpoint.tables[field].tokenizer_model);
  }
  for (const char* name : {"values", "moment1", "carry"})
    EXPECT_EQ(*read->Find(name), *checkpoint.Find(name)) << name;
  EXPECT_EQ(read->Find("moment2"), nullptr);
  EXPECT_EQ(ContentHash(*read), *hash);
  EXPECT_EQ(ReadCheckpointHeader(folder.Path("a.ckpt"))->progress().step(), 12);
}

TEST(CheckpointTest, ContentHashCoversOnlyWhatDeterminesTheRun) {
  const std::string hash = ContentHash(MadeCheckpoint(12));
  EXPECT_NE(hash, ContentHash(MadeCheckpoint(13)));
  EXPECT_NE(hash, ContentHash(MadeCheckpoint(12, 0, 0.25f)));
  Checkpoint other = MadeCheckpoint(12);
  other.header.mutable_config()->set_seed(8);
  EXPECT_NE(hash, ContentHash(other));
  other = MadeCheckpoint(12);
  (*other.Find("carry"))[2] = 4;
  EXPECT_NE(hash, ContentHash(other));
  other = MadeCheckpoint(12);
  AddMadeField(TokenizerSpec::LABEL, "NOUN\t2\nVERB\t1\n", "", &other);
  EXPECT_NE(hash, ContentHash(other));

  Checkpoint same = MadeCheckpoint(12);
  same.header.mutable_config()->set_max_steps(99);
  same.header.mutable_config()->mutable_checkpoint()->set_every_steps(9);
  same.header.mutable_config()->mutable_logging()->set_every_steps(9);
  same.header.mutable_provenance()->set_host("elsewhere");
  same.header.mutable_provenance()->set_ranks(4);
  same.header.mutable_progress()->set_epoch_seconds(3);
  same.header.mutable_progress()->set_interval_loss(5);
  EXPECT_EQ(hash, ContentHash(same));
}

TEST(CheckpointTest, FailedWriteKeepsTheOldFile) {
  Scratch folder;
  Checkpoint checkpoint = MadeCheckpoint(1);
  ASSERT_TRUE(WriteCheckpoint(&checkpoint, folder.Path("a.ckpt")).ok());
  EXPECT_FALSE(WriteCheckpoint(&checkpoint, folder.Path("no such folder/a.ckpt")).ok());
  EXPECT_TRUE(ReadCheckpoint(folder.Path("a.ckpt")).ok());
}

}  // namespace
}  // namespace elman
