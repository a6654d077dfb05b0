#include "data/io/read_file.h"

#include "tests/support/scratch.h"

namespace elman {
namespace {

TEST(VisitFile, VisitsAllPartsUntilAnError) {
  Scratch scratch;
  const std::string bytes = std::string(1 << 20, 'x') + "y";
  scratch.Write("a", bytes);
  std::string seen;
  EXPECT_THAT(VisitFile(scratch.Path("a"),
                        [&seen](std::string_view part) {
                          seen += part;
                          return absl::OkStatus();
                        }),
              IsOk());
  EXPECT_TRUE(seen == bytes);
  EXPECT_THAT(VisitFile(scratch.Path("a"),
                        [](std::string_view part) {
                          return part.back() == 'x' ? absl::CancelledError("enough")
                                                    : absl::OkStatus();
                        }),
              FailsWith(absl::StatusCode::kCancelled, "enough"));
}

TEST(ReadFile, RefusesLargeFiles) {
  Scratch scratch;
  const std::string path = scratch.Write("a", "0123456789");
  EXPECT_EQ(*ReadFile(path, 10), "0123456789");
  EXPECT_THAT(ReadFile(path, 9), FailsWith(absl::StatusCode::kInvalidArgument, "at most 9"));
}

}  // namespace
}  // namespace elman
