// The floor for tagging: what tag a token has had most often.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "data/shards/dataset.h"

namespace elman {

// How often each token had each tag:
//
//   p(tag | token) = (c(token, tag) + p(tag)) / (c(token) + 1),  p(tag) = (c(tag) + 1) / (n + tags)
//
// so that among tags as frequent the one more frequent overall is the likelier, and a token that
// train does not have has the tags that are frequent overall. Words that are <unk> in train say
// what tags <unk> has.
class TagCounts {
 public:
  struct Pair {
    uint32_t token, tag, count;
  };

  // Pairs ascend by token, then tag; tokens are below `ids`, tags below `tags`.
  TagCounts(std::span<const Pair> pairs, uint32_t ids, uint32_t tags);

  double Probability(uint32_t token, uint32_t tag) const;
  uint32_t MostFrequent(uint32_t token) const { return best_[token]; }
  uint32_t tags() const { return static_cast<uint32_t>(overall_.size()); }

 private:
  std::vector<Pair> pairs_;
  std::vector<size_t> begins_;    // of each token's pairs
  std::vector<uint64_t> counts_;  // of each token
  std::vector<double> overall_;   // p(tag)
  std::vector<uint32_t> best_;    // by token
};

// Counts the split train of a tagging data set and publishes the floor's file under `path`.
absl::Status CountTags(std::shared_ptr<const Dataset> dataset, const std::string& path);

}  // namespace elman
