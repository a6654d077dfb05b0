// Every possible damage of a small checkpoint is detected, and the message states the place.
// Reading a damaged file takes no more memory.
#include "tests/support/corruption.h"

#include <cstdlib>
#include <iostream>

#include "tests/support/allocations.h"
#include "tests/trainer/record/checkpoint/made_checkpoint.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/checkpoint/checkpoint_writer.h"

namespace elman {
namespace {

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
constexpr size_t kMaxAtOnce = size_t{1} << 16;  // files here have about 1 KiB

CheckpointRecord Parsed(const std::string& framed) {
  CheckpointRecord record;
  EXPECT_TRUE(
      record.ParseFromString(framed.substr(kRecordHeaderBytes, framed.size() - kRecordFrameBytes)));
  return record;
}

// The same checkpoint with its arrays in chunks of at most four elements.
std::vector<std::string> InSmallChunks(const std::vector<std::string>& records) {
  constexpr size_t kChunkBytes = 4 * sizeof(float);
  std::vector<std::string> split;
  const auto add = [&](CheckpointRecord record) {
    record.set_number(split.size());
    if (record.has_footer()) record.mutable_footer()->set_records(split.size());
    split.push_back(FrameRecord(record.SerializeAsString()));
  };
  for (const std::string& framed : records) {
    CheckpointRecord record = Parsed(framed);
    if (!record.has_array()) {
      add(record);
      continue;
    }
    const std::string data = record.array().data();
    for (size_t first = 0; first < data.size(); first += kChunkBytes) {
      record.mutable_array()->set_offset(static_cast<int64_t>(first / sizeof(float)));
      record.mutable_array()->set_data(data.substr(first, kChunkBytes));
      add(record);
    }
  }
  return split;
}

class CheckpointCorruptionTest : public testing::Test {
 protected:
  CheckpointCorruptionTest() {
    records_ = Written("a.ckpt", MadeCheckpoint(5));
    others_ = Written("b.ckpt", MadeCheckpoint(5, 0, 0.25f));
    Overwrite(path_, Joined(records_));
    EXPECT_THAT(ReadCheckpoint(path_), IsOk());
  }

  std::vector<std::string> Written(const std::string& name, Checkpoint checkpoint) {
    EXPECT_THAT(WriteCheckpoint(&checkpoint, scratch_.Path(name)), IsOk());
    return InSmallChunks(FramedRecords(scratch_.Path(name)));
  }

  void ExpectRejected(const std::string& what) {
    TakeLargestAllocation();
    const absl::Status status = ReadCheckpoint(path_).status();
    EXPECT_LE(TakeLargestAllocation(), kMaxAtOnce) << what;
    ASSERT_THAT(status, FailsWith(kDataLoss, path_ + ": offset ")) << what;
    ASSERT_THAT(status, FailsWith(kDataLoss, ", record ")) << what;
    ASSERT_THAT(status, FailsWith(kDataLoss, "use another checkpoint")) << what;
  }

  // Returns the checkpoint with one record changed and all checksums correct, as only a deliberate
  // forgery would have.
  template <typename Change>
  absl::Status AfterForging(size_t number, const Change& change) {
    std::vector<std::string> forged = records_;
    CheckpointRecord record = Parsed(forged[number]);
    change(&record);
    forged[number] = FrameRecord(record.SerializeAsString());
    Overwrite(path_, Joined(forged));
    TakeLargestAllocation();
    absl::Status status = ReadCheckpoint(path_).status();
    EXPECT_LE(TakeLargestAllocation(), kMaxAtOnce);
    return status;
  }

