// A checkpoint in memory: everything that is needed to continue a run or to use its model.
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

// Names of the flat arrays, in the order in which a checkpoint holds them: values, moments, carried
// state.
inline constexpr std::string_view kValuesArray = "values";
inline constexpr std::string_view kMomentPrefix = "moment";  // moment1, moment2
inline constexpr std::string_view kCarryArray = "carry";     // [states, global rows, width]
// Prefix of the names of the same arrays of the snapshot for rollbacks, if there is one.
inline constexpr std::string_view kSnapshotPrefix = "snapshot.";

// A flat array with its name in the file.
struct NamedArray {
  std::string name;
  std::vector<float> elements;
};

// The vocabulary and tokenizer of a field, as the bytes of the data set's files.
struct FieldTables {
  std::string vocabulary_text;
  std::string tokenizer_model;  // empty if there is none
};

// The contents of a checkpoint.
struct Checkpoint {
  CheckpointHeader header;
  std::vector<FieldTables> tables;  // one for each of header.fields()
  std::vector<NamedArray> arrays;

  // Returns null if there is no such array.
  const std::vector<float>* Find(std::string_view name) const;
  std::vector<float>* Find(std::string_view name);
};

// Returns the content hash, which is equal for two runs that computed the same: 32 hex digits over
// the parameter table, the arrays as little-endian bytes, the data position, the seed and the
// configuration without max_*, checkpoint and logging policy.
std::string ContentHash(const Checkpoint& checkpoint);

// DescribeParameters sets the header's parameter table to `table`. SameParameters returns whether a
// header's table equals `table` (names, shapes, offsets).
void DescribeParameters(const ParameterTable& table, CheckpointHeader* header);
bool SameParameters(const ParameterTable& table, const CheckpointHeader& header);

}  // namespace elman
