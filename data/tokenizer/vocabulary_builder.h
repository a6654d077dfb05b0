// Makes a vocabulary from counted words, characters or labels, from the byte values, or from a
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

// Counts labels, or the pieces of a WORD, WHITESPACE or CHARACTER tokenizer.
class PieceCounts {
 public:
  // Returns the number of the piece. Pieces are numbered in order of first occurrence.
  uint32_t Add(std::string_view piece, uint64_t count) {
    const uint32_t number = pieces_.FindOrAdd(piece);
    if (number == counts_.size()) counts_.push_back(0);
    counts_[number] += count;
    return number;
  }
  // Counts the pieces of a line, split as by the tokenizer that `spec` describes.
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

  // Converts to bytes for another process; adds the counts of such bytes.
  std::string Serialize() const;
  absl::Status AddSerialized(std::string_view bytes);

 private:
  PieceTable pieces_;
  std::vector<uint64_t> counts_;  // by number
  std::string lower_;             // the current line in lower case
  std::vector<std::string_view> split_;
};

// Number of left-out pieces that are reported.
inline constexpr size_t kMaxUnknownWords = 10;

// Selects the pieces of a vocabulary from counted pieces that are added one by one.
//
// Words and characters: <unk> is 0, </s> is 1, and the pieces follow by descending count; equal
// counts are ordered by bytes. Pieces with a count below min_count are left out, and the last ones
// so that at most vocab_size ids, including the first two, can be predicted. The counts of <unk>
// and </s> are 0 at this point. Labels: all of them, ordered by bytes.
//
// Memory holds only the pieces of the vocabulary and kMaxUnknownWords others.
class PieceSelection {
 public:
  explicit PieceSelection(const TokenizerSpec& spec);
  void Add(std::string_view piece, uint64_t count);  // call it once per piece
  void AddAll(const PieceCounts& counts);
  bool empty() const { return chosen_.empty(); }
  absl::StatusOr<Vocabulary> Build();  // call it once, at the end

  // The pieces that are not in the vocabulary: their number, and the most frequent ones.
  uint64_t left_out_types() const { return left_out_types_; }
  std::vector<Vocabulary::Entry> TakeLeftOut() { return left_out_.Take(); }

 private:
  void LeaveOut(std::string_view piece, uint64_t count);

  const TokenizerSpec spec_;
  FirstEntries chosen_;
  uint64_t left_out_types_ = 0;
  FirstEntries left_out_;
};

// The vocabulary that PieceSelection selects from `counts`.
absl::StatusOr<Vocabulary> BuildCountedVocabulary(const TokenizerSpec& spec,
                                                  const PieceCounts& counts);

// A vocabulary of the 256 bytes, whose ids are their values, and </s>.
absl::StatusOr<Vocabulary> BuildByteVocabulary();

// Trains SentencePiece on `lines` and returns the bytes of its model.
absl::StatusOr<std::string> TrainSentencePiece(const TokenizerSpec& spec,
                                               const std::vector<std::string>& lines);
absl::StatusOr<Vocabulary> BuildSentencePieceVocabulary(std::string_view model);

// The vocabulary of an imported file: the vocab.txt of a BERT model for WORDPIECE, the model for
// SENTENCEPIECE. `path` is used in messages.
absl::StatusOr<Vocabulary> BuildImportedVocabulary(TokenizerSpec::Kind kind, std::string_view bytes,
                                                   const std::string& path);

// The same vocabulary with `counts`, by id, for the pieces that can be predicted.
absl::StatusOr<Vocabulary> WithCounts(const Vocabulary& vocabulary,
                                      const std::vector<uint64_t>& counts);

}  // namespace elman
