// The baseline for tagging: predicts the most frequent tag of each token.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "data/shards/dataset.h"

namespace elman {

// Tag probabilities from the counts of (token, tag) pairs in `train`:
//
//   p(tag | token) = (c(token, tag) + p(tag)) / (c(token) + 1),  p(tag) = (c(tag) + 1) / (n + tags)
//
// So ties between tags are broken by their overall frequency, and a token that is not in `train`
// gets the overall frequencies. The tags of <unk> are those of the words that are <unk> in `train`.
class TagCounts {
 public:
  struct Pair {
    uint32_t token, tag, count;
  };

  // Pairs are sorted by token, then by tag; tokens are below `ids`, tags below `tags`.
  TagCounts(std::span<const Pair> pairs, uint32_t ids, uint32_t tags);

  // Returns p(tag | token).
  double Probability(uint32_t token, uint32_t tag) const;
  uint32_t MostFrequent(uint32_t token) const { return best_[token]; }
  uint32_t tags() const { return static_cast<uint32_t>(overall_.size()); }

 private:
  std::vector<Pair> pairs_;
  std::vector<size_t> begins_;    // start of each token's pairs
  std::vector<uint64_t> counts_;  // per token
  std::vector<double> overall_;   // p(tag)
  std::vector<uint32_t> best_;    // most probable tag, per token
};

// Counts the tags in `train` of a tagging data set and writes the baseline file to `path`.
absl::Status CountTags(const std::shared_ptr<const Dataset>& dataset, const std::string& path);

}  // namespace elman
