// Statistics of a split, collected while it is tokenized: what was left out, lengths of examples,
// unknown words, and hashes of texts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/shards/length_histogram.h"
#include "data/splits/chunk_statistics.h"
#include "data/splits/restoration.h"
#include "data/splits/split_overlaps.h"
#include "data/staging/example_spool.h"
#include "data/text/example_parser.h"
#include "data/tokenizer/vocabulary_builder.h"
#include "data/vocabularies/field_coding.h"
#include "data/vocabularies/unknown_words.h"
#include "proto/dataset.pb.h"
#include "trainer/comm/communicator.h"

namespace elman {

// Number of entries of a vocabulary with a count above 0 in `counts`, without <unk> and </s>.
uint64_t UsedTypes(const Vocabulary& vocabulary, const std::vector<uint64_t>& counts);

// The statistics of one split on one rank.
class SplitStatistics {
 public:
  // If `hash_path` is not empty, content hashes are written to a temporary file of that name.
  static absl::StatusOr<SplitStatistics> Create(size_t fields, const std::string& hash_path);

  // Adds the examples and statistics of a chunk.
  absl::Status Add(const SpooledExamples& examples, const ChunkStatistics& statistics);
  absl::Status Finish() { return hashes_ == nullptr ? absl::OkStatus() : hashes_->Finish(); }

  // Sends the statistics of all ranks to rank 0. Collective.
  absl::Status Share(Communicator* workers);

  const LeftOut& left_out() const { return left_out_; }
  const TextNotices& notices() const { return notices_; }
  // Examples that were kept although they have bytes that are not UTF-8.
  uint64_t invalid_examples() const { return invalid_examples_; }
  const PieceCounts& unseen_labels() const { return unseen_labels_; }
  const TagPairs& tag_pairs() const { return tag_pairs_; }

  // File with the content hashes of this rank; empty if there is none.
  std::string hash_path() const { return hashes_ == nullptr ? "" : hashes_->path(); }
  void RemoveHashes() { hashes_ = nullptr; }

  // Counts for lines whose raw text is kept. Complete on rank 0.
  const LineRestoration& restoration() const { return restoration_; }

  // Adds to `split` the statistics of each field, and the overlaps of this split among `overlaps`.
  void Describe(const std::vector<FieldCoding>& fields, const std::vector<SplitOverlap>& overlaps,
                SplitEntry* split) const;

 private:
  explicit SplitStatistics(size_t fields) : lengths_(fields), unknown_(fields) {}

  LeftOut left_out_;
  TextNotices notices_;
  uint64_t invalid_examples_ = 0;
  PieceCounts unseen_labels_;
  TagPairs tag_pairs_;
  LineRestoration restoration_;
  std::vector<LengthCounts> lengths_;  // by field
  std::vector<UnknownWords> unknown_;
  std::unique_ptr<HashSpool> hashes_;  // or null
};

}  // namespace elman
