#include "data/tokenizer/subword_encoder.h"

#include <algorithm>
#include <limits>

namespace elman {
namespace {

size_t CharacterBytes(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

}  // namespace

SubwordEncoder::SubwordEncoder(bool unigram, const std::vector<LearnedPiece>& pieces,
                               const std::array<uint32_t, 256>& byte_ids)
    : unigram_(unigram), byte_ids_(byte_ids) {
  constexpr float kUnknownPenalty = 10;  // as in SentencePiece
  float least = std::numeric_limits<float>::max();
  pieces_.Reserve(pieces.size());
  for (const LearnedPiece& piece : pieces) {
    if (pieces_.FindOrAdd(piece.text) != scores_.size()) continue;
    scores_.push_back(piece.score);
    ids_.push_back(piece.id);
    most_bytes_ = std::max(most_bytes_, piece.text.size());
    least = std::min(least, piece.score);
  }
  unknown_score_ = least - kUnknownPenalty;
}

void SubwordEncoder::Encode(std::string_view word, std::vector<uint32_t>* ids) const {
  unigram_ ? FindBestPath(word, ids) : MergePairs(word, ids);
}

void SubwordEncoder::Append(std::string_view piece, uint32_t number,
                            std::vector<uint32_t>* ids) const {
  if (number != PieceTable::kNone) {
    ids->push_back(ids_[number]);
  } else {
    for (const char byte : piece) ids->push_back(byte_ids_[static_cast<unsigned char>(byte)]);
  }
}

// Repeatedly merges the pair of neighbors with the best score that forms a piece, the leftmost one
// of equals (Sennrich, Haddow and Birch, 2016).
void SubwordEncoder::MergePairs(std::string_view word, std::vector<uint32_t>* ids) const {
  // Symbol i begins at begins[i]; pairs[i] is the number of the piece of symbols i and i + 1.
  size_t begins[kMaxWordBytes + 1];
  uint32_t pairs[kMaxWordBytes];
  size_t symbols = 0;
  for (size_t at = 0; at < word.size(); at += CharacterBytes(word[at])) begins[symbols++] = at;
  begins[symbols] = word.size();
  const auto find_pair = [&](size_t i) {
    pairs[i] = pieces_.Find(word.substr(begins[i], begins[i + 2] - begins[i]));
  };
  for (size_t i = 0; i + 1 < symbols; ++i) find_pair(i);
  for (;;) {
    size_t best = symbols;
    for (size_t i = 0; i + 1 < symbols; ++i) {
      if (pairs[i] == PieceTable::kNone) continue;
      if (best == symbols || scores_[pairs[i]] > scores_[pairs[best]]) best = i;
    }
    if (best == symbols) break;
    std::copy(begins + best + 2, begins + symbols + 1, begins + best + 1);
    std::copy(pairs + best + 1, pairs + symbols - 1, pairs + best);
    --symbols;
    if (best > 0) find_pair(best - 1);
    if (best + 1 < symbols) find_pair(best);
  }
  for (size_t i = 0; i < symbols; ++i) {
    const std::string_view symbol = word.substr(begins[i], begins[i + 1] - begins[i]);
    Append(symbol, pieces_.Find(symbol), ids);
  }
}

// Finds the pieces of the word with the greatest sum of scores (Viterbi; Kudo, 2018). Sums are
// rounded at the same places as in SentencePiece.
void SubwordEncoder::FindBestPath(std::string_view word, std::vector<uint32_t>* ids) const {
  struct End {
    float score = 0;
    uint32_t number = PieceTable::kNone;
    size_t begin = 0;
    bool reached = false;
  };
  End ends[kMaxWordBytes + 1];
  const auto offer = [&](size_t begin, size_t end, uint32_t number, double score) {
    End& best = ends[end];
    if (best.reached && score <= static_cast<double>(best.score)) return;
    best = {static_cast<float>(score), number, begin, true};
  };
  for (size_t begin = 0; begin < word.size();) {
    const float before = ends[begin].score;
    const size_t next = std::min(begin + CharacterBytes(word[begin]), word.size());
    bool has_character = false;
    for (size_t end = next;;) {
      const uint32_t number = pieces_.Find(word.substr(begin, end - begin));
      if (number != PieceTable::kNone) {
        offer(begin, end, number, static_cast<double>(scores_[number]) + before);
        has_character = has_character || end == next;
      }
      if (end == word.size()) break;
      end = std::min(end + CharacterBytes(word[end]), word.size());
      if (end - begin > most_bytes_) break;
    }
    if (!has_character) offer(begin, next, PieceTable::kNone, unknown_score_ + before);
    begin = next;
  }
  size_t path[kMaxWordBytes];
  size_t pieces = 0;
  for (size_t end = word.size(); end > 0; end = ends[end].begin) path[pieces++] = end;
  while (pieces-- > 0) {
    const End& end = ends[path[pieces]];
    Append(word.substr(end.begin, path[pieces] - end.begin), end.number, ids);
  }
}

}  // namespace elman
