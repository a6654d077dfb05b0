#include "trainer/eval/inspection/inspection.h"

#include <gtest/gtest.h>

namespace elman {
namespace {

TEST(InspectionTest, FactsAreAlignedInAnyScript) {
  Inspection inspection;
  inspection.AddText("王様", "0.9").AddText("prince", "0.8");
  inspection.AddText("a name that is longer than its column", "0.7");
  EXPECT_EQ(inspection.text(),
            "王様                    0.9\n"
            "prince                  0.8\n"
            "a name that is longer than its column 0.7\n");
}

}  // namespace
}  // namespace elman
