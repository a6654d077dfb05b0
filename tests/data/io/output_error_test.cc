#include "data/io/output_error.h"

#include "tests/support/scratch.h"

namespace elman {
namespace {

TEST(ExplainOutput, NamesTheOptionIfPermissionOrTheFolderIsMissing) {
  EXPECT_THAT(ExplainOutput(absl::PermissionDeniedError("x: cannot create"), "--output"),
              FailsWith(absl::StatusCode::kPermissionDenied,
                        "x: cannot create; choose a path for --output with write permission"));
  EXPECT_THAT(ExplainOutput(absl::NotFoundError("x: cannot create"), "--trace"),
              FailsWith(absl::StatusCode::kNotFound,
                        "x: cannot create; choose a path for --trace in a folder that exists"));
  EXPECT_EQ(ExplainOutput(absl::ResourceExhaustedError("x: disk full"), "--trace"),
            absl::ResourceExhaustedError("x: disk full"));
  EXPECT_THAT(ExplainOutput(absl::OkStatus(), "--trace"), IsOk());
}

}  // namespace
}  // namespace elman
