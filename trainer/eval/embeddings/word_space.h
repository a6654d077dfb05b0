// Word vectors normalized to unit length, with cosine similarity, neighbors and analogies.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/text/piece_table.h"
#include "data/vectors/vector_reader.h"
#include "trainer/network/math/matrix.h"

namespace elman {

class WordSpace {
 public:
  // For vectors of `size` elements.
  explicit WordSpace(int64_t size) : size_(size) {}

  // If a word is added several times, its first vector is used. Only the direction is stored.
  void Add(std::string_view word, std::span<const float> vector);

  int64_t words() const { return words_.size(); }
  int64_t size() const { return size_; }
  std::string_view word(int64_t i) const { return words_.piece(static_cast<uint32_t>(i)); }

  // Returns the number of a word or, if it is missing, of its lower-case form; negative if both are
  // missing.
  int64_t Find(std::string_view word) const;

  // Returns the cosine similarity of two words.
  double Similarity(int64_t a, int64_t b) const;

  struct Neighbor {
    int64_t word = 0;
    double similarity = 0;
  };
  // Returns the words with the greatest cosine similarity to a word, without the word itself,
  // nearest first.
  std::vector<Neighbor> Neighbors(int64_t word, int64_t count) const;

  // The analogy a : b = c : x. The answers are the words nearest to b - a + c (3CosAdd) except
  // these three (Mikolov, Yih and Zweig, 2013).
  struct Analogy {
    int64_t a = 0, b = 0, c = 0;
  };
  // Returns the best `count` answers to an analogy, nearest first.
  std::vector<Neighbor> Answers(const Analogy& analogy, int64_t count) const;
  // Returns b - a + c, normalized to length 1.
  std::vector<float> Direction(const Analogy& analogy) const;

  ConstMatrix matrix() const { return {vectors_.data(), words(), size_}; }

 private:
  std::vector<Neighbor> Nearest(std::span<const float> direction, std::span<const int64_t> without,
                                int64_t count) const;

  const int64_t size_;
  PieceTable words_;
  std::vector<float> vectors_;  // [words, size], each of length 1, or zeros
};

// Reads all words of a reader.
absl::StatusOr<std::unique_ptr<WordSpace>> ReadWordSpace(VectorReader* reader);

}  // namespace elman
