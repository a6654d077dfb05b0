// The fields of a configuration with their values, as a flat list.
#pragma once

#include <string>
#include <vector>

#include "proto/training.pb.h"

namespace elman {

// A field that is not a group of fields.
struct FieldValue {
  enum class Kind { kBoolean, kNumber, kName };

  std::string name;  // path, such as "model.hidden_size"
  Kind kind = Kind::kNumber;
  std::string text;      // the value, as in config.textproto; reads back exactly
  bool changed = false;  // whether it differs from the default

  std::string json() const;  // the value as JSON
};

// Returns all fields in the order of FIELDS.md; unset fields have their defaults.
std::vector<FieldValue> FieldValues(const TrainingConfig& config);

}  // namespace elman
