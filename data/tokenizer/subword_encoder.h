// The pieces of words in a model of SentencePiece, found from tables of our own: as SentencePiece
// finds them, without what its generality costs.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/piece_table.h"

namespace elman {

// Safe for any number of threads.
class SubwordEncoder {
 public:
  // Longer words are SentencePiece's business: work grows with the square of their length.
  static constexpr size_t kMaxWordBytes = 64;

  struct LearnedPiece {
    std::string text;
    float score;
    uint32_t id;
  };
  // Of byte-pair encoding, scores tell the order of merges; of a unigram model they are logarithms
  // of probabilities. What has no piece is spelled in bytes.
  SubwordEncoder(bool unigram, const std::vector<LearnedPiece>& pieces,
                 const std::array<uint32_t, 256>& byte_ids);

  // Appends the ids of a word of valid UTF-8, of at most kMaxWordBytes bytes, its space mark
  // included.
  void Encode(std::string_view word, std::vector<uint32_t>* ids) const;

 private:
  void MergePairs(std::string_view word, std::vector<uint32_t>* ids) const;
  void FindBestPath(std::string_view word, std::vector<uint32_t>* ids) const;
  void Append(std::string_view piece, uint32_t number, std::vector<uint32_t>* ids) const;

  const bool unigram_;
  PieceTable pieces_;
  std::vector<float> scores_;  // by number in pieces_
  std::vector<uint32_t> ids_;
  const std::array<uint32_t, 256> byte_ids_;
  size_t most_bytes_ = 0;    // of a piece
  float unknown_score_ = 0;  // of a character without a piece
};

}  // namespace elman
