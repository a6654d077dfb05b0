#include "trainer/eval/loading/surprisal.h"

#include <numbers>

#include "data/io/atomic_file.h"
#include "tests/support/scratch.h"
#include "trainer/eval/evaluators/position_losses.h"

namespace elman {
namespace {

using testing::ElementsAre;

class SurprisalTest : public testing::Test {
 protected:
  // Reports the bits of each token of a piece of an example.
  void Observe(ExampleObserver* observer, uint64_t example, uint64_t first_target,
               std::vector<int32_t> targets, std::vector<double> bits, uint64_t line = 0) {
    for (double& bit : bits) bit *= std::numbers::ln2;
    observer->Observe({example, line, first_target, targets, bits, EvaluationSums()});
  }

  Scratch scratch_;
  const Vocabulary vocabulary_ =
      *Vocabulary::Create({{"<unk>", 0}, {"</s>", 0}, {"a", 0}, {"\t\\", 0}});
};

TEST_F(SurprisalTest, RowsAreInTheOrderOfTheSplit) {
  Surprisal surprisal;
  Observe(&surprisal, 1, 1, {1}, {0.25});
  Observe(&surprisal, 0, 2, {0, 1}, {8, 0.5});
  Observe(&surprisal, 1, 0, {3}, {3});
  Observe(&surprisal, 0, 0, {2, 2}, {1, 2});
  auto file = AtomicFile::Create(scratch_.Path("bits"));
  ASSERT_THAT(file, IsOk());
  ASSERT_THAT(surprisal.AppendTo(vocabulary_, /*unknown_words=*/nullptr, file->get()), IsOk());
  ASSERT_THAT((*file)->Publish(), IsOk());
  EXPECT_EQ(scratch_.Read("bits"),
            "line\tposition\ttoken\tbits\n"
            "1\t1\ta\t1\n1\t2\ta\t2\n1\t3\t<unk>\t8\n1\t4\t</s>\t0.5\n"
            "2\t1\t\\t\\\\\t3\n2\t2\t</s>\t0.25\n");
}

// Skipped lines count; a line of several examples counts once.
TEST_F(SurprisalTest, LineNumbersAreThoseOfTheFile) {
  Surprisal surprisal;
  Observe(&surprisal, 0, 0, {2, 1}, {1, 2}, 3);
  Observe(&surprisal, 3, 0, {1}, {6}, 9);
  Observe(&surprisal, 2, 0, {1}, {5}, 7);
  Observe(&surprisal, 1, 0, {2, 2}, {3, 4}, 7);
  auto file = AtomicFile::Create(scratch_.Path("bits"));
  ASSERT_THAT(file, IsOk());
  ASSERT_THAT(surprisal.AppendTo(vocabulary_, /*unknown_words=*/nullptr, file->get()), IsOk());
  ASSERT_THAT((*file)->Publish(), IsOk());
  EXPECT_EQ(scratch_.Read("bits"),
            "line\tposition\ttoken\tbits\n3\t1\ta\t1\n3\t2\t</s>\t2\n"
            "7\t1\ta\t3\n7\t2\ta\t4\n7\t3\t</s>\t5\n9\t1\t</s>\t6\n");
}

TEST_F(SurprisalTest, LossesByPositionInTheLine) {
  PositionLosses positions;
  Observe(&positions, 0, 0, {2, 2, 2}, {3, 2, 1});
  Observe(&positions, 0, 3, {2, 1}, {0, 7});
  Observe(&positions, 1, 0, {1}, {1});
  Observe(&positions, 2, 78, {2, 2, 1}, {1, 2, 3});
  const MetricTable table = positions.Table();
  ASSERT_EQ(table.rows.size(), 5u);
  const double nat = std::numbers::ln2;
  EXPECT_EQ(table.rows[0].name, "1");
  EXPECT_THAT(table.rows[0].values, ElementsAre(2 * nat, testing::DoubleEq(4), 2));
  EXPECT_EQ(table.rows[1].name, "2 to 4");
  EXPECT_THAT(table.rows[1].values, ElementsAre(testing::DoubleEq(nat), testing::DoubleEq(2), 3));
  EXPECT_EQ(table.rows[2].name, "5 to 9");
  EXPECT_EQ(table.rows[3].name, "40 to 79");
  EXPECT_EQ(table.rows[4].name, "80 and more");
  EXPECT_THAT(table.rows[4].values, ElementsAre(testing::DoubleEq(2.5 * nat), testing::_, 2));
}

}  // namespace
}  // namespace elman
