// Damages the files of a small data set in every possible way, and checks that the damage is found,
// that the message has the place, and that reading allocates no more memory.
#include "tests/support/corruption.h"

#include <cstdlib>
#include <iostream>

#include "data/shards/shard_reader.h"
#include "data/shards/shard_writer.h"
#include "data/shards/verify.h"
#include "tests/data/shards/made_dataset.h"
#include "tests/support/allocations.h"

namespace elman {
namespace {

constexpr size_t kMaxAtOnce = size_t{1} << 16;  // files have a few KiB

bool LongTests() { return std::getenv("ELMAN_LONG_TESTS") != nullptr; }

bool Names(const std::string& message, const std::string& part) {
  return message.find(part) != std::string::npos;
}

// Whether a message names the damaged record of the shard.
bool NamesARecord(const std::string& message) {
  for (const char* record : {", header: ", ", block ", ", index: ", ", tail: "}) {
    if (Names(message, record)) return true;
  }
  return false;
}

// The framed record of the shard.
std::string Framed(ShardRecord record, uint64_t file_id) {
  record.set_file_id(file_id);
  return FrameRecord(record.SerializeAsString());
}

// A shard with one block for each of `blocks`.
std::string SmallShard(const std::vector<FieldExamples>& blocks, Task task = LANGUAGE_MODEL) {
  const ShardHeader header = MadeHeader("0123456789abcdef", 2, task);
  ShardFingerprint fingerprint(header);
  for (const FieldExamples& fields : blocks) {
    for (size_t e = 0; e < fields[0].size(); ++e) {
      for (const Examples& examples : fields) fingerprint.Add(examples[e]);
    }
  }
  ShardRecord record, index;
  *record.mutable_header() = header;
  std::string bytes = Framed(record, fingerprint.file_id());
  auto* counts = index.mutable_index()->mutable_counts();
  for (int f = 0; f < header.fields_size(); ++f) counts->Add();
  for (size_t i = 0; i < blocks.size(); ++i) {
    ShardIndex::Block* entry = index.mutable_index()->add_blocks();
    entry->set_offset(bytes.size());
    entry->set_first_example(counts->Get(0).examples());
    record.mutable_block()->Clear();
    record.mutable_block()->set_number(i);
    for (int f = 0; f < header.fields_size(); ++f) {
      TextCounts* sums = counts->Mutable(f);
      entry->add_first_token(sums->tokens());
      ShardBlock::Field* field = record.mutable_block()->add_fields();
      for (const auto& example : blocks[i][f]) {
        for (const uint32_t id : example)
          field->mutable_tokens()->append({static_cast<char>(id), '\0'});
        field->add_example_lengths(static_cast<uint32_t>(example.size()));
        sums->set_tokens(sums->tokens() + example.size());
        sums->set_examples(sums->examples() + 1);
      }
    }
    const std::string frame = Framed(record, fingerprint.file_id());
    entry->set_payload_bytes(frame.size() - kRecordFrameBytes);
    bytes += frame;
  }
  record.mutable_tail()->set_index_offset(bytes.size());
  bytes += Framed(index, fingerprint.file_id());
  return bytes + Framed(record, fingerprint.file_id());
}

std::string NameOfTask(const testing::TestParamInfo<Task>& info) { return Task_Name(info.param); }

// Three small blocks. Different `variant`s have the same sizes.
std::string SmallShardOf(Task task, uint32_t variant) {
  const Examples first[] = {{{5, 6 + variant, 1}, {7, 1}}, {{4, 4, 1 + variant}}, {{5, 1}, {2, 1}}};
  std::vector<FieldExamples> blocks;
  for (const Examples& examples : first) {
    blocks.push_back({examples});
    if (task == TAGGING || task == TRANSLATION) blocks.back().push_back(examples);
    if (task == COOCCURRENCE) blocks.back().resize(3, examples);
    if (task == CLASSIFICATION) blocks.back().push_back(Examples(examples.size(), {3 + variant}));
  }
  return SmallShard(blocks, task);
}

class ShardCorruptionTest : public testing::TestWithParam<Task> {
 protected:
  ShardCorruptionTest() {
    Overwrite(path_, bytes_);
    Overwrite(other_path_, SmallShardOf(GetParam(), 1));
    EXPECT_TRUE(VerifyShard(path_).ok()) << VerifyShard(path_).problems[0];
    EXPECT_TRUE(VerifyShard(other_path_).ok());
  }

