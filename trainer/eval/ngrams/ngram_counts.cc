#include "trainer/eval/ngrams/ngram_counts.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <numeric>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/records/merge_sorted.h"
#include "data/records/number_spool.h"
#include "data/shards/token_reader.h"
#include "data/workers/in_turn.h"

namespace elman {
namespace {

// Tokens per work unit of a thread, and of its reader's cache.
constexpr uint64_t kTokensInTurn = uint64_t{1} << 19;
constexpr uint64_t kCacheBytes = uint64_t{5} << 20;
// Maximum number of runs to merge at a time. Each needs about 128 KiB, and the number of open files
// is limited.
constexpr size_t kMaxRuns = 64;
// Larger arrays do not make sorting more efficient.
constexpr uint64_t kMaxKeys = uint64_t{1} << 23;
constexpr uint64_t kMinKeys = uint64_t{1} << 12;

// Writes n-grams in the order of keys, and records where parts begin.
class RunWriter {
 public:
  static absl::StatusOr<std::unique_ptr<RunWriter>> Create(const std::string& path,
                                                           const NgramCoding& coding,
                                                           const NgramParts& parts) {
    ASSIGN_OR_RETURN(std::unique_ptr<NumberSpoolWriter> spool, NumberSpoolWriter::Create(path));
    return std::unique_ptr<RunWriter>(new RunWriter(std::move(spool), coding, parts));
  }

  absl::Status Add(NgramKey ngram, uint32_t count) {
    if (coding_.order() > 1) {
      const uint32_t newest = coding_.ContextToken(ngram, 1);
      while (newest >= parts_.first_token[offsets_.size()]) RETURN_IF_ERROR(EndPart());
    }
    std::array<uint32_t, 5> record;
    const int words = coding_.words();
    for (int i = 0; i < words; ++i) record[i] = static_cast<uint32_t>(ngram >> 32 * i);
    record[words] = count;
    return spool_->Append(std::span(record).first(words + 1));
  }

  absl::StatusOr<NgramRun> Finish() {
    while (offsets_.size() < parts_.first_token.size()) RETURN_IF_ERROR(EndPart());
    return NgramRun{spool_->path(), offsets_};
  }

 private:
  RunWriter(std::unique_ptr<NumberSpoolWriter> spool, const NgramCoding& coding,
            const NgramParts& parts)
      : spool_(std::move(spool)), coding_(coding), parts_(parts) {}

  absl::Status EndPart() {
    RETURN_IF_ERROR(spool_->Flush());
    offsets_.push_back(spool_->offset());
    return absl::OkStatus();
  }

  const std::unique_ptr<NumberSpoolWriter> spool_;
  const NgramCoding coding_;
  const NgramParts& parts_;
  std::vector<uint64_t> offsets_ = {0};
};

// A reader of a run, positioned at one of its n-grams.
class RunReader {
 public:
  using Key = NgramKey;
  RunReader(std::unique_ptr<NumberSpoolReader> spool, int words)
      : spool_(std::move(spool)), words_(words) {}

  // Advances to the next n-gram; returns false at the end.
  absl::StatusOr<bool> Next() {
    std::array<uint32_t, 5> record;
    if (!spool_->Take(std::span(record).first(words_ + 1))) {
      RETURN_IF_ERROR(spool_->status());
      return false;
    }
    key_ = 0;
    for (int i = 0; i < words_; ++i) key_ |= NgramKey{record[i]} << 32 * i;
    count_ = record[words_];
    return true;
  }
  NgramKey key() const { return key_; }
  uint32_t count() const { return count_; }

