// Benchmarks of reading training data: verified tokens from shards, and batches. The files are in
// the page cache.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "data/batches/sequence_batcher.h"
#include "data/batches/stream_batcher.h"
#include "data/io/atomic_file.h"
#include "data/io/paths.h"
#include "data/io/temporary_folder.h"
#include "data/preprocess/preprocess.h"
#include "data/shards/dataset.h"
#include "data/shards/shard_reader.h"
#include "data/shards/token_reader.h"
#include "trainer/comm/single_process.h"

namespace elman {
namespace {

constexpr int kTokens = 64'000'000;

// A data set of random words in a temporary folder, which is removed after the run.
class MadeDataset {
 public:
  explicit MadeDataset(Task task) {
    folder_ = std::move(*TemporaryFolder::Create("/tmp/elman-bench"));
    const std::string corpus = folder_->temporary_path() + "/corpus";
    std::string text;
    uint32_t random = 1;
    for (int i = 0; i < kTokens; ++i) {
      if (i % 20 == 0 && task == CLASSIFICATION) text += "label\t";
      random = random * 1664525 + 1013904223;
      text += "w" + std::to_string((random >> 16) * (random & 0xffff) >> 19) +
              (i % 20 == 19 ? "\n" : " ");
    }
    PreprocessOptions options;
    options.task = task;
    options.tokenizer.set_kind(TokenizerSpec::WHITESPACE);
    options.splits = {{"train", {corpus}}};
    options.output = folder_->temporary_path() + "/dataset";
    options.quiet = true;
    absl::Status status = WriteFile(corpus, text);
    status.Update(CheckOptions(&options));
    SingleProcess alone;
    if (status.ok()) status = Preprocess(options, &alone, nullptr).status();
    auto opened = Dataset::Open(options.output);
    status.Update(opened.status());
    if (!status.ok()) {
      std::fprintf(stderr, "elman-bench: error: %s\n", std::string(status.message()).c_str());
      std::exit(1);
    }
    dataset_ = *opened;
  }
  std::shared_ptr<const Dataset> dataset() const { return dataset_; }

 private:
  std::unique_ptr<TemporaryFolder> folder_;
  std::shared_ptr<const Dataset> dataset_;
};

std::shared_ptr<const Dataset> SharedDataset() {
  static const MadeDataset made(LANGUAGE_MODEL);
  return made.dataset();
}

void CountRate(benchmark::State& state, const char* unit, double count) {
  state.counters[unit] = benchmark::Counter(count, benchmark::Counter::kIsIterationInvariantRate);
}

// Reads all tokens of a split in order; every block is verified.
void ReadTokens(benchmark::State& state) {
  auto dataset = SharedDataset();
  std::vector<int32_t> ids(1 << 16);
  uint64_t tokens = 0;
  for (auto _ : state) {
    auto reader = TokenReader::Open(dataset, "train", /*cache_bytes=*/0);
    tokens = (*reader)->tokens();
    for (uint64_t at = 0; at < tokens; at += ids.size()) {
      const size_t count = std::min<uint64_t>(ids.size(), tokens - at);
      if (!(*reader)->Read(at, std::span(ids).first(count)).ok()) state.SkipWithError("unreadable");
    }
    benchmark::DoNotOptimize(ids.data());
  }
  CountRate(state, "tokens/s", static_cast<double>(tokens));
}

// Returns the paths of the shards of the split train, and their total size in bytes.
std::pair<std::vector<std::string>, double> TrainShards() {
  const auto dataset = SharedDataset();
  std::pair<std::vector<std::string>, double> shards;
  for (const ShardEntry& shard : (*dataset->FindSplit("train"))->shards()) {
    shards.first.push_back(JoinPath(dataset->folder(), shard.file()));
    shards.second += static_cast<double>(shard.bytes());
  }
  return shards;
}

// Opens the shards, reads every block and verifies its checksum and the range of its lengths and
// ids.
void ReadBlocks(benchmark::State& state) {
  const auto [paths, bytes] = TrainShards();
  ExampleBlock block;
  for (auto _ : state) {
    for (const std::string& path : paths) {
      const auto shard = ShardReader::Open(path, {1u << 16});
      for (int i = 0; i < (*shard)->blocks(); ++i) {
        if (!(*shard)->ReadBlock(i, &block).ok()) state.SkipWithError("unreadable");
      }
    }
  }
  CountRate(state, "MB/s", bytes / 1e6);
}

// A lower bound for any reader: maps the same files and sums their words.
void MappedSum(benchmark::State& state) {
  const auto [paths, bytes] = TrainShards();
  for (auto _ : state) {
    for (const std::string& path : paths) {
      const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
      const auto size = static_cast<size_t>(lseek(fd, 0, SEEK_END));
      void* const mapped = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
      close(fd);
      if (mapped == MAP_FAILED) state.SkipWithError("cannot be mapped");
      const std::span words(static_cast<const uint64_t*>(mapped), size / sizeof(uint64_t));
      benchmark::DoNotOptimize(std::accumulate(words.begin(), words.end(), uint64_t{0}));
      munmap(mapped, size);
    }
  }
  CountRate(state, "MB/s", bytes / 1e6);
}

// One epoch of a language model's batches.
void StreamBatches(benchmark::State& state) {
  const int batch_size = static_cast<int>(state.range(0)), steps = static_cast<int>(state.range(1));
  auto source = CreateStreamBatcher(SharedDataset(), "train",
                                    {.batch_size = batch_size, .sequence_length = steps});
  Batch batch;
  int64_t tokens = 0;
  for (auto _ : state) {
    tokens = 0;
    for (int64_t step = 0; step < (*source)->batches_per_epoch(); ++step) {
      if (!(*source)->Read(0, step, 0, &batch).ok()) state.SkipWithError("unreadable");
      tokens += batch.target_count;
    }
  }
  CountRate(state, "tokens/s", static_cast<double>(tokens));
}

// One epoch of a classifier's batches, shuffled and bucketed.
void SequenceBatches(benchmark::State& state) {
  static const MadeDataset made(CLASSIFICATION);
  const auto source =
      CreateSequenceBatcher(made.dataset(), "train", static_cast<int>(state.range(0)),
                            /*lanes=*/1, {.shuffled = true, .seed = 1});
  Batch batch;
  int64_t epoch = 0, tokens = 0;
  for (auto _ : state) {
    tokens = 0;
    for (int64_t number = 0; number < (*source)->batches_per_epoch(); ++number) {
      if (!(*source)->Read(epoch, number, 0, &batch).ok()) state.SkipWithError("unreadable");
      for (const int32_t length : batch.lengths) tokens += length;
    }
    ++epoch;
  }
  CountRate(state, "tokens/s", static_cast<double>(tokens));
}

BENCHMARK(ReadTokens);
BENCHMARK(ReadBlocks);
BENCHMARK(MappedSum);
BENCHMARK(StreamBatches)->Args({20, 35})->Args({64, 35});
BENCHMARK(SequenceBatches)->Arg(64);

}  // namespace
}  // namespace elman
