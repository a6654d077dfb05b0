#include "data/format/named_values.h"

#include "tests/support/scratch.h"

namespace elman {
namespace {

constexpr NamedValue<int> kValues[] = {{"auto", 1}, {"All", 2}};

TEST(NamedValuesTest, AreFoundInAnyCase) {
  EXPECT_EQ(*ParseNamed("--take", "all", kValues), 2);
  EXPECT_EQ(*ParseNamed("--take", "AUTO", kValues), 1);
}

TEST(NamedValuesTest, AreListedForAnUnknownName) {
  for (const char* name : {"", "al", "all "}) {
    EXPECT_THAT(ParseNamed("--take", name, kValues),
                FailsWith(absl::StatusCode::kInvalidArgument,
                          absl::StrCat("--take=", name, " is unknown; expected one of auto, All")));
  }
}

}  // namespace
}  // namespace elman