 private:
  std::unique_ptr<NumberSpoolReader> spool_;
  int words_;
  NgramKey key_ = 0;
  uint32_t count_ = 0;
};

// Sorts keys of `key_bits` bits: first into buckets by the top bits, then each bucket.
void SortKeys(int key_bits, std::vector<NgramKey>* keys, std::vector<NgramKey>* scratch) {
  constexpr int kTopBits = 14;
  const int shift = std::max(0, key_bits - kTopBits);
  std::vector<uint32_t> ends((size_t{1} << kTopBits) + 1);
  for (const NgramKey key : *keys) ++ends[static_cast<size_t>(key >> shift) + 1];
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<uint32_t> begins(ends.begin(), ends.end() - 1);
  scratch->resize(keys->size());
  for (const NgramKey key : *keys) (*scratch)[begins[static_cast<size_t>(key >> shift)]++] = key;
  for (size_t bucket = 0; bucket + 1 < ends.size(); ++bucket)
    std::sort(scratch->begin() + ends[bucket], scratch->begin() + ends[bucket + 1]);
  keys->swap(*scratch);
}

// The counter of one thread.
class Counter {
 public:
  Counter(const NgramCoding& coding, const NgramParts& parts, const Vocabulary& vocabulary,
          size_t capacity)
      : coding_(coding),
        parts_(parts),
        end_id_(static_cast<int32_t>(vocabulary.end_id())),
        begin_(coding.Context(vocabulary.start_id(), vocabulary.pad_id())),
        capacity_(capacity) {
    keys_.reserve(capacity);
  }

  // Adds the n-grams that end in ids[before] and later; the ids before it are context only. `path`
  // returns the path for a new run.
  absl::Status Add(std::span<const int32_t> ids, size_t before,
                   const std::function<std::string()>& path) {
    NgramKey context = begin_;
    for (size_t i = 0; i < ids.size(); ++i) {
      if (i >= before) {
        keys_.push_back(coding_.Ngram(context, static_cast<uint32_t>(ids[i])));
        if (keys_.size() == capacity_) RETURN_IF_ERROR(Spill(path()));
      }
      context = ids[i] == end_id_ ? begin_ : coding_.Extend(context, static_cast<uint32_t>(ids[i]));
    }
    return absl::OkStatus();
  }

  absl::Status Spill(const std::string& path) {
    if (keys_.empty()) return absl::OkStatus();
    SortKeys(coding_.key_bits(), &keys_, &scratch_);
    ASSIGN_OR_RETURN(const auto run, RunWriter::Create(path, coding_, parts_));
    for (size_t i = 0; i < keys_.size();) {
      const size_t first = i;
      while (i < keys_.size() && keys_[i] == keys_[first]) ++i;
      RETURN_IF_ERROR(run->Add(keys_[first], static_cast<uint32_t>(i - first)));
    }
    keys_.clear();
    ASSIGN_OR_RETURN(runs_.emplace_back(), run->Finish());
    return absl::OkStatus();
  }

  const std::vector<NgramRun>& runs() const { return runs_; }