  const Scratch scratch_;
  const std::string path_ = scratch_.Path("damaged.ckpt");
  std::vector<std::string> records_, others_;  // records of two checkpoints of the same shape
};

TEST_F(CheckpointCorruptionTest, IsDetected) {
  const auto check = [this](const std::string& what) { ExpectRejected(what); };
  const std::string bytes = Joined(records_);
  ASSERT_EQ(records_.size(), others_.size());
  const int64_t flips = FlipBits(path_, bytes, check);
  const int64_t cuts = Truncate(path_, bytes, check);
  const int64_t additions = Append(path_, bytes, Joined(others_), check);
  const int64_t rearrangements = Rearrange(path_, records_, others_, check);
  std::cout << "checkpoint of " << bytes.size() << " bytes in " << records_.size()
            << " records: " << flips << " bits flipped, " << cuts << " lengths, " << additions
            << " additions, " << rearrangements << " rearrangements\n";
  EXPECT_THAT(ReadCheckpoint(path_), IsOk());
}

// A forgery with correct checksums must not cause reads out of bounds or large allocations.
TEST_F(CheckpointCorruptionTest, WithCorrectChecksumsIsHarmless) {
  int64_t tried = 0, accepted = 0;
  for (size_t i = 0; i < records_.size(); ++i) {
    const std::string payload =
        records_[i].substr(kRecordHeaderBytes, records_[i].size() - kRecordFrameBytes);
    for (size_t bit = 0; bit < payload.size() * 8; ++bit, ++tried) {
      std::string flipped = payload;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      std::vector<std::string> forged = records_;
      forged[i] = FrameRecord(flipped);
      Overwrite(path_, Joined(forged));
      TakeLargestAllocation();
      accepted += ReadCheckpoint(path_).ok();
      EXPECT_LE(TakeLargestAllocation(), kMaxAtOnce) << "record " << i << " bit " << bit;
    }
  }
  std::cout << tried << " bits forged, " << accepted
            << " accepted: provenance and what the content hash leaves out\n";
  EXPECT_LT(accepted, tried / 2);
}

TEST_F(CheckpointCorruptionTest, ForgedTablesAreRefused) {
  const auto forge = [&](const auto& change) {
    return AfterForging(
        0, [&](CheckpointRecord* r) { change(r->mutable_header()->mutable_parameters(0)); });
  };
  using Entry = ParameterEntry;
  EXPECT_THAT(AfterForging(0, [](CheckpointRecord*) {}), IsOk());
  const auto refused = FailsWith(kDataLoss, "is no part of an array of");
  EXPECT_THAT(forge([](Entry* entry) { entry->clear_shape(); }), refused);
  EXPECT_THAT(forge([](Entry* entry) { entry->mutable_shape()->Truncate(1); }), refused);
  EXPECT_THAT(forge([](Entry* entry) { entry->add_shape(1); }), refused);
  EXPECT_THAT(forge([](Entry* entry) { entry->set_shape(0, -3); }), refused);
  EXPECT_THAT(forge([](Entry* entry) { entry->set_shape(1, int64_t{1} << 62); }), refused);
  EXPECT_THAT(forge([](Entry* entry) { entry->set_offset(2); }), refused);
  EXPECT_THAT(forge([](Entry* entry) { entry->set_offset(-1); }), refused);
  EXPECT_THAT(forge([](Entry* entry) { entry->set_offset(INT64_MAX); }), refused);
}

// A header that declares more data than the file holds.
TEST_F(CheckpointCorruptionTest, ForgedSizesAreBoundedByTheFile) {
  for (const int64_t elements : {int64_t{1} << 62, int64_t{1} << 40, int64_t{-1}}) {
    EXPECT_THAT(AfterForging(0,
                             [&](CheckpointRecord* r) {
                               r->mutable_header()->mutable_arrays(1)->set_elements(elements);
                             }),
                FailsWith(kDataLoss, "more than the file can hold"))
        << elements;
  }
}

TEST_F(CheckpointCorruptionTest, RecordsOfUnknownKindsAreRefused) {
  EXPECT_THAT(
      AfterForging(0, [](CheckpointRecord* r) { r->mutable_header()->set_format_version(1); }),
      FailsWith(absl::StatusCode::kFailedPrecondition, "format 2, found 1"));
  EXPECT_THAT(
      AfterForging(2,
                   [](CheckpointRecord* r) {
                     r->mutable_vocabulary()->set_file(static_cast<VocabularyChunk::File>(7));
                   }),
      FailsWith(kDataLoss, "record 2: a chunk of a file of unknown kind 7"));
  EXPECT_THAT(AfterForging(2, [](CheckpointRecord* r) { r->mutable_vocabulary()->set_field(1); }),
              FailsWith(kDataLoss, "record 2: a chunk of field 1, which does not exist"));
  EXPECT_THAT(AfterForging(2, [](CheckpointRecord* r) { r->clear_kind(); }),
              FailsWith(kDataLoss, "unknown kind"));
}

// A short message may need a lot of memory when it is parsed; one of many MiB needs too much.
TEST_F(CheckpointCorruptionTest, HeadersAreBoundedBeforeTheyAreParsed) {
  CheckpointRecord record = Parsed(records_[0]);
  record.mutable_header()->mutable_provenance()->set_host(std::string(5 << 20, 'x'));
  Overwrite(path_, FrameRecord(record.SerializeAsString()));
  TakeLargestAllocation();
  EXPECT_THAT(ReadCheckpoint(path_), FailsWith(kDataLoss, "record 0: expected at most"));
  EXPECT_LE(TakeLargestAllocation(), size_t{6} << 20);
}

TEST(CheckpointRemedy, IsRepairInARunDirectory) {
  Scratch run;
  std::filesystem::create_directory(run.Path("checkpoints"));
  const std::string path = run.Write("checkpoints/step-000000001.ckpt", "no checkpoint");
  EXPECT_THAT(ReadCheckpoint(path),
              FailsWith(kDataLoss, "'elman-inspect " + run.path() + " --repair'"));
  EXPECT_THAT(ReadCheckpoint(path), FailsWith(kDataLoss, "--resume=FILE"));
}

}  // namespace
}  // namespace elman
