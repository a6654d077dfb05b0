// Encodes words with a SentencePiece model. The result is that of SentencePiece, but it is faster
// because it supports only what models of Train need.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/text/piece_table.h"

namespace elman {

// The tables of one model. Safe for concurrent use.
class SubwordEncoder {
 public:
  // Longer words are left to SentencePiece, because time grows quadratically with the length.
  static constexpr size_t kMaxWordBytes = 64;

  struct LearnedPiece {
    std::string text;
    float score;
    uint32_t id;
  };
  // In byte-pair encoding, scores give the order of merges; in a unigram model they are log
  // probabilities. Characters without a piece are encoded as bytes.
  SubwordEncoder(bool unigram, const std::vector<LearnedPiece>& pieces,
                 const std::array<uint32_t, 256>& byte_ids);

  // Appends the ids of a word of valid UTF-8 with at most kMaxWordBytes bytes, including its space
  // mark.
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
  size_t most_bytes_ = 0;    // bytes of the longest piece
  float unknown_score_ = 0;  // score of a character without a piece
};

}  // namespace elman