 private:
  const NgramCoding coding_;
  const NgramParts& parts_;
  const int32_t end_id_;
  const NgramKey begin_;
  const size_t capacity_;
  std::vector<NgramKey> keys_, scratch_;
  std::vector<NgramRun> runs_;
};

// Reads the tokens [begin, end) of a split, preceded by as many tokens as the context needs.
absl::StatusOr<size_t> ReadWithContext(TokenReader* reader, int order, uint64_t begin, uint64_t end,
                                       std::vector<int32_t>* ids) {
  const uint64_t before = std::min<uint64_t>(begin, order);
  ids->resize(before + (end - begin));
  RETURN_IF_ERROR(reader->Read(begin - before, *ids));
  return before;
}

}  // namespace

NgramParts DivideNgrams(const Vocabulary& vocabulary, uint64_t examples, int parts) {
  // Every token is the newest of a context about as often as it occurs.
  const auto count = [&](uint32_t id) {
    return 1 + (id == vocabulary.start_id() ? examples : vocabulary.count(id));
  };
  uint64_t total = 0, sum = 0;
  for (uint32_t id = 0; id < vocabulary.size(); ++id) total += count(id);
  NgramParts divided{{0}};
  for (uint32_t id = 0; id < vocabulary.size(); ++id) {
    if (sum * parts >= total * divided.first_token.size()) divided.first_token.push_back(id);
    sum += count(id);
  }
  divided.first_token.push_back(vocabulary.size());
  return divided;
}

absl::StatusOr<std::vector<NgramRun>> CountNgrams(const std::shared_ptr<const Dataset>& dataset,
                                                  std::string_view split, const NgramCoding& coding,
                                                  const NgramParts& parts,
                                                  const NgramCountingSpec& spec) {
  // Half of the memory is the scratch array of the sort.
  const uint64_t capacity =
      std::clamp(spec.memory_bytes / spec.threads / (2 * sizeof(NgramKey)), kMinKeys, kMaxKeys);
  std::vector<std::unique_ptr<TokenReader>> readers(spec.threads);
  std::vector<Counter> counters;
  for (int thread = 0; thread < spec.threads; ++thread) {
    ASSIGN_OR_RETURN(readers[thread], TokenReader::Open(dataset, split, kCacheBytes));
    counters.emplace_back(coding, parts, dataset->vocabulary(), capacity);
  }
  std::atomic<int> files = 0;
  const auto path = [&] { return JoinPath(spec.folder, absl::StrCat("run-", files++)); };
  const uint64_t tokens = readers[0]->tokens();
  uint64_t position = 0;
  struct Stretch {
    uint64_t begin = 0;
    std::vector<int32_t> ids;
  };
  RETURN_IF_ERROR(WorkInTurn<Stretch>(
      spec.threads,
      [&](Stretch* stretch) -> absl::StatusOr<bool> {
        stretch->begin = position;
        position = std::min(tokens, position + kTokensInTurn);
        return stretch->begin < tokens;
      },
      [&](int thread, Stretch* stretch) -> absl::Status {
        const uint64_t end = std::min(tokens, stretch->begin + kTokensInTurn);
        ASSIGN_OR_RETURN(const size_t before, ReadWithContext(readers[thread].get(), coding.order(),
                                                              stretch->begin, end, &stretch->ids));
        return counters[thread].Add(stretch->ids, before, path);
      }));

  std::vector<NgramRun> runs;
  RETURN_IF_ERROR(WorkInTurn<int>(
      spec.threads,
      [&, next = 0](int* counter) mutable -> absl::StatusOr<bool> {
        *counter = next++;
        return *counter < spec.threads;
      },
      [&](int, int* counter) { return counters[*counter].Spill(path()); }));
  for (const Counter& counter : counters)
    runs.insert(runs.end(), counter.runs().begin(), counter.runs().end());

  // Merges the first runs into one until there are few enough.
  while (runs.size() > kMaxRuns) {
    const std::vector<NgramRun> first(runs.begin(), runs.begin() + kMaxRuns);
    ASSIGN_OR_RETURN(const auto merged, RunWriter::Create(path(), coding, parts));
    for (int part = 0; part < parts.size(); ++part) {
      RETURN_IF_ERROR(MergeNgramRuns(first, part, coding, [&](NgramKey ngram, uint32_t count) {
        return merged->Add(ngram, count);
      }));
    }
    for (const NgramRun& run : first) RETURN_IF_ERROR(RemoveFile(run.path));
    runs.erase(runs.begin(), runs.begin() + kMaxRuns);
    ASSIGN_OR_RETURN(runs.emplace_back(), merged->Finish());
  }
  return runs;
}

absl::Status MergeNgramRuns(const std::vector<NgramRun>& runs, int part, const NgramCoding& coding,
                            const std::function<absl::Status(NgramKey, uint32_t)>& visit) {
  std::vector<std::unique_ptr<RunReader>> readers;
  for (const NgramRun& run : runs) {
    ASSIGN_OR_RETURN(auto spool,
                     NumberSpoolReader::Open(run.path, run.offsets[part], run.offsets[part + 1]));
    readers.push_back(std::make_unique<RunReader>(std::move(spool), coding.words()));
  }
  return MergeSorted(readers, std::plus<>(), visit);
}

}  // namespace elman
