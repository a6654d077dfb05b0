// A checkpoint in memory: everything a run needs to continue, and everything a model needs to be
// used.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/checkpoint.pb.h"
#include "trainer/network/parameters/parameters.h"

namespace elman {

inline constexpr uint32_t kCheckpointFormatVersion = 2;

// The names of the flat arrays, in the order in which a checkpoint holds them: values, each moment,
// carry.
inline constexpr std::string_view kValuesArray = "values";
inline constexpr std::string_view kMomentPrefix = "moment";  // moment1, moment2
inline constexpr std::string_view kCarryArray = "carry";     // [states, global rows, width]
// Before the names of the same arrays of a snapshot to roll back to, where there is one.
inline constexpr std::string_view kSnapshotPrefix = "snapshot.";

struct NamedArray {
  std::string name;
  std::vector<float> elements;
};

// What the words of a field are, as the data set's files say it.
struct FieldTables {
  std::string vocabulary_text;
  std::string tokenizer_model;  // empty where there is none
};

struct Checkpoint {
  CheckpointHeader header;
  std::vector<FieldTables> tables;  // of each of header.fields()
  std::vector<NamedArray> arrays;

  // Null if there is no such array.
  const std::vector<float>* Find(std::string_view name) const;
  std::vector<float>* Find(std::string_view name);
};

// What two runs that computed the same have in common: 32 hex digits over the parameter table, the
// arrays as little-endian bytes, the data position, the seed and the configuration without max_*,
// checkpoint and logging policy.
std::string ContentHash(const Checkpoint& checkpoint);

// The header's parameter table for `table`, and whether a header's table is that of `table` (names,
// shapes, offsets).
void DescribeParameters(const ParameterTable& table, CheckpointHeader* header);
bool SameParameters(const ParameterTable& table, const CheckpointHeader& header);

}  // namespace elman
