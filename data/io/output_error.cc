#include "data/io/output_error.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace elman {

absl::Status ExplainOutput(const absl::Status& status, std::string_view option) {
  const bool denied = absl::IsPermissionDenied(status);
  if (!denied && !absl::IsNotFound(status)) return status;
  return absl::Status(status.code(),
                      absl::StrCat(status.message(), "; choose a path for ", std::string(option),
                                   denied ? " with write permission" : " in a folder that exists"));
}

}  // namespace elman
