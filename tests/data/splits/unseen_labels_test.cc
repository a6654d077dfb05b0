#include "data/splits/unseen_labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/splits/chunk_statistics.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

using testing::ElementsAre;

// Two labels of train, 0 and 1; 3 is no label; the unseen labels follow.
Vocabulary WithUnseen(const std::vector<std::string>& unseen) {
  Vocabulary labels = *Vocabulary::CreateLabels({{"a", 1}, {"b", 1}});
  std::vector<Vocabulary::Entry> entries;
  for (const std::string& label : unseen) entries.push_back({label, 1});
  EXPECT_THAT(labels.SetUnseenLabels(entries), IsOk());
  return labels;
}

SpooledExamples Chunk(const std::vector<std::string>& unseen, std::vector<uint32_t> ids) {
  ChunkStatistics statistics;
  statistics.Clear(2);
  for (const std::string& label : unseen) statistics.unseen_labels.Add(label, 1);
  SpooledExamples chunk;
  chunk.Clear(2);
  chunk.notes = statistics.Serialize();
  chunk.fields[0].ids = {9, 9};
  chunk.fields[1].ids = std::move(ids);
  return chunk;
}

TEST(UnseenLabelsTest, HaveTheSameIdsInAllChunks) {
  const Vocabulary labels = WithUnseen({"x", "y", "z"});
  SpooledExamples chunk = Chunk({"z", "x"}, {0, 4, 3, 5, 1, 4});
  EXPECT_THAT(RenumberUnseenLabels(labels, 1, &chunk), IsOk());
  EXPECT_THAT(chunk.fields[1].ids, ElementsAre(0, /*z*/ 6, 3, /*x*/ 4, 1, 6));
  EXPECT_THAT(chunk.fields[0].ids, ElementsAre(9, 9));
}

TEST(UnseenLabelsTest, ASpoolWithoutTheNameIsRefused) {
  const Vocabulary labels = WithUnseen({"x"});
  SpooledExamples beyond = Chunk({"x"}, {5});
  EXPECT_THAT(RenumberUnseenLabels(labels, 1, &beyond),
              FailsWith(absl::StatusCode::kDataLoss, "run the command again"));
  SpooledExamples other = Chunk({"y"}, {4});
  EXPECT_THAT(RenumberUnseenLabels(labels, 1, &other),
              FailsWith(absl::StatusCode::kDataLoss, "run the command again"));
}

TEST(UnseenLabelsTest, AreFoundInTheCorpus) {
  Scratch scratch;
  const std::string tagged = scratch.Write("tagged", "a\tO\nb\tO\n\nc\tB-x\nd\tL-x\n");
  EXPECT_EQ(*FindLabel(CorpusOf(TAGGING, {tagged}, {}), {.task = TAGGING}, "L-x"),
            tagged + ": line 5");
  EXPECT_EQ(*FindLabel(CorpusOf(TAGGING, {tagged}, {}), {.task = TAGGING}, "S-x"), "");
}

}  // namespace
}  // namespace elman
