#include "data/command_line/flag_groups.h"

#include "tests/support/scratch.h"

namespace elman {
namespace {

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TEST(FlagGroupsTest, RefusesFlagsThatDoNotApply) {
  const CommandLine line{.arguments = {}, .given = {"beam", "verbose"}, .known = {}};
  const auto check = [&](bool draws, bool translates) {
    const FlagGroup groups[] = {{"language models", draws, {"beam", "seed"}},
                                {"translators", translates, {"beam"}}};
    return ExpectApplicable(line, groups, "run is a tagger");
  };
  EXPECT_THAT(check(true, false), IsOk());
  EXPECT_THAT(check(false, true), IsOk());
  const absl::Status refused = check(false, false);
  EXPECT_THAT(refused, FailsWith(kInvalid,
                                 "--beam is for language models and translators, and run "
                                 "is a tagger; leave it out"));
  EXPECT_TRUE(IsUsageError(refused));
}

TEST(FlagGroupsTest, AllowsOnlyTheFlagsOfACommand) {
  const CommandLine line{.arguments = {}, .given = {"data", "lowercase"}, .known = {}};
  EXPECT_THAT(ExpectOnly(line, {"data", "lowercase", "output"}, "--features"), IsOk());
  EXPECT_THAT(ExpectOnly(line, {"data"}, "--features"),
              FailsWith(kInvalid, "--lowercase cannot be used with --features; leave it out"));
}

TEST(FlagGroupsTest, RecognizesUsageErrors) {
  EXPECT_TRUE(IsUsageError(UsageError("wrong")));
  EXPECT_FALSE(IsUsageError(absl::InvalidArgumentError("wrong")));
  EXPECT_FALSE(IsUsageError(absl::OkStatus()));
}

}  // namespace
}  // namespace elman
