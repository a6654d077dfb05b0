// Tests writing and reading of shards.
#include "data/io/random_access_file.h"
#include "data/records/record_io.h"
#include "data/shards/shard_format.h"
#include "data/shards/shard_reader.h"
#include "data/shards/shard_writer.h"
#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
constexpr uint32_t kVocabularySize = 102;

// All examples of a shard by field, or the read error.
absl::StatusOr<FieldExamples> ReadFields(const std::string& path,
                                         const std::vector<uint32_t>& id_limits) {
  const auto reader = ShardReader::Open(path, id_limits);
  if (!reader.ok()) return reader.status();
  FieldExamples fields((*reader)->fields());
  ExampleBlock block;
  for (int i = 0; i < (*reader)->blocks(); ++i) {
    absl::Status status = (*reader)->ReadBlock(i, &block);
    if (!status.ok()) return status;
    for (size_t e = 0; e < block.examples(); ++e) {
      for (size_t f = 0; f < fields.size(); ++f) {
        const PackedIds ids = block.example(static_cast<int>(f), e);
        ids.CopyTo(std::span(fields[f].emplace_back(ids.size())));
      }
    }
  }
  return fields;
}

// As above, for a language model.
absl::StatusOr<Examples> ReadAll(const std::string& path,
                                 uint32_t vocabulary_size = kVocabularySize) {
  const auto fields = ReadFields(path, {vocabulary_size});
  if (!fields.ok()) return fields.status();
  return fields->at(0);
}

// The records of a file, so that tests can combine them in other ways.
std::vector<std::string> RecordsOf(const std::string& path) {
  const auto file = *RandomAccessFile::Open(path);
  const RecordReader reader(file.get());
  std::vector<std::string> records;
  std::string payload;
  for (uint64_t offset = 0; offset < file->size();) {
    offset = *reader.Read(offset, &payload);
    records.push_back(payload);
  }
  return records;
}

class ShardTest : public testing::Test {
 protected:
  std::string Write(const std::string& name, const Examples& examples, uint32_t width = 2) {
    std::string path = scratch_.Path(name);
    EXPECT_THAT(WriteMadeShard(path, MadeHeader("fingerprint", width), examples), IsOk());
    return path;
  }

  // A shard with one changed record and correct checksums, as only a forger makes it.
  template <typename Change>
  std::string Forge(const std::string& path, size_t number, Change change) {
    std::string bytes;
    const std::vector<std::string> records = RecordsOf(path);
    for (size_t i = 0; i < records.size(); ++i) {
      ShardRecord record;
      EXPECT_TRUE(record.ParseFromString(records[i]));
      if (i == number) change(&record);
      bytes += FrameRecord(record.SerializeAsString());
    }
    return scratch_.Write("forged", bytes);
  }

  // As above, for a header or block of any size: corrects the offsets in index and tail.
  template <typename Change>
  std::string ForgeOfAnySize(const std::string& path, size_t number, Change change) {
    const std::vector<std::string> before = RecordsOf(path);
    std::string bytes;
    ShardRecord index;
    EXPECT_TRUE(index.ParseFromString(before[before.size() - 2]));
    for (size_t i = 0; i + 2 < before.size(); ++i) {
      ShardRecord record;
      EXPECT_TRUE(record.ParseFromString(before[i]));
      if (i == number) change(&record);
      const std::string payload = record.SerializeAsString();
      if (i > 0) {
        ShardIndex::Block* block = index.mutable_index()->mutable_blocks(static_cast<int>(i) - 1);
        block->set_offset(bytes.size());
        block->set_payload_bytes(payload.size());
      }
      bytes += FrameRecord(payload);
    }
    ShardRecord tail;
    EXPECT_TRUE(tail.ParseFromString(before.back()));
    tail.mutable_tail()->set_index_offset(bytes.size());
    return scratch_.Write("forged", bytes + FrameRecord(index.SerializeAsString()) +
                                        FrameRecord(tail.SerializeAsString()));
  }

  Scratch scratch_;
};

TEST_F(ShardTest, ReadsBackWhatWasWritten) {
  for (const uint32_t width : {2u, 4u}) {
    const Examples examples = RandomExamples(200, 30);
    const std::string path = Write("shard" + std::to_string(width), examples, width);
    const auto read = ReadAll(path);
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(*read, examples);
  }
}

