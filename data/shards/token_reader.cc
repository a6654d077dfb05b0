#include "data/shards/token_reader.h"

#include <algorithm>
#include <list>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "data/io/file.h"
#include "data/io/status_macros.h"
#include "data/shards/shard_reader.h"

namespace elman {
namespace {

// Where a block stands in the split.
struct BlockPlace {
  uint64_t first_token = 0;
  int shard = 0;
  int block = 0;
};

class CachingTokenReader : public TokenReader {
 public:
  CachingTokenReader(std::vector<std::unique_ptr<ShardReader>> shards, uint64_t cache_bytes)
      : shards_(std::move(shards)), cache_bytes_(cache_bytes) {
    for (int shard = 0; shard < static_cast<int>(shards_.size()); ++shard) {
      const ShardReader& reader = *shards_[shard];
      for (int block = 0; block < reader.blocks(); ++block) {
        places_.push_back({tokens_ + reader.first_token(block), shard, block});
      }
      tokens_ += reader.counts().tokens();
    }
  }

  uint64_t tokens() const override { return tokens_; }
  void set_cache_bytes(uint64_t bytes) override { cache_bytes_ = bytes; }
  void ShowReading(std::atomic<int32_t>* shard) override { reading_ = shard; }

  absl::Status Read(uint64_t position, std::span<int32_t> ids) override {
    if (position > tokens_ || ids.size() > tokens_ - position) {
      return absl::OutOfRangeError(absl::StrCat("tokens ", position, " to ", position + ids.size(),
                                                " of a split that has ", tokens_));
    }
    while (!ids.empty()) {
      const auto after = std::upper_bound(
          places_.begin(), places_.end(), position,
          [](uint64_t token, const BlockPlace& place) { return token < place.first_token; });
      const size_t number = static_cast<size_t>(after - places_.begin()) - 1;
      ASSIGN_OR_RETURN(const TokenBlock* block, Block(number));
      const uint64_t begin = position - places_[number].first_token;
      const size_t count = std::min<uint64_t>(ids.size(), block->ids.size() - begin);
      std::copy_n(block->ids.begin() + static_cast<ptrdiff_t>(begin), count, ids.begin());
      ids = ids.subspan(count);
      position += count;
    }
    return absl::OkStatus();
  }

 private:
  struct Cached {
    size_t number = 0;
    TokenBlock block;
    uint64_t bytes() const { return block.ids.size() * sizeof(int32_t); }
  };

  // The block, which stays valid until the next call.
  absl::StatusOr<const TokenBlock*> Block(size_t number) {
    if (const auto found = cached_.find(number); found != cached_.end()) {
      by_use_.splice(by_use_.begin(), by_use_, found->second);
      return &by_use_.front().block;
    }
    Cached read;
    read.number = number;
    const BlockPlace& place = places_[number];
    if (reading_) reading_->store(place.shard, std::memory_order_relaxed);
    RETURN_IF_ERROR(shards_[place.shard]->ReadBlock(place.block, &read.block));
    if (reading_) reading_->store(-1, std::memory_order_relaxed);
    read.block.example_lengths = {};
    used_bytes_ += read.bytes();
    while (!by_use_.empty() && used_bytes_ > cache_bytes_) {
      used_bytes_ -= by_use_.back().bytes();
      cached_.erase(by_use_.back().number);
      by_use_.pop_back();
    }
    by_use_.push_front(std::move(read));
    cached_[number] = by_use_.begin();
    return &by_use_.front().block;
  }

  const std::vector<std::unique_ptr<ShardReader>> shards_;
  uint64_t cache_bytes_;
  uint64_t tokens_ = 0;
  std::vector<BlockPlace> places_;  // of all blocks, in order
  std::list<Cached> by_use_;        // the most recently used first
  absl::flat_hash_map<size_t, std::list<Cached>::iterator> cached_;
  uint64_t used_bytes_ = 0;
  std::atomic<int32_t>* reading_ = nullptr;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ShardReader>> OpenShard(const Dataset& dataset,
                                                       const SplitEntry& split, int number) {
  const ShardEntry& entry = split.shards(number);
  const std::string path = JoinPath(dataset.folder(), entry.file());
  ASSIGN_OR_RETURN(std::unique_ptr<ShardReader> shard,
                   ShardReader::Open(path, dataset.vocabulary().size()));
  const ShardHeader& header = shard->header();
  const DatasetManifest& manifest = dataset.manifest();
  if (header.task() != manifest.task() || header.split() != split.name() ||
      header.shard() != static_cast<uint32_t>(number) ||
      header.shards() != static_cast<uint32_t>(split.shards_size())) {
    return absl::DataLossError(absl::StrCat(
        path, ": expected shard ", number, " of ", split.shards_size(), " of split ", split.name(),
        ", found shard ", header.shard(), " of ", header.shards(), " of split ", header.split(),
        "; files were exchanged: copy the data set again"));
  }
  if (header.vocabulary_fingerprint() != manifest.vocabulary().fingerprint()) {
    return absl::DataLossError(
        absl::StrCat(path, ": made with the vocabulary ", header.vocabulary_fingerprint(),
                     ", but the data set has ", manifest.vocabulary().fingerprint(),
                     "; files of two data sets were mixed"));
  }
  const TextCounts& counts = shard->counts();
  if (counts.tokens() != entry.counts().tokens() ||
      counts.examples() != entry.counts().examples() ||
      counts.unknown() != entry.counts().unknown() || counts.words() != entry.counts().words() ||
      counts.bytes() != entry.counts().bytes()) {
    return absl::DataLossError(absl::StrCat(path, ": expected ", entry.counts().tokens(),
                                            " tokens in ", entry.counts().examples(),
                                            " examples, found ", counts.tokens(), " in ",
                                            counts.examples(), " or other counts that differ"));
  }
  return shard;
}

absl::StatusOr<std::unique_ptr<TokenReader>> TokenReader::Open(
    std::shared_ptr<const Dataset> dataset, std::string_view split_name, uint64_t cache_bytes) {
  ASSIGN_OR_RETURN(const SplitEntry* split, dataset->FindSplit(split_name));
  std::vector<std::unique_ptr<ShardReader>> shards;
  for (int i = 0; i < split->shards_size(); ++i) {
    ASSIGN_OR_RETURN(std::unique_ptr<ShardReader> shard, OpenShard(*dataset, *split, i));
    shards.push_back(std::move(shard));
  }
  return std::unique_ptr<TokenReader>(new CachingTokenReader(std::move(shards), cache_bytes));
}

}  // namespace elman
