#include "data/shards/example_reader.h"

#include <filesystem>

#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

class ExampleReaderTest : public testing::TestWithParam<Task> {
 protected:
  std::unique_ptr<ExampleReader> Open(uint64_t cache_bytes) {
    auto reader = ExampleReader::Open(*Dataset::Open(scratch_.path()), "train", cache_bytes);
    EXPECT_THAT(reader, IsOk());
    return std::move(*reader);
  }
  Scratch scratch_;
};

TEST_P(ExampleReaderTest, ReadsAnyExample) {
  // Several blocks in the first and last shard; an empty and a tiny shard between them.
  const FieldExamples none(FieldsOf(GetParam()).size());
  const std::vector<FieldExamples> shards = {RandomTaskExamples(GetParam(), 60'000, 30, 100, 1),
                                             none, RandomTaskExamples(GetParam(), 1, 5, 100, 2),
                                             none,
                                             RandomTaskExamples(GetParam(), 60'000, 30, 100, 3)};
  WriteMadeDataset(scratch_.path(), GetParam(), shards);
  for (const uint64_t cache_bytes : {uint64_t{0}, uint64_t{1} << 40}) {
    const auto reader = Open(cache_bytes);
    ASSERT_EQ(reader->examples(), 120'001u);
    ASSERT_GT(reader->BlockBegins().size() - 1, 4u);
    uint64_t x = 9;
    for (int i = 0; i < 300; ++i) {
      x = x * 6364136223846793005u + 1442695040888963407u;
      uint64_t number = (x >> 20) % reader->examples();
      if (i < 6) number = std::array<uint64_t, 6>{0, 59'999, 60'000, 60'001, 120'000, 1}[i];
      const auto example = reader->Read(number);
      ASSERT_THAT(example, IsOk());
      const FieldExamples& shard = shards[number < 60'000 ? 0 : number == 60'000 ? 2 : 4];
      const uint64_t in_shard = number < 60'000 ? number : number == 60'000 ? 0 : number - 60'001;
      for (size_t f = 0; f < shard.size(); ++f) {
        ASSERT_TRUE(std::ranges::equal(example->fields[f], shard[f][in_shard])) << number;
      }
    }
    EXPECT_THAT(reader->Read(120'001), FailsWith(absl::StatusCode::kOutOfRange, "has 120001"));
  }
}

INSTANTIATE_TEST_SUITE_P(Tasks, ExampleReaderTest,
                         testing::Values(LANGUAGE_MODEL, TAGGING, CLASSIFICATION, TRANSLATION,
                                         COOCCURRENCE),
                         [](const auto& info) { return Task_Name(info.param); });

TEST_F(ExampleReaderTest, ReportsADamagedBlockWhenItIsRead) {
  const FieldExamples fields = RandomTaskExamples(TAGGING, 60'000, 30);
  WriteMadeDataset(scratch_.path(), TAGGING, {fields});
  std::string bytes = scratch_.Read("shard-0");
  bytes[bytes.size() - 10'000] ^= 1;  // in the last block
  scratch_.Write("shard-0", bytes);
  const auto reader = Open(0);
  EXPECT_THAT(reader->Read(0), IsOk());
  EXPECT_THAT(reader->Read(59'999), FailsWith(absl::StatusCode::kDataLoss, "shard-0: offset"));
  EXPECT_THAT(reader->Read(1), IsOk());
}

// A rank has one reader per row, so shards are opened once for all readers.
TEST_F(ExampleReaderTest, ReadersOfADatasetShareItsIndex) {
  const FieldExamples fields = RandomTaskExamples(CLASSIFICATION, 100, 30);
  WriteMadeDataset(scratch_.path(), CLASSIFICATION, {fields});
  const auto dataset = *Dataset::Open(scratch_.path());
  const auto first = *ExampleReader::Open(dataset, "train", 0);
  std::filesystem::remove(scratch_.Path("shard-0"));  // its descriptor is open
  const auto second = ExampleReader::Open(dataset, "train", 0);
  ASSERT_THAT(second, IsOk());
  const auto example = (*second)->Read(7);
  ASSERT_THAT(example, IsOk());
  EXPECT_TRUE(std::ranges::equal(example->fields[0], fields[0][7]));
  EXPECT_THAT(Dataset::Open(scratch_.path()), FailsWith(absl::StatusCode::kNotFound, "shard-0"));
}

}  // namespace
}  // namespace elman
