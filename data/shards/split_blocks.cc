#include "data/shards/split_blocks.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"

namespace elman {

namespace {

absl::StatusOr<std::shared_ptr<const SplitIndex>> ReadIndex(const Dataset& dataset,
                                                            const SplitEntry& split) {
  auto index = std::make_shared<SplitIndex>();
  for (int number = 0; number < split.shards_size(); ++number) {
    ASSIGN_OR_RETURN(std::unique_ptr<ShardReader> shard, OpenShard(dataset, split, number));
    for (int block = 0; block < shard->blocks(); ++block) {
      index->places.push_back({index->tokens + shard->first_token(0, block),
                               index->examples + shard->first_example(block), number, block});
    }
    index->tokens += shard->counts(0).tokens();
    index->examples += shard->examples();
    index->shards.push_back(std::move(shard));
  }
  return index;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SplitBlocks>> SplitBlocks::Open(const Dataset& dataset,
                                                               std::string_view split_name,
                                                               uint64_t cache_bytes) {
  ASSIGN_OR_RETURN(const SplitEntry* split, dataset.FindSplit(split_name));
  ASSIGN_OR_RETURN(std::shared_ptr<const SplitIndex> index,
                   dataset.IndexOf(*split, [&] { return ReadIndex(dataset, *split); }));
  return std::unique_ptr<SplitBlocks>(new SplitBlocks(std::move(index), cache_bytes));
}

size_t SplitBlocks::BlockOfToken(uint64_t token) const {
  const auto after = std::upper_bound(
      index_->places.begin(), index_->places.end(), token,
      [](uint64_t at, const SplitIndex::Place& place) { return at < place.first_token; });
  return static_cast<size_t>(after - index_->places.begin()) - 1;
}

size_t SplitBlocks::BlockOfExample(uint64_t example) const {
  const auto after = std::upper_bound(
      index_->places.begin(), index_->places.end(), example,
      [](uint64_t at, const SplitIndex::Place& place) { return at < place.first_example; });
  return static_cast<size_t>(after - index_->places.begin()) - 1;
}

absl::StatusOr<const ExampleBlock*> SplitBlocks::Read(size_t number) {
  if (const auto found = cached_.find(number); found != cached_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return &by_use_.front().block;
  }
  const SplitIndex::Place& place = index_->places[number];
  Cached read = MakeRoom();
  read.number = number;
  if (reading_) reading_->store(place.shard, std::memory_order_relaxed);
  RETURN_IF_ERROR(index_->shards[place.shard]->ReadBlock(place.block, &read.block));
  if (reading_) reading_->store(-1, std::memory_order_relaxed);
  used_bytes_ += read.block.memory_bytes();
  by_use_.push_front(std::move(read));
  cached_[number] = by_use_.begin();
  return &by_use_.front().block;
}

SplitBlocks::Cached SplitBlocks::MakeRoom() {
  Cached freed;
  while (!by_use_.empty() && used_bytes_ + by_use_.front().block.memory_bytes() > cache_bytes_) {
    freed = std::move(by_use_.back());
    used_bytes_ -= freed.block.memory_bytes();
    cached_.erase(freed.number);
    by_use_.pop_back();
  }
  return freed;
}

absl::StatusOr<std::unique_ptr<ShardReader>> OpenShard(const Dataset& dataset,
                                                       const SplitEntry& split, int number) {
  const ShardEntry& entry = split.shards(number);
  const std::string path = JoinPath(dataset.folder(), entry.file());
  const DatasetManifest& manifest = dataset.manifest();
  std::vector<uint32_t> id_limits;
  for (int i = 0; i < manifest.fields_size(); ++i)
    id_limits.push_back(dataset.vocabulary(i).id_limit());
  ASSIGN_OR_RETURN(std::unique_ptr<ShardReader> shard,
                   ShardReader::Open(path, std::move(id_limits)));
  const ShardHeader& header = shard->header();
  if (header.task() != manifest.task() || header.split() != split.name() ||
      header.shard() != static_cast<uint32_t>(number) ||
      header.shards() != static_cast<uint32_t>(split.shards_size())) {
    return absl::DataLossError(absl::StrCat(
        path, ": expected shard ", number, " of ", split.shards_size(), " of split ", split.name(),
        ", found shard ", header.shard(), " of ", header.shards(), " of split ", header.split(),
        "; the file belongs to another data set; copy the data set again"));
  }
  for (int i = 0; i < manifest.fields_size(); ++i) {
    const FieldEntry& field = manifest.fields(i);
    const std::string& theirs = header.fields(i).vocabulary_fingerprint();
    if (header.fields(i).name() == field.name() && theirs == field.vocabulary().fingerprint())
      continue;
    return absl::DataLossError(
        absl::StrCat(path, ": field ", field.name(), ": the shard was made with the vocabulary ",
                     theirs, ", but the data set has ", field.vocabulary().fingerprint(),
                     "; files of two data sets are mixed; copy the data set again"));
  }
  for (int i = 0; i < manifest.fields_size(); ++i) {
    const TextCounts& expected = entry.counts(i);
    const TextCounts& found = shard->counts(i);
    if (expected.SerializeAsString() == found.SerializeAsString()) continue;
    return absl::DataLossError(absl::StrCat(
        path, ": field ", manifest.fields(i).name(), ": expected ", expected.tokens(),
        " tokens in ", expected.examples(), " examples, found ", found.tokens(), " in ",
        found.examples(), ", or the other counts differ; copy the data set again"));
  }
  return shard;
}

}  // namespace elman
