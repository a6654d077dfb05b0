#include "data/cooccurrences/cooccurrence_counter.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/shards/split_blocks.h"
#include "data/workers/in_turn.h"

namespace elman {
namespace {

// The counter of one thread.
class Counter {
 public:
  // `weights` is indexed by distance.
  Counter(const Vocabulary& vocabulary, std::span<const uint64_t> weights, uint64_t memory_bytes)
      : weights_(weights), is_word_(vocabulary.size(), true), table_(memory_bytes) {
    for (const uint32_t id : {vocabulary.unknown_id(), vocabulary.end_id(), vocabulary.start_id(),
                              vocabulary.pad_id()}) {
      if (id < is_word_.size()) is_word_[id] = false;
    }
  }

  // `spill` makes room in the table.
  absl::Status AddBlock(const ExampleBlock& block, const std::function<absl::Status()>& spill) {
    ids_.resize(block.tokens(0));
    block.ids(0).CopyTo(std::span(ids_));
    const std::span<const uint32_t> begins = block.begins(0);
    for (size_t e = 0; e + 1 < begins.size(); ++e) {
      RETURN_IF_ERROR(
          AddExample(std::span(ids_).subspan(begins[e], begins[e + 1] - begins[e]), spill));
    }
    return absl::OkStatus();
  }

  PairTable* table() { return &table_; }

 private:
  absl::Status AddExample(std::span<const uint32_t> ids,
                          const std::function<absl::Status()>& spill) {
    words_.clear();
    std::ranges::copy_if(ids, std::back_inserter(words_),
                         [this](uint32_t id) { return is_word_[id]; });
    for (size_t i = 0; i < words_.size(); ++i) {
      const size_t reach = std::min(i, weights_.size() - 1);
      for (size_t distance = 1; distance <= reach; ++distance) {
        const auto [word, context] = std::minmax(words_[i], words_[i - distance]);
        const uint64_t weight = (word == context ? 2 : 1) * weights_[distance];
        const uint64_t key = PairKey(word, context);
        if (table_.Add(key, weight)) continue;
        RETURN_IF_ERROR(spill());
        table_.Add(key, weight);
      }
    }
    return absl::OkStatus();
  }

  const std::span<const uint64_t> weights_;
  std::vector<bool> is_word_;
  PairTable table_;
  std::vector<uint32_t> ids_, words_;  // of the block; of the example
};

// 2^32 / distance, rounded to nearest. Entry 0 is not used.
std::vector<uint64_t> Weights(int window) {
  std::vector<uint64_t> weights = {0};
  for (uint64_t distance = 1; distance <= static_cast<uint64_t>(window); ++distance)
    weights.push_back(((uint64_t{1} << 32) + distance / 2) / distance);
  return weights;
}

// A block of a shard.
struct BlockPlace {
  const ShardReader* shard = nullptr;
  int number = 0;
};

// Merges `runs` into one run at `path`.
absl::StatusOr<PairRun> MergeToRun(std::span<const PairRun> runs, const std::string& path,
                                   PairParts parts) {
  const std::vector<PairRun> merged(runs.begin(), runs.end());
  ASSIGN_OR_RETURN(const auto writer, PairRunWriter::Create(path, parts));
  for (uint64_t part = 0; part < parts.size(); ++part) {
    RETURN_IF_ERROR(
        MergePairRuns(merged, part, [&](const WeighedPair& pair) { return writer->Add(pair); }));
  }
  for (const PairRun& run : merged) RETURN_IF_ERROR(RemoveFile(run.path));
  return writer->Finish();
}

}  // namespace

absl::StatusOr<std::vector<PairRun>> CountPairs(const Dataset& dataset, std::string_view split,
                                                const PairCountingSpec& spec,
                                                absl::FunctionRef<void(uint64_t tokens)> done) {
  ASSIGN_OR_RETURN(const SplitEntry* entry, dataset.FindSplit(split));
  std::vector<std::unique_ptr<ShardReader>> shards;
  std::vector<BlockPlace> places;
  for (int i = 0; i < entry->shards_size(); ++i) {
    ASSIGN_OR_RETURN(shards.emplace_back(), OpenShard(dataset, *entry, i));
    for (int block = 0; block < shards.back()->blocks(); ++block)
      places.push_back({shards.back().get(), block});
  }
  const std::vector<uint64_t> weights = Weights(spec.window);
  std::vector<Counter> counters;
  for (int thread = 0; thread < spec.threads; ++thread)
    counters.emplace_back(dataset.vocabulary(), weights, spec.memory_bytes / spec.threads);

  std::mutex mutex;
  std::vector<PairRun> runs;  // guarded by mutex
  std::atomic<int> files = 0;
  const auto path = [&] { return JoinPath(spec.folder, absl::StrCat("pairs-", files++)); };
  const auto spill = [&](Counter* counter) -> absl::Status {
    if (counter->table()->size() == 0) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto writer, PairRunWriter::Create(path(), spec.parts));
    RETURN_IF_ERROR(
        counter->table()->ForEach([&](const WeighedPair& pair) { return writer->Add(pair); }));
    counter->table()->Clear();
    ASSIGN_OR_RETURN(PairRun run, writer->Finish());
    const std::lock_guard<std::mutex> lock(mutex);
    runs.push_back(std::move(run));
    return absl::OkStatus();
  };
  std::vector<ExampleBlock> blocks(spec.threads);
  RETURN_IF_ERROR(WorkInTurn<BlockPlace>(
      spec.threads,
      [&, next = places.begin()](BlockPlace* place) mutable -> absl::StatusOr<bool> {
        if (next == places.end()) return false;
        *place = *next++;
        return true;
      },
      [&](int thread, BlockPlace* place) -> absl::Status {
        Counter* const counter = &counters[thread];
        RETURN_IF_ERROR(place->shard->ReadBlock(place->number, &blocks[thread]));
        RETURN_IF_ERROR(counter->AddBlock(blocks[thread], [&] { return spill(counter); }));
        done(blocks[thread].tokens(0));
        return absl::OkStatus();
      }));
  RETURN_IF_ERROR(WorkInTurn<int>(
      spec.threads,
      [&, next = 0](int* counter) mutable -> absl::StatusOr<bool> {
        *counter = next++;
        return *counter < spec.threads;
      },
      [&](int, int* counter) { return spill(&counters[*counter]); }));
  counters.clear();

  // Merge the first runs until few enough are left.
  while (runs.size() > kMaxPairRuns) {
    const auto rest = runs.begin() + kMaxPairRuns;
    ASSIGN_OR_RETURN(PairRun merged, MergeToRun(std::span(runs.begin(), rest), path(), spec.parts));
    runs.erase(runs.begin(), rest);
    runs.push_back(std::move(merged));
  }
  return runs;
}

}  // namespace elman
