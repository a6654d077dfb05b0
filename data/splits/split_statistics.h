// What a split looks like, found out while it is tokenized: what was left out, lengths of examples,
// unknown words, and hashes of its texts.
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

// How many types of a vocabulary occur where its ids were counted, <unk> and </s> not counted.
uint64_t UsedTypes(const Vocabulary& vocabulary, const std::vector<uint64_t>& counts);

class SplitSurvey {
 public:
  // With a `hash_path`, content hashes are kept in a temporary file of that name.
  static absl::StatusOr<SplitSurvey> Create(size_t fields, const std::string& hash_path);

  absl::Status Add(const SpooledExamples& examples, const TextFindings& findings);
  absl::Status Finish() { return hashes_ == nullptr ? absl::OkStatus() : hashes_->Finish(); }

  // Collective: the first rank gets what all have found.
  absl::Status Share(Communicator* workers);

  const LeftOut& left_out() const { return left_out_; }
  const TextNotices& notices() const { return notices_; }
  uint64_t invalid_examples() const { return invalid_examples_; }  // that were kept
  const PieceCounts& unseen_labels() const { return unseen_labels_; }
  const TagPairs& tag_pairs() const { return tag_pairs_; }

  // Where this rank's content hashes are; empty: nowhere.
  std::string hash_path() const { return hashes_ == nullptr ? "" : hashes_->path(); }
  void RemoveHashes() { hashes_ = nullptr; }

  // Of the lines of a split whose raw text is kept; else of none. Complete on the first rank.
  const LineRestoration& restoration() const { return restoration_; }

  // A survey for each field of the split, which has its name, and those of the overlaps that are
  // its.
  void Describe(const std::vector<FieldCoding>& fields, const std::vector<SplitOverlap>& overlaps,
                SplitEntry* split) const;

 private:
  explicit SplitSurvey(size_t fields) : lengths_(fields), unknown_(fields) {}

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
