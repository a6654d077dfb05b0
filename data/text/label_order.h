// The order of the ids of labels. Models with an ordinal output take it for the order of the
// ratings that the labels are.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/text/vocabulary.h"
#include "proto/dataset.pb.h"

namespace elman {

// What elman-preprocess --label_order asks for.
struct LabelOrderSpec {
  enum class Kind {
    kDefault,  // numeric if all labels are numbers, else by bytes
    kBytes,
    kNumeric,
    kGiven,
  };
  Kind kind = Kind::kDefault;
  std::vector<std::string> given = {};  // of kGiven: all labels, and perhaps more, in their order
};

// "numeric", "bytes", labels separated by commas, or the name of a file with a label on each line.
// Empty: the default.
absl::StatusOr<LabelOrderSpec> ParseLabelOrder(const std::string& text);

// The finite number that a label is, such as 3, -1 or 0.5.
std::optional<double> LabelNumber(std::string_view label);

// Whether label `a` comes before `b` in numeric order: by their numbers, equal ones by their bytes;
// labels that are no numbers come last, by their bytes.
bool NumericallyBefore(std::string_view a, std::string_view b);

// Puts labels into the order; returns which it is. InvalidArgument if they cannot be: it names the
// label.
absl::StatusOr<FieldEntry::LabelOrder> OrderLabels(const LabelOrderSpec& order,
                                                   std::vector<Vocabulary::Entry>* labels);

// What is doubtful about labels of which train has a single one, and the remedy; empty: it has
// more, or none. `field` is that of the labels.
std::string OneLabelWarning(const std::string& folder, const FieldEntry& field);

// What is doubtful about the labels of a field, in the order that they have, as ratings of an
// ordinal model, and the remedy; empty: nothing. `folder` is that of the data set.
std::string OrdinalWarning(const std::string& folder, const FieldEntry& field,
                           const Vocabulary& labels);

}  // namespace elman
