// Tests that every corruption of a baseline file is detected, and that forged files with valid
// checksums do no harm.
#include "tests/support/corruption.h"

#include "data/shards/dataset.h"
#include "tests/data/shards/made_dataset.h"
#include "tests/support/allocations.h"
#include "trainer/eval/baselines/baseline_file.h"
#include "trainer/eval/baselines/tag_counts.h"
#include "trainer/eval/loading/baseline_model.h"
#include "trainer/eval/ngrams/ngram_estimation.h"
#include "trainer/eval/ngrams/ngram_table.h"

namespace elman {
namespace {

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
constexpr size_t kMaxAtOnce = size_t{1} << 16;  // files here have about 2 KiB

std::shared_ptr<const Dataset> MadeDataset(const Scratch& scratch, const std::string& name,
                                           Task task, const FieldExamples& examples) {
  std::filesystem::create_directory(scratch.Path(name));
  WriteMadeDataset(scratch.Path(name), task, {examples}, 6);
  return *Dataset::Open(scratch.Path(name));
}

class BaselineCorruptionTest : public testing::Test {
 protected:
  // Writes an n-gram model of a few lines.
  std::vector<std::string> Written(const std::string& name, uint32_t seed) {
    const auto dataset =
        MadeDataset(scratch_, name + ".data", LANGUAGE_MODEL, {RandomExamples(4, 4, 6, seed)});
    const std::string path = scratch_.Path(name);
    EXPECT_THAT(EstimateNgramModel(dataset, {.order = 2}, path), IsOk());
    EXPECT_TRUE(IsBaseline(path));
    return FramedRecords(path);
  }

  void ExpectRejected(const std::string& what) {
    TakeLargestAllocation();
    const absl::Status status = ReadBaseline(path_).status();
    EXPECT_LE(TakeLargestAllocation(), kMaxAtOnce) << what;
    ASSERT_THAT(status, FailsWith(kDataLoss, path_ + ": offset ")) << what;
    ASSERT_THAT(status, FailsWith(kDataLoss, "make it again with elman-baseline")) << what;
  }

  const Scratch scratch_;
  const std::string path_ = scratch_.Path("damaged");
};

TEST_F(BaselineCorruptionTest, IsFound) {
  const std::vector<std::string> records = Written("a", 1), others = Written("b", 2);
  ASSERT_EQ(records.size(), others.size());
  const auto check = [this](const std::string& what) { ExpectRejected(what); };
  Overwrite(path_, Joined(records));
  EXPECT_THAT(ReadBaseline(path_), IsOk());
  FlipBits(path_, Joined(records), check);
  Truncate(path_, Joined(records), check);
  Append(path_, Joined(records), Joined(others), check);
  Rearrange(path_, records, others, check);
  EXPECT_THAT(ReadBaseline(path_), IsOk());
}

TEST_F(BaselineCorruptionTest, ContentHashDetectsChangesWithValidChecksums) {
  const std::vector<std::string> records = Written("a", 1);
  const std::string content_hash = ReadBaseline(scratch_.Path("a"))->content_hash;
  for (size_t i = 0; i < records.size(); ++i) {
    const std::string payload =
        records[i].substr(kRecordHeaderBytes, records[i].size() - kRecordFrameBytes);
    for (size_t bit = 0; bit < payload.size() * 8; bit += 3) {
      std::string flipped = payload;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      std::vector<std::string> forged = records;
      forged[i] = FrameRecord(flipped);
      Overwrite(path_, Joined(forged));
      TakeLargestAllocation();
      // Equal values may have several encodings.
      const auto read = ReadBaseline(path_);
      const bool same = i == 0 && read.ok() && read->content_hash == content_hash;
      EXPECT_TRUE(same || !read.ok()) << "record " << i << " bit " << bit;
      EXPECT_LE(TakeLargestAllocation(), kMaxAtOnce) << "record " << i << " bit " << bit;
    }
  }
}

// A forged file with a valid hash. Queries must not read outside its arrays.
TEST_F(BaselineCorruptionTest, ForgedTablesAreRejectedOrHarmless) {
  Written("a", 1);
  const Baseline good = *ReadBaseline(scratch_.Path("a"));
  const auto forge = [&](size_t array, size_t element, uint32_t value) {
    Baseline forged = good;
    forged.arrays[array].elements[element] = value;
    return forged;
  };
  int refused = 0;
  for (size_t array = 0; array < good.arrays.size(); ++array) {
    for (size_t element = 0; element < good.arrays[array].elements.size(); ++element) {
      const uint32_t value = good.arrays[array].elements[element];
      for (const uint32_t by : {0u, 1u, value + 1, value - 1, 7u, 8u, 1u << 30, ~0u, 0x7fc00000u}) {
        Baseline forged = forge(array, element, by);
        const auto table = NgramTable::Create("forged", &forged);
        refused += !table.ok();
        if (!table.ok()) {
          EXPECT_THAT(table, FailsWith(kDataLoss, "forged: array "));
          continue;
        }
        for (uint32_t context = 0; context < 8; ++context) {
          for (uint32_t token = 0; token < 8; ++token)
            EXPECT_LT(table->Log10Probability({{context}}, token), 2000);
        }
        EXPECT_THAT(table->ForEach(2, [](auto, float, auto) { return absl::OkStatus(); }), IsOk());
      }
    }
  }
  EXPECT_GT(refused, 100);
  // Some forgeries are valid models: other probabilities, or tokens between their neighbors.
  Baseline forged = forge(1, 1, good.arrays[1].elements[1] + 1);
  EXPECT_THAT(NgramTable::Create("forged", &forged), FailsWith(kDataLoss, "ngrams-2"));
  forged = good;
  forged.arrays[2].elements.resize(forged.arrays[2].elements.size() - 2);
  EXPECT_THAT(NgramTable::Create("forged", &forged), FailsWith(kDataLoss, "contexts-2"));
}

TEST_F(BaselineCorruptionTest, ArraysOfLabelsAreChecked) {
  const auto dataset =
      MadeDataset(scratch_, "tags", TAGGING, RandomTaskExamples(TAGGING, 10, 5, 6));
  ASSERT_THAT(CountTags(dataset, scratch_.Path("floor")), IsOk());
  const Baseline good = *ReadBaseline(scratch_.Path("floor"));
  const auto create = [&](const auto& change) {
    Baseline forged = good;
    change(&forged);
    return CreateBaselineModel("forged", &forged).status();
  };
  EXPECT_THAT(create([](Baseline*) {}), IsOk());
  const auto refused = FailsWith(kDataLoss, "do not match the baseline that it describes");
  EXPECT_THAT(create([](Baseline* b) { b->arrays[0].elements.pop_back(); }), refused);
  EXPECT_THAT(create([](Baseline* b) { b->arrays[0].elements[0] = 8; }), refused);
  EXPECT_THAT(create([](Baseline* b) { b->arrays[0].elements[1] = 6; }), refused);
  EXPECT_THAT(create([](Baseline* b) { b->arrays[0].name = "weights"; }), refused);
  EXPECT_THAT(create([](Baseline* b) { b->header.set_task(CLASSIFICATION); }), refused);
  EXPECT_THAT(create([](Baseline* b) { b->header.mutable_ngram(); }), refused);
  EXPECT_THAT(create([](Baseline* b) { b->header.mutable_fields()->RemoveLast(); }), refused);
}

}  // namespace
}  // namespace elman
