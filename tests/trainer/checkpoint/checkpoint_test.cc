#include "trainer/checkpoint/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "data/io/file.h"
#include "data/io/record_io.h"
#include "tests/support/scratch.h"
#include "tests/trainer/checkpoint/small_checkpoint.h"
#include "trainer/checkpoint/checkpoint_directory.h"
#include "trainer/checkpoint/checkpoint_reader.h"
#include "trainer/checkpoint/checkpoint_writer.h"

namespace elman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string Bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteBytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

class CheckpointTest : public testing::Test {
 protected:
  // The bytes of a checkpoint on disk.
  std::string Written(Checkpoint checkpoint) {
    const std::string path = folder_.Path("written.ckpt");
    EXPECT_TRUE(WriteCheckpoint(&checkpoint, path).ok());
    return Bytes(path);
  }

  void ExpectRejected(const std::string& bytes, const std::string& why) {
    const std::string path = folder_.Path("damaged.ckpt");
    WriteBytes(path, bytes);
    const auto read = ReadCheckpoint(path);
    ASSERT_FALSE(read.ok()) << why;
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(path)) << why;
  }

  // The records of a file, framed.
  std::vector<std::string> Records(const std::string& bytes) {
    const std::string path = folder_.Path("records.ckpt");
    WriteBytes(path, bytes);
    const auto file = *RandomAccessFile::Open(path);
    const RecordReader reader(file.get());
    std::vector<std::string> records;
    std::string payload;
    for (uint64_t at = 0; at < bytes.size();) {
      at = *reader.Read(at, &payload);
      records.push_back(FrameRecord(payload));
    }
    return records;
  }

  static std::string Join(const std::vector<std::string>& records) {
    std::string bytes;
    for (const std::string& record : records) bytes += record;
    return bytes;
  }

  Scratch folder_;
};

TEST_F(CheckpointTest, RoundTrips) {
  Checkpoint checkpoint = SmallCheckpoint(12);
  const auto hash = WriteCheckpoint(&checkpoint, folder_.Path("a.ckpt"));
  ASSERT_TRUE(hash.ok()) << hash.status();
  const auto read = ReadCheckpoint(folder_.Path("a.ckpt"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->header.SerializeAsString(), checkpoint.header.SerializeAsString());
  EXPECT_EQ(read->vocabulary_text, checkpoint.vocabulary_text);
  EXPECT_EQ(read->tokenizer_model, checkpoint.tokenizer_model);
  for (const char* name : {"values", "moment1", "carry"})
    EXPECT_EQ(*read->Find(name), *checkpoint.Find(name)) << name;
  EXPECT_EQ(read->Find("moment2"), nullptr);
  EXPECT_EQ(ContentHash(*read), *hash);
  EXPECT_EQ(ReadCheckpointHeader(folder_.Path("a.ckpt"))->progress().step(), 12);
}

TEST_F(CheckpointTest, ContentHashSeesWhatCountsAndNothingElse) {
  const std::string hash = ContentHash(SmallCheckpoint(12));
  EXPECT_NE(hash, ContentHash(SmallCheckpoint(13)));
  EXPECT_NE(hash, ContentHash(SmallCheckpoint(12, 0.25f)));
  Checkpoint other = SmallCheckpoint(12);
  other.header.mutable_config()->set_seed(8);
  EXPECT_NE(hash, ContentHash(other));
  other = SmallCheckpoint(12);
  (*other.Find("carry"))[2] = 4;
  EXPECT_NE(hash, ContentHash(other));

  Checkpoint same = SmallCheckpoint(12);
  same.header.mutable_config()->set_max_steps(99);
  same.header.mutable_config()->mutable_checkpoint()->set_every_steps(9);
  same.header.mutable_config()->mutable_logging()->set_every_steps(9);
  same.header.mutable_provenance()->set_host("elsewhere");
  same.header.mutable_provenance()->set_ranks(4);
  EXPECT_EQ(hash, ContentHash(same));
}

TEST_F(CheckpointTest, EveryFlippedBitIsFound) {
  const std::string bytes = Written(SmallCheckpoint(1));
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      ExpectRejected(damaged, "bit " + std::to_string(bit) + " of byte " + std::to_string(i));
    }
  }
}

TEST_F(CheckpointTest, EveryTruncationIsFound) {
  const std::string bytes = Written(SmallCheckpoint(1));
  for (size_t size = 0; size < bytes.size(); ++size)
    ExpectRejected(bytes.substr(0, size), std::to_string(size));
}

