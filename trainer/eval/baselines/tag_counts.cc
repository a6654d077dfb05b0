#include "trainer/eval/baselines/tag_counts.h"

#include <algorithm>
#include <map>
#include <utility>

#include "data/io/status_macros.h"
#include "data/shards/example_reader.h"
#include "trainer/eval/baselines/baseline_file.h"

namespace elman {

TagCounts::TagCounts(std::span<const Pair> pairs, uint32_t ids, uint32_t tags)
    : pairs_(pairs.begin(), pairs.end()), begins_(ids + 1), counts_(ids), overall_(tags, 1.0) {
  double total = tags;
  for (const Pair& pair : pairs_) {
    ++begins_[pair.token + 1];
    counts_[pair.token] += pair.count;
    overall_[pair.tag] += pair.count;
    total += pair.count;
  }
  for (uint32_t token = 0; token < ids; ++token) begins_[token + 1] += begins_[token];
  for (double& probability : overall_) probability /= total;
  const auto most = static_cast<uint32_t>(std::ranges::max_element(overall_) - overall_.begin());
  best_.assign(ids, most);
  for (const Pair& pair : pairs_) {
    uint32_t& best = best_[pair.token];
    const double gain = Probability(pair.token, pair.tag) - Probability(pair.token, best);
    if (gain > 0 || (gain == 0 && pair.tag < best)) best = pair.tag;
  }
}

double TagCounts::Probability(uint32_t token, uint32_t tag) const {
  const auto begin = pairs_.begin() + static_cast<ptrdiff_t>(begins_[token]);
  const auto end = pairs_.begin() + static_cast<ptrdiff_t>(begins_[token + 1]);
  const auto pair = std::lower_bound(begin, end, tag,
                                     [](const Pair& p, uint32_t wanted) { return p.tag < wanted; });
  const double count = pair != end && pair->tag == tag ? pair->count : 0;
  return (count + overall_[tag]) / (static_cast<double>(counts_[token]) + 1);
}

absl::Status CountTags(const std::shared_ptr<const Dataset>& dataset, const std::string& path) {
  ASSIGN_OR_RETURN(BaselineHeader header, HeaderFor(*dataset));
  ASSIGN_OR_RETURN(const auto reader, ExampleReader::Open(dataset, "train", /*cache_bytes=*/0));
  const auto tags = static_cast<int32_t>(dataset->vocabulary(1).size());
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> counts;
  for (uint64_t example = 0; example < reader->examples(); ++example) {
    ASSIGN_OR_RETURN(const ExampleView view, reader->Read(example));
    for (size_t i = 0; i < view.fields[1].size(); ++i) {
      // Pieces inside a word have no tag.
      if (view.fields[1][i] < tags) ++counts[{view.fields[0][i], view.fields[1][i]}];
    }
  }
  std::vector<uint32_t> elements;
  for (const auto& [pair, count] : counts)
    elements.insert(elements.end(), {pair.first, pair.second, count});
  header.mutable_most_frequent_tag()->set_pairs(counts.size());
  return WriteBaseline(*dataset, std::move(header), {SourceOf("pairs", std::move(elements))}, path);
}

}  // namespace elman