  void ExpectRejected(const std::string& what) {
    TakeLargestAllocation();
    const VerificationReport report = VerifyShard(path_);
    EXPECT_LE(TakeLargestAllocation(), kMaxAtOnce) << what;
    ASSERT_EQ(report.problems.size(), 1u) << what;
    const std::string& message = report.problems[0];
    ASSERT_TRUE(Names(message, path_ + ": offset ") && NamesARecord(message))
        << what << ": " << message;
  }

  const Scratch scratch_;
  const std::string path_ = scratch_.Path("shard");
  const std::string other_path_ = scratch_.Path("other");
  const std::string bytes_ = SmallShardOf(GetParam(), 0);
};

INSTANTIATE_TEST_SUITE_P(Tasks, ShardCorruptionTest,
                         testing::Values(LANGUAGE_MODEL, TAGGING, CLASSIFICATION, TRANSLATION,
                                         COOCCURRENCE),
                         NameOfTask);

TEST_P(ShardCorruptionTest, IsFound) {
  const auto check = [this](const std::string& what) { ExpectRejected(what); };
  const std::vector<std::string> records = FramedRecords(path_);
  const std::vector<std::string> others = FramedRecords(other_path_);
  ASSERT_EQ(records.size(), 6u);
  for (size_t i = 0; i < records.size(); ++i) ASSERT_EQ(records[i].size(), others[i].size());
  const int64_t flips = FlipBits(path_, bytes_, check);
  const int64_t cuts = Truncate(path_, bytes_, check);
  const int64_t additions = Append(path_, bytes_, scratch_.Read("other"), check);
  const int64_t rearrangements = Rearrange(path_, records, others, check);
  std::cout << "shard of " << bytes_.size() << " bytes: " << flips << " bits flipped, " << cuts
            << " lengths, " << additions << " additions, " << rearrangements << " rearrangements\n";
  EXPECT_TRUE(VerifyShard(path_).ok());
}

// Damage with corrected checksums: no read is out of bounds or allocates much memory, and accepted
// shards have the fingerprint of their tokens.
TEST_P(ShardCorruptionTest, WithCorrectedChecksumsIsHarmless) {
  const std::vector<std::string> records = FramedRecords(path_);
  for (size_t i = 0; i < records.size(); ++i) {
    const std::string payload =
        records[i].substr(kRecordHeaderBytes, records[i].size() - kRecordFrameBytes);
    for (size_t bit = 0; bit < payload.size() * 8; ++bit) {
      std::string flipped = payload;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      std::vector<std::string> forged = records;
      forged[i] = FrameRecord(flipped);
      Overwrite(path_, Joined(forged));
      TakeLargestAllocation();
      const VerificationReport report = VerifyShard(path_);
      EXPECT_LE(TakeLargestAllocation(), kMaxAtOnce) << "record " << i << " bit " << bit;
      // The index alone has counts of words, text bytes and unknown tokens.
      EXPECT_TRUE(i == 4 || !report.ok()) << "record " << i << " bit " << bit;
    }
  }
}

// A shard of several MiB from ShardWriter.
TEST(LargeShardCorruptionTest, IsFound) {
  const Scratch scratch;
  const Examples examples = RandomExamples(LongTests() ? 120'000 : 40'000, 30);
  const std::string path = scratch.Path("large");
  ASSERT_THAT(WriteMadeShard(path, MadeHeader("f"), examples), IsOk());
  const std::string bytes = scratch.Read("large");
  const size_t tries = LongTests() ? 20'000 : 200;
  const auto check = [&](const std::string& what) {
    const VerificationReport report = VerifyShard(path);
    ASSERT_EQ(report.problems.size(), 1u) << what;
    ASSERT_TRUE(Names(report.problems[0], path + ": offset ") && NamesARecord(report.problems[0]))
        << report.problems[0];
  };
  const int64_t flips = FlipBits(path, bytes, check, bytes.size() * 8 / tries | 1);
  const int64_t cuts = Truncate(path, bytes, check, bytes.size() / (tries / 10) | 1);
  std::cout << "shard of " << bytes.size() << " bytes: " << flips << " bits flipped, " << cuts
            << " lengths\n";
}

class DatasetCorruptionTest : public testing::TestWithParam<Task> {
 protected:
  DatasetCorruptionTest() {
    Write(scratch_.path(), 0, "a model");
    Write(other_.path(), 1, "b model");
    EXPECT_TRUE(VerifyDataset(scratch_.path()).ok());
  }

