// Step 2 of preprocessing, of tagging: in which columns words and tags are, and the scheme of the
// tags, which those of all splits must have.
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

// The tags of train: how often each comes, by id, and how they follow one another.
struct TrainTags {
  const std::vector<uint64_t>& counts;
  const TagPairs& pairs;
};

// The scheme that was asked for or, if `asked` is UNRECORDED, that of the data set whose vocabulary
// `tags` has or, where that does not tell, the one that is recognized by the tags of `train`, which
// is null where there is none. Then it stays UNRECORDED if tags alone do not tell it.
// InvalidArgument if a tag of any split is not of the scheme: it says where the corpus has the tag
// first, which `place_of` finds.
absl::StatusOr<TagScheme> SettleTagScheme(
    TagScheme asked, const FieldCoding& tags, const TrainTags* train,
    const std::function<absl::StatusOr<std::string>(const std::string& tag)>& place_of);

// Records the columns of `file`, the first of the corpus, for readers of other files.
// InvalidArgument if all tags say that there is none.
absl::Status RecordColumns(const ColumnChoice& choice, const std::string& file, FieldCoding* tags);

}  // namespace elman
