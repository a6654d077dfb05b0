// Reads and writes baseline files. A file contains the complete model including vocabulary and
// tokenizer, so it can be used without the data set.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "proto/baseline.pb.h"
#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

inline constexpr uint32_t kBaselineFormatVersion = 1;

// A named array of four-byte elements: integers, or the bits of floats.
struct BaselineArray {
  std::string name;
  std::vector<uint32_t> elements;
};

// The content of a baseline file.
struct Baseline {
  BaselineHeader header;
  std::vector<FieldTables> tables;  // one per entry of header.fields()
  std::vector<BaselineArray> arrays;
  std::string content_hash;  // hash of all of the above

  // Returns the elements of an array, which may be moved from; null if there is no such array.
  std::vector<uint32_t>* Find(std::string_view name);
};

// An array to be written, which need not be in memory: `visit` passes its elements to a function,
// in order, part by part.
struct BaselineArraySource {
  using Show = std::function<absl::Status(std::span<const uint32_t>)>;
  std::string name;
  uint64_t elements = 0;
  std::function<absl::Status(const Show& show)> visit;
};

// Makes a source of an array in memory, which it owns.
BaselineArraySource SourceOf(std::string name, std::vector<uint32_t> elements);

// Makes the header for a model that was estimated from `train` of a data set. The caller adds the
// part that describes the model.
absl::StatusOr<BaselineHeader> HeaderFor(const Dataset& dataset);

// Writes a baseline file for a model of `dataset` to `path`, atomically: a temporary file in the
// same folder is written, synchronized to disk, read back and verified, and then renamed. The same
// model gives the same bytes. Fills in the header's array table.
absl::Status WriteBaseline(const Dataset& dataset, BaselineHeader header,
                           const std::vector<BaselineArraySource>& arrays, const std::string& path);

// Returns whether the file at `path` begins like a baseline file.
bool IsBaseline(const std::string& path);

// Reads and verifies a baseline file. DataLoss names the file, the offset and the record.
absl::StatusOr<Baseline> ReadBaseline(const std::string& path);

}  // namespace elman
