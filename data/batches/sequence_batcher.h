// Batches of whole examples for tagging, classification, translation and co-occurrences.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/batches/batch_source.h"
#include "data/shards/dataset.h"

namespace elman {

// Approximate number of examples per window. Examples are sorted by length within a window.
inline constexpr int kWindowExamples = 8192;

// The order in which an epoch uses the examples of a split.
struct ExampleOrder {
  // False: every epoch has the order of the split, as in evaluation. True: every epoch has another
  // random order (EpochOrder). Within each window, examples of similar length form a batch, and the
  // batches are in random order.
  bool shuffled = false;
  uint64_t seed = 0;
  // Only if `shuffled`. True: the batches of a window have about the same number of tokens. False:
  // the same number of examples. A batch of short examples then has more of them, at most kMaxRows
  // times `batch_size`; a batch of long ones has fewer.
  bool by_tokens = false;
  int window_examples = kWindowExamples;
  // Numbers per feature vector (Batch::features). 0: batches have no features.
  int feature_size = 0;
  // Numbers of examples that are left out of every epoch, ascending. The other examples are
  // numbered without them.
  std::vector<uint64_t> left_out = {};
};
// Maximum number of rows of a batch by tokens, as a multiple of `batch_size`.
inline constexpr int kMaxRows = 4;

// Creates a source whose batches have `batch_size` examples over all lanes, or this number on
// average with `by_tokens`. An epoch has each example once. The last batch may have fewer examples;
// a lane without any has Batch::steps = 0. Except in the last batch, the examples of a row do not
// depend on the number of lanes. Lanes get examples of similar length. `starts_epoch` is always
// set, because no state is carried between batches. Keeps two groups of blocks (EpochOrder) in
// memory, about 48 MiB, for a split of any size.
//
// InvalidArgument if there are more lanes than rows, or if the data set has running text.
// FailedPrecondition if it does not have feature vectors of the requested size.
absl::StatusOr<std::unique_ptr<BatchSource>> CreateSequenceBatcher(
    std::shared_ptr<const Dataset> dataset, std::string_view split, int batch_size, int lanes,
    ExampleOrder order);

}  // namespace elman