  void Write(const std::string& folder, uint32_t variant, const std::string& model) {
    std::vector<FieldExamples> shards = {{{{5, 6 + variant, 1}}}, {{{7, 2 * variant, 1}, {1}}}};
    for (FieldExamples& fields : shards) {
      if (GetParam() == TRANSLATION) fields.push_back(fields[0]);
      if (GetParam() == CLASSIFICATION) fields.push_back(Examples(fields[0].size(), {variant}));
    }
    if (GetParam() == LANGUAGE_MODEL)
      shards[0][0][0].insert(shards[0][0][0].end() - 1, 0);  // <unk>
    const DatasetManifest manifest = WriteMadeDataset(folder, GetParam(), shards, 20, model);
    if (GetParam() != CLASSIFICATION) AddMadeRawText(folder, manifest);
  }

  Scratch scratch_;
  Scratch other_;
};

INSTANTIATE_TEST_SUITE_P(Tasks, DatasetCorruptionTest,
                         testing::Values(LANGUAGE_MODEL, CLASSIFICATION, TRANSLATION), NameOfTask);

// Flips every bit of every file, truncates it to every length, and replaces it with the file of
// another data set.
TEST_P(DatasetCorruptionTest, NamesTheFile) {
  for (const std::string& name : scratch_.Names()) {
    const std::string path = scratch_.Path(name), bytes = scratch_.Read(name);
    const auto check = [&](const std::string& what) {
      TakeLargestAllocation();
      const VerificationReport report = VerifyDataset(scratch_.path());
      EXPECT_LE(TakeLargestAllocation(), kMaxAtOnce) << what;
      ASSERT_EQ(report.problems.size(), 1u) << name << ": " << what;
      ASSERT_TRUE(Names(report.problems[0], path + ": ")) << what << ": " << report.problems[0];
    };
    const int64_t flips = FlipBits(path, bytes, check);
    const int64_t cuts = Truncate(path, bytes, check);
    const int64_t additions = Append(path, bytes, other_.Read(name), check);
    std::cout << name << " of " << bytes.size() << " bytes: " << flips << " bits flipped, " << cuts
              << " lengths, " << additions << " additions\n";
    std::filesystem::remove(path);
    EXPECT_FALSE(VerifyDataset(scratch_.path()).ok()) << name << " removed";
    // The manifest of another data set is valid, so a file that it names must differ.
    Overwrite(path, other_.Read(name));
    EXPECT_EQ(VerifyDataset(scratch_.path()).ok(), other_.Read(name) == bytes) << name;
    Overwrite(path, bytes);
  }
  EXPECT_TRUE(VerifyDataset(scratch_.path()).ok());
}

// A flipped bit in the vocabulary gives another vocabulary or an error, never the same vocabulary.
TEST_P(DatasetCorruptionTest, OfTheVocabularyChangesTheVocabulary) {
  const std::string text = scratch_.Read("vocabulary.txt");
  for (size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string flipped = text;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto vocabulary = Vocabulary::Parse(flipped, "file");
    ASSERT_TRUE(!vocabulary.ok() || vocabulary->ToText() == flipped) << bit;
  }
}

// Checks that the counter of allocations works.
TEST(LargestAllocation, IsCounted) {
  TakeLargestAllocation();
  EXPECT_EQ(std::string(100'000, 'x').back(), 'x');
  EXPECT_GE(TakeLargestAllocation(), 100'000u);
  EXPECT_LT(TakeLargestAllocation(), 100'000u);
}

}  // namespace
}  // namespace elman