TEST_F(ShardTest, CanBeEmpty) {
  const auto read = ReadAll(Write("shard", {}));
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(read->empty());
}

TEST_F(ShardTest, CutsBlocksBetweenExamples) {
  // Two bytes per token: about ten examples fill a block.
  const Examples examples(35, std::vector<uint32_t>(50'000, 7));
  const std::string path = Write("shard", examples);
  const auto reader = ShardReader::Open(path, {kVocabularySize});
  ASSERT_THAT(reader, IsOk());
  EXPECT_EQ((*reader)->blocks(), 4);
  EXPECT_EQ((*reader)->first_token(0, 1), 550'000u);
  EXPECT_EQ((*reader)->first_example(1), 11u);
  EXPECT_EQ((*reader)->first_token(0, 4), 35u * 50'000);
  EXPECT_EQ(*ReadAll(path), examples);
}

TEST_F(ShardTest, LimitsTheExamplesOfABlock) {
  const Examples examples(kMaxBlockExamples / 2 + 10, {1});
  EXPECT_EQ((*ShardReader::Open(Write("a", examples), {kVocabularySize}))->blocks(), 2);
}

TEST_F(ShardTest, CountsItsContents) {
  const auto entry = WriteMadeShard(scratch_.Path("shard"), MadeHeader("f"), {{5, 0, 1}, {0, 1}});
  ASSERT_THAT(entry, IsOk());
  EXPECT_EQ(entry->file(), "shard");
  EXPECT_EQ(entry->bytes(), scratch_.Read("shard").size());
  EXPECT_EQ(entry->crc32c(), Crc32c(scratch_.Read("shard")));
  EXPECT_EQ(entry->counts(0).examples(), 2u);
  EXPECT_EQ(entry->counts(0).tokens(), 5u);
  EXPECT_EQ(entry->counts(0).unknown(), 2u);
  EXPECT_EQ(entry->counts(0).words(), 5u);
  EXPECT_EQ(entry->counts(0).bytes(), 15u);
}

TEST_F(ShardTest, RefusesLinesOfOtherExamples) {
  const std::string path = Write("shard", {{5, 6, 1}, {7, 1}, {8, 1}});
  for (const int steps : {1, 3}) {
    const std::string forged = ForgeOfAnySize(path, 1, [&](ShardRecord* record) {
      record->mutable_block()->set_first_line(1);
      for (int i = 0; i < steps; ++i) record->mutable_block()->add_line_steps(2);
    });
    EXPECT_THAT(ReadAll(forged), FailsWith(kDataLoss, "expected the lines of 3 examples"));
  }
}

TEST_F(ShardTest, ReadsThePreviousFormat) {
  ShardHeader header = MadeHeader("f");
  header.set_format_version(kOldestShardFormatVersion);
  const Examples examples = {{5, 6, 1}, {7, 1}};
  ASSERT_THAT(WriteMadeShard(scratch_.Path("old"), header, examples), IsOk());
  EXPECT_EQ(*ReadAll(scratch_.Path("old")), examples);
  header.set_format_version(kShardFormatVersion + 1);
  ASSERT_THAT(WriteMadeShard(scratch_.Path("new"), header, examples), IsOk());
  EXPECT_THAT(ReadAll(scratch_.Path("new")),
              FailsWith(absl::StatusCode::kFailedPrecondition, "expected shard format"));
}

TEST_F(ShardTest, EqualContentsHaveEqualIds) {
  const auto id = [&](const ShardHeader& header, const Examples& examples) {
    ShardFingerprint fingerprint(header);
    for (const auto& example : examples) fingerprint.Add(example);
    return fingerprint.file_id();
  };
  const uint64_t original = id(MadeHeader("f"), {{1, 2}, {3}});
  EXPECT_EQ(id(MadeHeader("f"), {{1, 2}, {3}}), original);
  EXPECT_NE(id(MadeHeader("g"), {{1, 2}, {3}}), original);
  EXPECT_NE(id(MadeHeader("f"), {{1}, {2, 3}}), original);
  EXPECT_NE(id(MadeHeader("f"), {{1, 2}, {4}}), original);
}

TEST_F(ShardTest, RefusesOtherExamplesThanAnnounced) {
  ShardFingerprint fingerprint(MadeHeader("f"));
  auto writer =
      *ShardWriter::Create(scratch_.Path("shard"), MadeHeader("f"), fingerprint.file_id());
  const std::vector<uint32_t> ids = {1};
  const FieldIds one = {ids}, none = {};
  ASSERT_THAT(writer->Add(std::span(&one, 1)), IsOk());
  EXPECT_THAT(writer->Finish(), FailsWith(absl::StatusCode::kFailedPrecondition, "changed"));
  EXPECT_FALSE(writer->Add(std::span(&none, 1)).ok());
  EXPECT_FALSE(writer->Add({}).ok());
  writer.reset();
  EXPECT_TRUE(scratch_.Names().empty());
}

TEST_F(ShardTest, RefusesEveryFlippedBit) {
  const std::string bytes = scratch_.Read((Write("shard", {{5, 6, 1}, {7, 1}}), "shard"));
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    ASSERT_THAT(ReadAll(scratch_.Write("flipped", flipped)), FailsWith(kDataLoss, "offset")) << bit;
  }
}

TEST_F(ShardTest, RefusesEveryTruncation) {
  const std::string bytes = scratch_.Read((Write("shard", {{5, 6, 1}, {7, 1}}), "shard"));
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_THAT(ReadAll(scratch_.Write("short", bytes.substr(0, size))),
                FailsWith(kDataLoss, "truncated"))
        << size;
  }
  EXPECT_THAT(ReadAll(scratch_.Write("long", bytes + '\0')), FailsWith(kDataLoss, "tail"));
  EXPECT_THAT(ReadAll(scratch_.Write("twice", bytes + bytes)), FailsWith(kDataLoss, "offset"));
}

// Replaces every record of a valid shard with the same record of another one of equal size.
TEST_F(ShardTest, RefusesSplices) {
  const auto mine = RecordsOf(Write("a", {{5, 6, 1}}));
  const auto theirs = RecordsOf(Write("b", {{5, 7, 1}}));
  ASSERT_EQ(mine.size(), 4u);
  for (size_t swapped = 0; swapped < mine.size(); ++swapped) {
    std::string bytes;
    for (size_t i = 0; i < mine.size(); ++i)
      bytes += FrameRecord(i == swapped ? theirs[i] : mine[i]);
    EXPECT_THAT(ReadAll(scratch_.Write("spliced", bytes)),
                FailsWith(kDataLoss, "belong to different shards"))
        << swapped;
  }
}

TEST_F(ShardTest, RefusesExchangedBlocks) {
  const std::string path = Write("shard", Examples(22, std::vector<uint32_t>(50'000, 7)));
  auto records = RecordsOf(path);
  ASSERT_EQ(records.size(), 5u);
  std::swap(records[1], records[2]);
  std::string bytes;
  for (const std::string& record : records) bytes += FrameRecord(record);
  EXPECT_THAT(ReadAll(scratch_.Write("exchanged", bytes)), FailsWith(kDataLoss, "found block 1"));
}

TEST_F(ShardTest, RefusesForgeries) {
  const std::string path = Write("shard", {{5, 6, 1}, {7, 1}});
  const auto forge = [&](size_t record, auto change) {
    return ReadAll(Forge(path, record, change));
  };
  EXPECT_THAT(forge(0, [](ShardRecord*) {}), IsOk());

  EXPECT_THAT(forge(0, [](ShardRecord* r) { r->mutable_header()->set_format_version(1); }),
              FailsWith(absl::StatusCode::kFailedPrecondition, "format"));
  EXPECT_THAT(
      forge(0, [](ShardRecord* r) { r->mutable_header()->mutable_fields(0)->set_token_width(3); }),
      FailsWith(kDataLoss, "2 or 4"));
  EXPECT_THAT(forge(0, [](ShardRecord* r) { r->mutable_block(); }), FailsWith(kDataLoss, "offset"));
  EXPECT_THAT(forge(1,
                    [](ShardRecord* r) {
                      r->mutable_block()->mutable_fields(0)->mutable_tokens()->assign(10, '\x66');
                    }),
              FailsWith(kDataLoss, "ids below"));
  EXPECT_THAT(forge(1,
                    [](ShardRecord* r) {
                      r->mutable_block()->mutable_fields(0)->set_example_lengths(0, 4);
                    }),
              FailsWith(kDataLoss, "5 tokens"));
  EXPECT_THAT(
      forge(2, [](ShardRecord* r) { r->mutable_index()->mutable_counts(0)->set_tokens(6); }),
      FailsWith(kDataLoss, "6 tokens"));
  EXPECT_THAT(
      forge(2, [](ShardRecord* r) { r->mutable_index()->mutable_counts(0)->set_tokens(0); }),
      FailsWith(kDataLoss, "token 0"));
  EXPECT_THAT(forge(2,
                    [](ShardRecord* r) {
                      r->mutable_index()->mutable_counts(0)->set_tokens(uint64_t{1} << 63 | 5);
                    }),
              FailsWith(kDataLoss, ""));
  EXPECT_THAT(
      forge(2,
            [](ShardRecord* r) { r->mutable_index()->mutable_blocks(0)->set_first_token(0, 1); }),
      FailsWith(kDataLoss, "token 1"));
  EXPECT_THAT(
      forge(2, [](ShardRecord* r) { r->mutable_index()->mutable_blocks(0)->set_offset(1); }),
      FailsWith(kDataLoss, "block 0"));
  EXPECT_THAT(forge(2,
                    [](ShardRecord* r) {
                      r->mutable_index()->mutable_blocks(0)->set_payload_bytes(~uint64_t{0});
                    }),
              FailsWith(kDataLoss, "block 0"));
  EXPECT_THAT(forge(2, [](ShardRecord* r) { r->mutable_index()->clear_blocks(); }),
              FailsWith(kDataLoss, ""));
  EXPECT_THAT(forge(3, [](ShardRecord* r) { r->mutable_tail()->set_index_offset(~uint64_t{0}); }),
              FailsWith(kDataLoss, "bytes"));
}

// Counts that do not fit into the file are refused before they are used.
TEST_F(ShardTest, RefusesCountsItCannotHold) {
  const std::string path = Write("shard", {{5, 6, 1}, {7, 1}});
  const auto counts = [&](auto change) {
    return ShardReader::Open(
        Forge(path, 2, [&](ShardRecord* r) { change(r->mutable_index()->mutable_counts(0)); }),
        {kVocabularySize});
  };
  EXPECT_THAT(counts([](TextCounts*) {}), IsOk());
  const auto refused = FailsWith(kDataLoss, "index: ");
  EXPECT_THAT(counts([](TextCounts* c) { c->set_tokens(1000); }), refused);
  EXPECT_THAT(counts([](TextCounts* c) { c->set_tokens(~uint64_t{0}); }), refused);
  EXPECT_THAT(counts([](TextCounts* c) { c->set_examples(6); }), refused);
  EXPECT_THAT(counts([](TextCounts* c) { c->set_unknown(6); }), refused);
  EXPECT_THAT(ReadAll(Forge(path, 0,
                            [](ShardRecord* r) {
                              r->mutable_header()->clear_shards();
                              r->mutable_header()->set_shard(1);
                            })),
              FailsWith(kDataLoss, "header: found shard 1, counted from 0, of 0"));
}

// A gap between two blocks would contain bytes that are not checked.
TEST_F(ShardTest, RefusesGapsBetweenBlocks) {
  auto records = RecordsOf(Write("shard", {{5, 6, 1}, {7, 1}}));
  ShardRecord index, tail;
  ASSERT_TRUE(index.ParseFromString(records[2]) && tail.ParseFromString(records[3]));
  ShardIndex::Block* block = index.mutable_index()->mutable_blocks(0);
  block->set_payload_bytes(block->payload_bytes() + 3);
  tail.mutable_tail()->set_index_offset(tail.tail().index_offset() + 3);
  const std::string bytes = FrameRecord(records[0]) + FrameRecord(records[1]) + "gap" +
                            FrameRecord(index.SerializeAsString()) +
                            FrameRecord(tail.SerializeAsString());
  EXPECT_THAT(ReadAll(scratch_.Write("gap", bytes)),
              FailsWith(kDataLoss, "block 0: expected its end at"));
}

TEST_F(ShardTest, ChecksSizesOfMessagesBeforeParsing) {
  constexpr uint64_t kMore = uint64_t{1} << 20;
  auto records = RecordsOf(Write("shard", {{5, 6, 1}}));
  ShardRecord index, tail;
  ASSERT_TRUE(index.ParseFromString(records[2]) && tail.ParseFromString(records[3]));
  ShardIndex::Block* block = index.mutable_index()->mutable_blocks(0);
  block->set_offset(block->offset() + kMore);
  tail.mutable_tail()->set_index_offset(tail.tail().index_offset() + kMore);
  const std::string bytes = FrameRecord(records[0] + std::string(kMore, 'x')) +
                            FrameRecord(records[1]) + FrameRecord(index.SerializeAsString()) +
                            FrameRecord(tail.SerializeAsString());
  EXPECT_THAT(ReadAll(scratch_.Write("large", bytes)),
              FailsWith(kDataLoss, "header: expected a record of at most"));
}

TEST_F(ShardTest, RefusesIdsBeyondTheVocabulary) {
  const std::string path = Write("shard", {{5, 6, 1}});
  EXPECT_THAT(ReadAll(path, 7), IsOk());
  EXPECT_THAT(ReadAll(path, 6), FailsWith(kDataLoss, "expected ids below 6, found 6"));
}

// --- Several fields ---

class TaskShardTest : public ShardTest, public testing::WithParamInterface<Task> {
 protected:
  std::string WriteTask(const std::string& name, const FieldExamples& fields, uint32_t width = 2) {
    std::string path = scratch_.Path(name);
    EXPECT_THAT(WriteMadeShard(path, MadeHeader("f", width, GetParam()), fields, {0, 100}), IsOk());
    return path;
  }
};

TEST_P(TaskShardTest, ReadsBackWhatWasWritten) {
  for (const uint32_t width : {2u, 4u}) {
    const FieldExamples fields = RandomTaskExamples(GetParam(), 300, 20);
    const auto read = ReadFields(WriteTask("shard" + std::to_string(width), fields, width), {});
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(*read, fields);
  }
}

TEST_P(TaskShardTest, HasAnIdWidthPerField) {
  ShardHeader header = MadeHeader("f", 2, GetParam());
  header.mutable_fields(1)->set_token_width(4);
  const FieldExamples fields = RandomTaskExamples(GetParam(), 50, 20);
  ASSERT_THAT(WriteMadeShard(scratch_.Path("shard"), header, fields, {0, 100}), IsOk());
  EXPECT_EQ(*ReadFields(scratch_.Path("shard"), {}), fields);
}

TEST_P(TaskShardTest, CutsBlocksByTheIdsOfAllFields) {
  const FieldExamples fields = RandomTaskExamples(GetParam(), 60'000, 30);
  const auto reader = ShardReader::Open(WriteTask("shard", fields), {});
  ASSERT_THAT(reader, IsOk());
  uint64_t ids = 0;
  for (const Examples& examples : fields) {
    for (const auto& example : examples) ids += example.size();
  }
  EXPECT_EQ((*reader)->blocks(), static_cast<int>(2 * ids / kBlockTokenBytes + 1));
  EXPECT_EQ(*ReadFields(scratch_.Path("shard"), {}), fields);
}

TEST_P(TaskShardTest, RefusesIdsAboveTheLimitOfTheirField) {
  const std::string path = WriteTask(
      "shard", {{{5, 6}}, GetParam() == CLASSIFICATION ? Examples{{101}} : Examples{{7, 101}}});
  EXPECT_THAT(ReadFields(path, {7, 102}), IsOk());
  EXPECT_THAT(ReadFields(path, {7, 101}), FailsWith(kDataLoss, "ids below 101, found 101"));
  EXPECT_THAT(ReadFields(path, {6, 102}), FailsWith(kDataLoss, "ids below 6, found 6"));
}

TEST_P(TaskShardTest, RefusesForgeries) {
  const bool label = GetParam() == CLASSIFICATION;
  const std::string path =
      WriteTask("shard", {{{5, 6}, {7, 1}}, label ? Examples{{1}, {2}} : Examples{{1, 2}, {3, 4}}});
  const auto forge = [&](size_t record, auto change) {
    return ReadFields(Forge(path, record, change), {});
  };
  const auto resize = [&](size_t record, auto change) {
    return ReadFields(ForgeOfAnySize(path, record, change), {});
  };
  EXPECT_THAT(forge(0, [](ShardRecord*) {}), IsOk());
  EXPECT_THAT(resize(0, [](ShardRecord*) {}), IsOk());
  EXPECT_THAT(forge(0, [](ShardRecord* r) { r->mutable_header()->set_task(LANGUAGE_MODEL); }),
              FailsWith(kDataLoss, "fields of a known task"));
  EXPECT_THAT(
      resize(0, [](ShardRecord* r) { r->mutable_header()->mutable_fields()->RemoveLast(); }),
      FailsWith(kDataLoss, "fields of a known task"));
  EXPECT_THAT(resize(1, [](ShardRecord* r) { r->mutable_block()->mutable_fields()->RemoveLast(); }),
              FailsWith(kDataLoss, "expected 2 fields, found 1"));
  EXPECT_THAT(resize(1, [](ShardRecord* r) { r->mutable_block()->add_fields(); }),
              FailsWith(kDataLoss, "expected 2 fields, found 3"));
  EXPECT_THAT(forge(2, [](ShardRecord* r) { r->mutable_index()->mutable_counts()->RemoveLast(); }),
              FailsWith(kDataLoss, "counts of 2 fields"));
  EXPECT_THAT(
      forge(2, [](ShardRecord* r) { r->mutable_index()->mutable_counts(1)->set_examples(1); }),
      FailsWith(kDataLoss, "index: "));
  EXPECT_THAT(
      forge(2, [](ShardRecord* r) { r->mutable_index()->mutable_blocks(0)->add_first_token(0); }),
      FailsWith(kDataLoss, "counts of 2 fields"));
  EXPECT_THAT(
      forge(2, [](ShardRecord* r) { r->mutable_index()->mutable_counts(1)->set_tokens(1 << 20); }),
      FailsWith(kDataLoss, "has an invalid range: it ends before"));
  // Lengths with the right sum that are not valid for the task.
  EXPECT_THAT(forge(1,
                    [](ShardRecord* r) {
                      auto* lengths =
                          r->mutable_block()->mutable_fields(1)->mutable_example_lengths();
                      lengths->Set(0, lengths->Get(0) + lengths->Get(1));
                      lengths->Set(1, 0);
                    }),
              FailsWith(kDataLoss, "none of them empty"));
}

INSTANTIATE_TEST_SUITE_P(Tasks, TaskShardTest,
                         testing::Values(TAGGING, CLASSIFICATION, TRANSLATION),
                         [](const auto& info) { return Task_Name(info.param); });

// Batches rely on these: one tag per token, one label per text, one context and one weight per
// word.
TEST_F(ShardTest, RefusesInconsistentFields) {
  const auto write = [&](Task task, const FieldExamples& fields) {
    const std::string path = scratch_.Path(Task_Name(task));
    EXPECT_THAT(WriteMadeShard(path, MadeHeader("f", 2, task), fields, {0, 100, 0}), IsOk());
    return ReadFields(path, {});
  };
  EXPECT_THAT(write(TAGGING, {{{5, 6}, {7}}, {{1}, {2, 3}}}), FailsWith(kDataLoss, "as many tags"));
  EXPECT_THAT(write(CLASSIFICATION, {{{5, 6}, {7}}, {{1, 2}, {3}}}),
              FailsWith(kDataLoss, "one label"));
  EXPECT_THAT(write(TRANSLATION, {{{5, 6}, {7}}, {{1}, {2, 3}}}), IsOk());
  EXPECT_THAT(write(COOCCURRENCE, {{{5, 6}}, {{7, 8}}, {{9}}}),
              FailsWith(kDataLoss, "as many contexts and weights as words"));
}

TEST(TokenWidth, IsTheSmallestThatFitsEveryId) {
  EXPECT_EQ(TokenWidth(3), 2u);
  EXPECT_EQ(TokenWidth(65536), 2u);
  EXPECT_EQ(TokenWidth(65537), 4u);
}

}  // namespace
}  // namespace elman
