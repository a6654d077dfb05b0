// Step 2 of preprocessing for tagging: finds the columns of words and tags, and the tag scheme, and
// checks that the tags of all splits follow the scheme.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/text/tag_scheme.h"
#include "data/text/tagged_columns.h"
#include "data/vocabularies/field_coding.h"

namespace elman {

// Statistics of the tags of train.
struct TrainTags {
  const std::vector<uint64_t>& counts;  // by id
  const TagPairs& pairs;                // of consecutive tags
};

// Returns the tag scheme: `asked` or, if that is UNRECORDED, the scheme of the data set whose
// vocabulary `tags` has or, if that is not recorded, the scheme recognized from `train`. `train` is
// null if there is none. The result is UNRECORDED if the tags do not determine the scheme.
// InvalidArgument if a tag of any split is not in the scheme; the message has the first place of
// the tag in the corpus, which `place_of` finds.
absl::StatusOr<TagScheme> SettleTagScheme(
    TagScheme asked, const FieldCoding& tags, const TrainTags* train,
    const std::function<absl::StatusOr<std::string>(const std::string& tag)>& place_of);

// Records the columns of `file`, the first of the corpus, for reading other files. InvalidArgument
// if all tags are '_', which stands for a missing tag.
absl::Status RecordColumns(const ColumnChoice& choice, const std::string& file, FieldCoding* tags);

}  // namespace elman
