#include "trainer/eval/inspection/dataset_inspection.h"

#include <bit>

#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr uint32_t kWords = 8;
constexpr uint32_t kUnseen = kWords, kNoLabel = kWords + 1;  // label ids

class DatasetInspectionTest : public testing::Test {
 protected:
  Inspection Inspected(Task task, const std::vector<FieldExamples>& shards, bool verify = false) {
    WriteMadeDataset(scratch_.path(), task, shards, kWords);
    auto inspection = InspectDataset(scratch_.path(), verify);
    EXPECT_THAT(inspection, IsOk());
    return *std::move(inspection);
  }

  Scratch scratch_;
};

TEST_F(DatasetInspectionTest, ShowsCountsOfText) {
  const Inspection inspection =
      Inspected(LANGUAGE_MODEL, {{{{2, 3, 1}, {0, 1}}}, {{{4, 4, 5, 1}}}});
  EXPECT_THAT(inspection.text(), HasSubstr("3 lines, 9 words, 27 bytes, 9 tokens, 1 unknown in 2"));
  EXPECT_THAT(inspection.text(), HasSubstr("w2 w3"));
  const std::string json = inspection.json().ToString();
  EXPECT_THAT(json, HasSubstr("\"task\": \"language_model\""));
  EXPECT_THAT(json, HasSubstr("\"tokenizer\": \"whitespace\", \"vocabulary_size\": 8"));
  EXPECT_THAT(json, HasSubstr("\"splits\": {\"train\": {\"lines\": 3, \"words\": 9, \"bytes\": 27, "
                              "\"tokens\": 9, \"unknown\": 1"));
  EXPECT_THAT(json, HasSubstr("\"shards\": 2"));
}

TEST_F(DatasetInspectionTest, ShowsWordsWithTheirTags) {
  const Inspection inspection = Inspected(TAGGING, {{{{2, 3, 4, 5}}, {{0, kNoLabel, 7, kUnseen}}}});
  EXPECT_THAT(inspection.text(), HasSubstr("w2 w3/L0 w4/L7 w5/(not in train)"));
  const std::string json = inspection.json().ToString();
  EXPECT_THAT(json, HasSubstr("\"train\": {\"examples\": 1, \"text\": {\"lines\": 1"));
  EXPECT_THAT(json, HasSubstr("\"tags\": {\"labels\": "));
  EXPECT_THAT(json, HasSubstr("\"tag_scheme\": \"unrecorded\""));
}

TEST_F(DatasetInspectionTest, ShowsSourceAndTargetNextToEachOther) {
  const Inspection inspection = Inspected(TRANSLATION, {{{{2, 3, 1}}, {{6, 1}}}});
  EXPECT_THAT(inspection.text(), HasSubstr("w2 w3 | w6"));
  EXPECT_THAT(inspection.text(), HasSubstr("train target            1 lines, 2 words"));
}

// Pairs of words are not texts: they have no lengths and no unknown words.
TEST_F(DatasetInspectionTest, PairsAreCountedAsPairs) {
  const uint32_t half = std::bit_cast<uint32_t>(0.5f), two = std::bit_cast<uint32_t>(2.0f);
  const Inspection inspection =
      Inspected(COOCCURRENCE, {{{{2, 3, 4}}, {{5, 6, 7}}, {{half, two, half}}}});
  EXPECT_THAT(inspection.text(), HasSubstr("3 pairs of words in 1 shards"));
  EXPECT_THAT(inspection.text(), HasSubstr("w2 w5 0.5, w3 w6 2, w4 w7 0.5"));
  EXPECT_THAT(inspection.text(), Not(HasSubstr("lengths")));
  EXPECT_THAT(inspection.json().ToString(), HasSubstr("\"train\": {\"pairs\": 3, \"sources\""));
}

TEST_F(DatasetInspectionTest, InspectsASingleShard) {
  WriteMadeDataset(scratch_.path(), LANGUAGE_MODEL, {{{{2, 3, 1}}}, {{{4, 1}, {1}}}}, kWords);
  const auto shard = InspectShard(scratch_.Path("shard-1"), /*verify=*/true);
  ASSERT_THAT(shard, IsOk());
  EXPECT_THAT(shard->problems, IsEmpty());
  const std::string json = shard->json().ToString();
  EXPECT_THAT(json, HasSubstr("\"shard\": 1, \"shards\": 2"));
  EXPECT_THAT(json, HasSubstr("\"counts\": {\"lines\": 2"));
  EXPECT_THAT(json, HasSubstr("\"verified\": true"));
}

TEST_F(DatasetInspectionTest, VerificationFindsDamage) {
  EXPECT_THAT(Inspected(LANGUAGE_MODEL, {{{{2, 3, 1}}}}, /*verify=*/true).problems, IsEmpty());
  std::string bytes = scratch_.Read("shard-0");
  bytes[bytes.size() / 2] ^= 1;
  scratch_.Write("shard-0", bytes);
  const auto damaged = InspectDataset(scratch_.path(), /*verify=*/true);
  ASSERT_THAT(damaged, IsOk());
  EXPECT_THAT(damaged->problems, Not(IsEmpty()));
  EXPECT_THAT(damaged->json().ToString(), HasSubstr("\"verified\": false"));
  EXPECT_THAT(InspectDataset(scratch_.Path("nothing"), /*verify=*/false), Not(IsOk()));
}

}  // namespace
}  // namespace elman
