#include "data/shards/token_reader.h"

#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;

class TokenReaderTest : public testing::Test {
 protected:
  std::unique_ptr<TokenReader> Open(uint64_t cache_bytes) {
    auto reader = TokenReader::Open(*Dataset::Open(scratch_.path()), "train", cache_bytes);
    EXPECT_THAT(reader, IsOk());
    return std::move(*reader);
  }
  Scratch scratch_;
};

TEST_F(TokenReaderTest, ReadsAnyRange) {
  // Blocks in the first and last shard; an empty shard and tiny ones between them.
  const std::vector<Examples> shards = {
      RandomExamples(2000, 1500, 100, 1), {}, {{5, 1}}, {}, RandomExamples(1500, 1500, 100, 2)};
  WriteMadeDataset(scratch_.path(), shards);
  const std::vector<int32_t> all = Flat(shards);
  for (const uint64_t cache_bytes : {uint64_t{0}, uint64_t{3} << 20, uint64_t{1} << 40}) {
    const auto reader = Open(cache_bytes);
    ASSERT_EQ(reader->tokens(), all.size());
    std::vector<int32_t> ids(all.size());
    ASSERT_THAT(reader->Read(0, ids), IsOk());
    ASSERT_TRUE(ids == all);
    uint64_t x = 9;
    for (int i = 0; i < 60; ++i) {
      x = x * 6364136223846793005u + 1442695040888963407u;
      const uint64_t position = (x >> 20) % all.size();
      ids.resize(std::min<uint64_t>(all.size() - position, (x >> 50) % 3000));
      ASSERT_THAT(reader->Read(position, ids), IsOk());
      ASSERT_TRUE(std::equal(ids.begin(), ids.end(), all.begin() + position)) << position;
    }
  }
}

TEST_F(TokenReaderTest, FindsTheExampleOfEveryToken) {
  const std::vector<Examples> shards = {
      RandomExamples(2000, 1500, 100, 1), {}, {{5, 1}}, {}, RandomExamples(1500, 1500, 100, 2)};
  WriteMadeDataset(scratch_.path(), shards);
  const auto reader = Open(uint64_t{1} << 40);
  uint64_t example = 0, begin = 0;
  for (const Examples& shard : shards) {
    for (const auto& ids : shard) {
      for (const uint64_t position : {begin, begin + ids.size() / 2, begin + ids.size() - 1}) {
        const auto found = reader->ExampleAt(position);
        ASSERT_THAT(found, IsOk());
        ASSERT_EQ(found->example, example);
        ASSERT_EQ(found->begin, begin);
        ASSERT_EQ(found->end, begin + ids.size());
      }
      begin += ids.size();
      ++example;
    }
  }
  EXPECT_THAT(reader->ExampleAt(begin), FailsWith(absl::StatusCode::kOutOfRange, "of a split"));
}

TEST_F(TokenReaderTest, RefusesPositionsOutsideTheSplit) {
  WriteMadeDataset(scratch_.path(), {{{5, 6, 1}}});
  const auto reader = Open(0);
  std::vector<int32_t> ids(2);
  EXPECT_THAT(reader->Read(1, ids), IsOk());
  EXPECT_THAT(reader->Read(2, ids), FailsWith(absl::StatusCode::kOutOfRange, "has 3"));
  EXPECT_THAT(reader->Read(~uint64_t{0}, ids), FailsWith(absl::StatusCode::kOutOfRange, "has 3"));
  EXPECT_THAT(reader->Read(3, std::span<int32_t>()), IsOk());
}

TEST_F(TokenReaderTest, ReportsADamagedBlockWhenItIsRead) {
  const std::vector<Examples> shards = {Examples(22, std::vector<uint32_t>(50'000, 7))};
  WriteMadeDataset(scratch_.path(), shards);
  std::string bytes = scratch_.Read("shard-0");
  bytes[bytes.size() - 10'000] ^= 1;  // in the last block
  scratch_.Write("shard-0", bytes);
  const auto reader = Open(0);
  std::vector<int32_t> ids(10);
  EXPECT_THAT(reader->Read(0, ids), IsOk());
  EXPECT_THAT(reader->Read(reader->tokens() - 10, ids), FailsWith(kDataLoss, "shard-0: offset"));
  EXPECT_THAT(reader->Read(0, ids), IsOk());
}

TEST_F(TokenReaderTest, RefusesExchangedShards) {
  WriteMadeDataset(scratch_.path(), {{{4, 1}}, {{5, 6, 1}}, {{7, 8, 1}}});
  const std::string second = scratch_.Read("shard-1");
  scratch_.Write("shard-1", scratch_.Read("shard-2"));
  scratch_.Write("shard-2", second);
  EXPECT_THAT(TokenReader::Open(*Dataset::Open(scratch_.path()), "train", 0),
              FailsWith(kDataLoss, "expected shard 1 of 3"));
}

TEST_F(TokenReaderTest, RefusesShardsOfAnotherDataSet) {
  Scratch other;
  WriteMadeDataset(other.path(), {{{5, 6, 1}}}, 99);
  WriteMadeDataset(scratch_.path(), {{{5, 6, 1}}}, 100);
  scratch_.Write("shard-0", other.Read("shard-0"));
  EXPECT_THAT(TokenReader::Open(*Dataset::Open(scratch_.path()), "train", 0),
              FailsWith(kDataLoss, "two data sets are mixed"));
}

}  // namespace
}  // namespace elman
