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
  for (const char* name : {"", "xyz"}) {
    EXPECT_THAT(ParseNamed("--take", name, kValues),
                FailsWith(absl::StatusCode::kInvalidArgument,
                          absl::StrCat("--take=", name, " is unknown; expected one of auto, All")));
  }
}

TEST(NamedValuesTest, SuggestsTheNearestName) {
  EXPECT_THAT(ParseNamed("--take", "al", kValues),
              FailsWith(absl::StatusCode::kInvalidArgument,
                        "--take=al is unknown (did you mean All?); expected one of auto, All"));
  constexpr NamedValue<int> kTokenizers[] = {{"character", 1}, {"byte", 2}};
  EXPECT_THAT(ParseNamed("--tokenizer", "char", kTokenizers),
              FailsWith(absl::StatusCode::kInvalidArgument, "(did you mean character?)"));
}

}  // namespace
}  // namespace elman
