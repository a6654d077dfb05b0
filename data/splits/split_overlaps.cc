#include "data/splits/split_overlaps.h"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "data/io/bytes.h"
#include "data/io/random_access_file.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

// Calls `visit` for every hash of a split.
absl::Status VisitHashes(const HashedSplit& split, const std::function<void(uint64_t)>& visit) {
  std::vector<uint64_t> hashes(size_t{1} << 16);
  for (const std::string& path : split.paths) {
    ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
    const uint64_t count = file->size() / sizeof(uint64_t);
    for (uint64_t begin = 0; begin < count; begin += hashes.size()) {
      const size_t size = std::min<uint64_t>(hashes.size(), count - begin);
      RETURN_IF_ERROR(file->Read(begin * sizeof(uint64_t), size * sizeof(uint64_t),
                                 reinterpret_cast<char*>(hashes.data())));
      for (size_t i = 0; i < size; ++i) visit(hashes[i]);
    }
  }
  return absl::OkStatus();
}

// Finds the overlaps of the last of `splits` with each of the others.
absl::Status FindOverlapsOfLast(std::span<const HashedSplit> splits, size_t max_held,
                                std::vector<SplitOverlap>* overlaps) {
  const HashedSplit& last = splits.back();
  std::vector<SplitOverlap> found(splits.size() - 1);
  uint64_t examples = 0;
  RETURN_IF_ERROR(VisitHashes(last, [&](uint64_t) { ++examples; }));
  const uint64_t passes = examples / max_held + 1;
  for (uint64_t pass = 0; pass < passes; ++pass) {
    // By hash: number of examples of `last`, and the last split for which they were counted.
    absl::flat_hash_map<uint64_t, std::pair<uint64_t, size_t>> held;
    RETURN_IF_ERROR(VisitHashes(last, [&](uint64_t hash) {
      if (hash % passes == pass) ++held.try_emplace(hash, 0, splits.size()).first->second.first;
    }));
    for (size_t i = 0; i + 1 < splits.size(); ++i) {
      RETURN_IF_ERROR(VisitHashes(splits[i], [&](uint64_t hash) {
        const auto hit = held.find(hash);
        if (hit == held.end() || hit->second.second == i) return;
        hit->second.second = i;
        found[i].example_hash =
            found[i].examples == 0 ? hash : std::min(hash, found[i].example_hash);
        found[i].examples += hit->second.first;
      }));
    }
  }
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i].examples == 0) continue;
    found[i].split = last.name;
    found[i].other = splits[i].name;
    overlaps->push_back(std::move(found[i]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<HashSpool>> HashSpool::Create(const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  return std::unique_ptr<HashSpool>(new HashSpool(std::move(file)));
}

absl::Status HashSpool::Append(const std::vector<uint64_t>& hashes) {
  return file_->Append(AsBytes(hashes));
}

absl::Status HashSpool::Finish() { return file_->Close(); }

absl::Status FindExample(const Corpus& corpus, const ExampleRules& rules, SplitOverlap* overlap) {
  CorpusReader reader(corpus);
  TextChunk chunk;
  LeftOut left_out;
  while (overlap->place.empty()) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(&chunk));
    if (!more) break;
    RETURN_IF_ERROR(reader.Read(&chunk));
    RETURN_IF_ERROR(ReadExamples(
        rules, chunk,
        [&](const TextExample& example) {
          if (!overlap->place.empty() || ContentHash(rules.task, example) != overlap->example_hash)
            return;
          overlap->place = chunk.PlaceOf(example.line);
          for (const std::string_view part : example.fields[0])
            overlap->text.append(overlap->text.empty() ? "" : " ").append(part);
        },
        &left_out));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SplitOverlap>> FindOverlaps(const std::vector<HashedSplit>& splits,
                                                       size_t max_held) {
  std::vector<SplitOverlap> overlaps;
  for (size_t i = 1; i < splits.size(); ++i)
    RETURN_IF_ERROR(FindOverlapsOfLast(std::span(splits).first(i + 1), max_held, &overlaps));
  return overlaps;
}

}  // namespace elman
