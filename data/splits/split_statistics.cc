#include "data/splits/split_statistics.h"

#include <algorithm>
#include <string>
#include <utility>

#include "data/io/status_macros.h"
#include "trainer/comm/agreement.h"

namespace elman {

absl::StatusOr<SplitStatistics> SplitStatistics::Create(size_t fields,
                                                        const std::string& hash_path) {
  SplitStatistics statistics(fields);
  if (!hash_path.empty()) {
    ASSIGN_OR_RETURN(statistics.hashes_, HashSpool::Create(hash_path));
  }
  return statistics;
}

absl::Status SplitStatistics::Add(const SpooledExamples& examples,
                                  const ChunkStatistics& statistics) {
  left_out_.Add(statistics.left_out);
  notices_.Add(statistics.notices);
  invalid_examples_ += statistics.invalid_examples;
  unseen_labels_.AddAll(statistics.unseen_labels);
  tag_pairs_.Add(statistics.tag_pairs);
  restoration_ += statistics.restoration;
  for (size_t i = 0; i < lengths_.size(); ++i) {
    for (const uint32_t length : examples.fields[i].lengths) CountLength(length, &lengths_[i]);
    unknown_[i].AddAll(statistics.unknown_words[i]);
  }
  return hashes_ == nullptr ? absl::OkStatus() : hashes_->Append(statistics.content_hashes);
}

absl::Status SplitStatistics::Share(Communicator* workers) {
  std::vector<uint64_t> sums = {left_out_.empty_lines,    left_out_.half_pairs,
                                left_out_.document_marks, left_out_.invalid_examples,
                                left_out_.long_examples,  invalid_examples_,
                                restoration_.exact_lines, restoration_.edited_lines};
  const auto first_operation = static_cast<ptrdiff_t>(sums.size());
  sums.insert(sums.end(), restoration_.operations.begin(), restoration_.operations.end());
  sums = workers->Sum(std::move(sums));
  left_out_ = {sums[0], sums[1], sums[2], sums[3], sums[4]};
  invalid_examples_ = sums[5];
  const std::vector<uint64_t> pairs = workers->Sum(tag_pairs_.numbers());
  tag_pairs_ = TagPairs();
  tag_pairs_.AddNumbers(pairs);
  restoration_ = {sums[6], sums[7]};
  std::copy(sums.begin() + first_operation, sums.end(), restoration_.operations.begin());
  const bool first = workers->rank() == 0;
  absl::Status status;
  for (const std::string& theirs : workers->Gather(first ? "" : unseen_labels_.Serialize()))
    status.Update(unseen_labels_.AddSerialized(theirs));
  for (const std::string& theirs : workers->Gather(first ? "" : notices_.Serialize())) {
    if (!theirs.empty()) status.Update(notices_.AddSerialized(theirs));
  }
  for (size_t i = 0; i < lengths_.size(); ++i) {
    FieldStatistics mine;
    *mine.mutable_length_counts() = lengths_[i];
    for (const std::string& theirs : workers->Gather(first ? "" : mine.SerializeAsString())) {
      FieldStatistics other;
      if (!other.ParseFromString(theirs))
        status.Update(absl::InternalError("truncated statistics from another rank"));
      AddLengths(other.length_counts(), &lengths_[i]);
    }
    for (const std::string& theirs : workers->Gather(first ? "" : unknown_[i].Serialize()))
      status.Update(unknown_[i].AddSerialized(theirs));
  }
  return Agree(workers, status);
}

void SplitStatistics::Describe(const std::vector<FieldCoding>& fields,
                               const std::vector<SplitOverlap>& overlaps, SplitEntry* split) const {
  for (size_t i = 0; i < lengths_.size(); ++i) {
    FieldStatistics* statistics = split->add_surveys();
    *statistics->mutable_length_counts() = lengths_[i];
    unknown_[i].Describe(kMaxUnknownWords, statistics);
    // For train, the words that a counted vocabulary leaves out are known from counting.
    if (split->name() == "train") statistics->MergeFrom(fields[i].left_out);
  }
  if (restoration_.exact_lines + restoration_.edited_lines > 0) {
    RestorationCounts* counts = split->mutable_restoration();
    counts->set_exact_lines(restoration_.exact_lines);
    counts->set_edited_lines(restoration_.edited_lines);
    for (const uint64_t operations : restoration_.operations) counts->add_operations(operations);
  }
  split->set_long_examples(left_out_.long_examples);
  split->set_left_out_examples(left_out_.half_pairs + left_out_.invalid_examples);
  for (const SplitOverlap& overlap : overlaps) {
    if (overlap.split != split->name()) continue;
    OverlapEntry* entry = split->add_overlaps();
    entry->set_split(overlap.other);
    entry->set_examples(overlap.examples);
  }
}

uint64_t UsedTypes(const Vocabulary& vocabulary, const std::vector<uint64_t>& counts) {
  uint64_t used = 0;
  for (uint32_t id = 0; id < counts.size(); ++id) {
    const bool special = id == vocabulary.unknown_id() || id == vocabulary.end_id();
    used += counts[id] > 0 && !special && id < vocabulary.predicted_size() ? 1 : 0;
  }
  return used;
}

}  // namespace elman
