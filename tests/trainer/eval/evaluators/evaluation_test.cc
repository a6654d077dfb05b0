#include "trainer/eval/evaluators/evaluation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elman {
namespace {

using testing::HasSubstr;

TEST(EvaluationTest, ColumnsAreAlignedInAnyScript) {
  Evaluation evaluation;
  evaluation.tables.push_back({.name = "per_label",
                               .columns = {{.name = "f1"}, {.name = "出力される数", .count = true}},
                               .rows = {{"東京都へ行くこと", {0.5, 3}}, {"cafe\u0301", {1, 12}}}});
  EXPECT_THAT(EvaluationText(evaluation),
              HasSubstr("\nper label                 f1 出力される数\n"
                        "東京都へ行くこと      0.5000            3\n"
                        "cafe\u0301                  1.0000           12\n"));
}

}  // namespace
}  // namespace elman
