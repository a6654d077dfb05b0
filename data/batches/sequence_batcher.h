// Batches of whole examples: for tagging, classification, translation and co-occurrences.
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

// Examples are sorted by length within windows of about so many.
inline constexpr int kWindowExamples = 8192;

// How an epoch goes through a split.
struct ExampleOrder {
  // Not: every epoch in the order of the split, as evaluation does. Otherwise as EpochOrder has it,
  // another order every epoch; of every window of it, the examples of about the same length make a
  // batch, and the batches come in a random order.
  bool shuffled = false;
  uint64_t seed = 0;
  // Where it is shuffled: batches of a window have about as many tokens each, rather than as many
  // examples: of short ones more, kMostRows times `batch_size` at the most, of long ones fewer.
  bool by_tokens = false;
  int window_examples = kWindowExamples;
  // Batches have the vectors that came with the text, of so many numbers; 0: they have none.
  int feature_size = 0;
  // Examples of the split that no epoch has, ascending. The others are numbered without them.
  std::vector<uint64_t> left_out = {};
};
inline constexpr int kMostRows = 4;

// A batch has `batch_size` examples over all lanes, or about as many in the mean by tokens, each of
// which comes once an epoch; the last batch may have fewer, and a lane then none (Batch::steps is
// 0). The examples of a row are the same in any number of lanes, but for the last batch; lanes get
// examples of about the same length. `starts_epoch` is set: nothing is carried from one batch to
// the next. Memory is taken for two groups of blocks (EpochOrder), about 48 MiB, however large the
// split is.
//
// InvalidArgument if there are more lanes than rows, or the data set is one of running text;
// FailedPrecondition if it has no such vectors as are wanted.
absl::StatusOr<std::unique_ptr<BatchSource>> CreateSequenceBatcher(
    std::shared_ptr<const Dataset> dataset, std::string_view split, int batch_size, int lanes,
    ExampleOrder order);

}  // namespace elman
