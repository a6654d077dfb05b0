// The order of the ids of labels. For models with an ordinal output it is the order of the ratings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/text/vocabulary.h"
#include "proto/dataset.pb.h"

namespace elman {

// The value of elman-preprocess --label_order.
struct LabelOrderSpec {
  enum class Kind {
    kDefault,  // numeric if all labels are numbers, otherwise by bytes
    kBytes,
    kNumeric,
    kGiven,
  };
  Kind kind = Kind::kDefault;
  // For kGiven: the labels in order; may have labels that do not occur.
  std::vector<std::string> given = {};
};

// Parses "numeric", "bytes", labels separated by commas, or the name of a file with one label per
// line. Empty: the default.
absl::StatusOr<LabelOrderSpec> ParseLabelOrder(const std::string& text);

// The finite number that a label represents, such as 3, -1 or 0.5.
std::optional<double> LabelNumber(std::string_view label);

// Whether label `a` precedes `b` in numeric order. Equal numbers are ordered by bytes. Labels that
// are not numbers come last, ordered by bytes.
bool NumericallyBefore(std::string_view a, std::string_view b);

// Sorts labels and returns the order that was used. InvalidArgument names a label that the order
// does not have.
absl::StatusOr<FieldEntry::LabelOrder> OrderLabels(const LabelOrderSpec& order,
                                                   std::vector<Vocabulary::Entry>* labels);

// A warning, with a remedy, if train has only one label; otherwise empty. `field` is the field of
// the labels.
std::string OneLabelWarning(const std::string& folder, const FieldEntry& field);

// A warning, with a remedy, if the order of the labels is doubtful for the ratings of an ordinal
// model; otherwise empty. `folder` is the folder of the data set.
std::string OrdinalWarning(const std::string& folder, const FieldEntry& field,
                           const Vocabulary& labels);

}  // namespace elman
