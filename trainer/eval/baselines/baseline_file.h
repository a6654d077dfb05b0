// The file of a floor: everything that its model is, vocabulary and tokenizer included, so that it
// can be used alone.
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

// Elements of four bytes: whole numbers, or the bits of floats.
struct BaselineArray {
  std::string name;
  std::vector<uint32_t> elements;
};

struct Baseline {
  BaselineHeader header;
  std::vector<FieldTables> tables;  // of each of header.fields()
  std::vector<BaselineArray> arrays;
  std::string content_hash;  // over all of the above

  // The elements of an array, to be taken away; null if there is no such array.
  std::vector<uint32_t>* Find(std::string_view name);
};

// An array that is yet to be written, from wherever it is: `visit` shows its elements, in order and
// in parts.
struct BaselineArraySource {
  using Show = std::function<absl::Status(std::span<const uint32_t>)>;
  std::string name;
  uint64_t elements = 0;
  std::function<absl::Status(const Show& show)> visit;
};

// The source of an array in memory, which it owns.
BaselineArraySource SourceOf(std::string name, std::vector<uint32_t> elements);

// The header of a model made of the split train of a data set: all but what it is a model of.
absl::StatusOr<BaselineHeader> HeaderFor(const Dataset& dataset);

// Publishes the file of a model of `dataset` under `path`, atomically: it is written beside it,
// made durable, read back and verified, and only then given its name. The same model gives the same
// bytes. Fills in the header's array table.
absl::Status WriteBaseline(const Dataset& dataset, BaselineHeader header,
                           const std::vector<BaselineArraySource>& arrays, const std::string& path);

// Whether the file at `path` begins as one of a floor does.
bool IsBaseline(const std::string& path);

// Reads such a file and verifies all of it, as ReadCheckpoint does. DataLoss names the file, the
// offset and the record.
absl::StatusOr<Baseline> ReadBaseline(const std::string& path);

}  // namespace elman