TEST_F(CheckpointTest, RecordsOutOfPlaceAreFound) {
  const std::string bytes = Written(SmallCheckpoint(1));
  const std::vector<std::string> records = Records(bytes);
  ASSERT_EQ(Join(records), bytes);
  const std::vector<std::string> others = Records(Written(SmallCheckpoint(2)));
  for (size_t i = 0; i < records.size(); ++i) {
    std::vector<std::string> changed = records;
    changed.insert(changed.begin() + i, records[i]);
    ExpectRejected(Join(changed), "record twice");
    changed = records;
    changed.erase(changed.begin() + i);
    ExpectRejected(Join(changed), "record missing");
    changed = records;
    changed[i] = others[i];
    ExpectRejected(Join(changed), "record of another file");
    for (size_t j = 0; j < i; ++j) {
      changed = records;
      std::swap(changed[i], changed[j]);
      ExpectRejected(Join(changed), "records swapped");
    }
  }
  ExpectRejected(bytes + records.back(), "record appended");
  ExpectRejected(bytes + "x", "byte appended");
}

// A header, well-framed, that promises more than the file holds must not make the reader allocate
// it.
TEST_F(CheckpointTest, ForgedSizesAreBoundedByTheFile) {
  Checkpoint checkpoint = SmallCheckpoint(1);
  for (const int64_t elements : {int64_t{1} << 61, int64_t{1} << 40, int64_t{-1}}) {
    CheckpointRecord record;
    record.set_file_id(1);
    *record.mutable_header() = checkpoint.header;
    record.mutable_header()->set_format_version(kCheckpointFormatVersion);
    ArrayEntry* array = record.mutable_header()->add_arrays();
    array->set_name("values");
    array->set_elements(elements);
    ExpectRejected(FrameRecord(record.SerializeAsString()), "forged");
  }
}

TEST_F(CheckpointTest, AnOldFileSurvivesAFailedWrite) {
  Checkpoint checkpoint = SmallCheckpoint(1);
  ASSERT_TRUE(WriteCheckpoint(&checkpoint, folder_.Path("a.ckpt")).ok());
  EXPECT_FALSE(WriteCheckpoint(&checkpoint, folder_.Path("no such folder/a.ckpt")).ok());
  EXPECT_TRUE(ReadCheckpoint(folder_.Path("a.ckpt")).ok());
}

std::set<std::string> FileNames(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.insert(entry.path().filename());
  return names;
}

TEST_F(CheckpointTest, DirectoryKeepsTheNewestTheBestAndTheLatest) {
  CheckpointDirectory directory(folder_.path());
  EXPECT_TRUE(absl::IsNotFound(directory.Find(kLatest).status()));
  for (const int64_t step : {10, 20, 30, 40, 50}) {
    Checkpoint checkpoint = SmallCheckpoint(step);
    ASSERT_TRUE(directory.Save(&checkpoint, /*is_best=*/step == 20).ok());
    ASSERT_TRUE(directory.Prune(2).ok());
  }
  EXPECT_THAT(*directory.Steps(), ElementsAre(20, 40, 50));
  EXPECT_EQ(*directory.Find(kLatest), directory.PathOf(50));
  EXPECT_EQ(*ResolveCheckpoint(folder_.path(), kBest), directory.PathOf(20));
  WriteBytes(directory.folder() + "/step-000000060.ckpt.tmp-1-1", "left behind");
  ASSERT_TRUE(directory.Prune(2).ok());
  EXPECT_EQ(FileNames(directory.folder()).count("step-000000060.ckpt.tmp-1-1"), 0u);
}

TEST_F(CheckpointTest, MarksThatNameNothingAreErrors) {
  CheckpointDirectory directory(folder_.path());
  Checkpoint checkpoint = SmallCheckpoint(10);
  ASSERT_TRUE(directory.Save(&checkpoint, false).ok());
  EXPECT_EQ(*ResolveCheckpoint(folder_.path(), kBest), directory.PathOf(10))
      << "without a best, the latest";
  for (const std::string mark : {"step-000000099.ckpt", "../../etc/passwd", "", "step-.ckpt"}) {
    WriteBytes(directory.folder() + "/latest", mark);
    EXPECT_EQ(directory.Find(kLatest).status().code(), absl::StatusCode::kDataLoss) << mark;
  }
  EXPECT_TRUE(absl::IsNotFound(ResolveCheckpoint(folder_.Path("nowhere"), kBest).status()));
}

}  // namespace
}  // namespace elman
