// Makes a vocabulary: from counted words, characters or labels, from the byte values, or from a
// trained SentencePiece model.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/text/piece_table.h"
#include "data/text/vocabulary.h"
#include "data/tokenizer/first_entries.h"
#include "proto/dataset.pb.h"

namespace elman {

// Counts labels, or the pieces that a WORD, WHITESPACE or CHARACTER tokenizer cuts lines into.
class PieceCounts {
 public:
  // Returns the number of the piece: pieces are numbered in the order in which they come.
  uint32_t Add(std::string_view piece, uint64_t count) {
    const uint32_t number = pieces_.FindOrAdd(piece);
    if (number == counts_.size()) counts_.push_back(0);
    counts_[number] += count;
    return number;
  }
  // Counts the pieces of a line as the tokenizer that `spec` describes would cut it.
  void AddLine(const TokenizerSpec& spec, std::string_view line);
  void AddAll(const PieceCounts& counts);
  void Clear();

  uint32_t size() const { return pieces_.size(); }
  std::string_view piece(uint32_t number) const { return pieces_.piece(number); }
  uint64_t count(uint32_t number) const { return counts_[number]; }
  uint64_t CountOf(std::string_view piece) const;
  uint64_t memory_bytes() const {
    return pieces_.memory_bytes() + counts_.capacity() * sizeof(counts_[0]);
  }

  // As bytes for another process, and the sum with such bytes.
  std::string Serialize() const;
  absl::Status AddSerialized(std::string_view bytes);

 private:
  PieceTable pieces_;
  std::vector<uint64_t> counts_;  // by number
  std::string lower_;             // of the line in hand
  std::vector<std::string_view> split_;
};

// How many of the pieces that a vocabulary does not have are told.
inline constexpr size_t kMostUnknownWords = 10;

// Chooses, from counted pieces that come one by one, those that make a vocabulary.
//
// Of words and characters: <unk> is 0, </s> is 1; the pieces follow by falling count, where equal
// in the order of their bytes. Pieces counted less than min_count times are left out, and the last
// ones so that no more than vocab_size ids, the first two included, can be predicted. Counts of
// <unk> and </s> are 0 as yet. Of labels: all, in the order of their bytes.
//
// It never holds more pieces than its vocabulary will have, and kMostUnknownWords of the others.
class PieceSelection {
 public:
  explicit PieceSelection(const TokenizerSpec& spec);
  void Add(std::string_view piece, uint64_t count);  // once for every piece
  void AddAll(const PieceCounts& counts);
  bool empty() const { return chosen_.empty(); }
  absl::StatusOr<Vocabulary> Build();  // call once, at the end

  // What the vocabulary does not have: how many pieces, and the most frequent.
  uint64_t left_out_types() const { return left_out_types_; }
  std::vector<Vocabulary::Entry> TakeLeftOut() { return left_out_.Take(); }

 private:
  void LeaveOut(std::string_view piece, uint64_t count);

  const TokenizerSpec spec_;
  FirstEntries chosen_;
  uint64_t left_out_types_ = 0;
  FirstEntries left_out_;
};

absl::StatusOr<Vocabulary> BuildCountedVocabulary(const TokenizerSpec& spec,
                                                  const PieceCounts& counts);

// The 256 bytes, ids their values, and </s>.
absl::StatusOr<Vocabulary> BuildByteVocabulary();

// Trains SentencePiece on `lines` and returns the bytes of its model.
absl::StatusOr<std::string> TrainSentencePiece(const TokenizerSpec& spec,
                                               const std::vector<std::string>& lines);
absl::StatusOr<Vocabulary> BuildSentencePieceVocabulary(std::string_view model);

// The vocabulary of a file that others made: of WORDPIECE the vocab.txt of a BERT model, of
// SENTENCEPIECE a model. `path` is for messages.
absl::StatusOr<Vocabulary> BuildForeignVocabulary(TokenizerSpec::Kind kind, std::string_view bytes,
                                                  const std::string& path);

// The same vocabulary, with `counts` by id for the pieces that can be predicted.
absl::StatusOr<Vocabulary> WithCounts(const Vocabulary& vocabulary,
                                      const std::vector<uint64_t>& counts);

}  // namespace elman
