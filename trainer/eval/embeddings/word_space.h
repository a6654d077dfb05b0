// Words as directions: which are near each other, and which differ as others do.
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
  // Of vectors of so many elements.
  explicit WordSpace(int64_t size) : size_(size) {}

  // Of several vectors of a word the first counts. Only directions are kept.
  void Add(std::string_view word, std::span<const float> vector);

  int64_t words() const { return words_.size(); }
  int64_t size() const { return size_; }
  std::string_view word(int64_t i) const { return words_.piece(static_cast<uint32_t>(i)); }

  // The number of a word or, where it has none, of its lower case; negative: there is neither.
  int64_t Find(std::string_view word) const;

  // The cosine of two words' vectors.
  double Similarity(int64_t a, int64_t b) const;

  struct Neighbor {
    int64_t word = 0;
    double similarity = 0;
  };
  // The words whose directions are nearest to a word's, itself left out, nearest first.
  std::vector<Neighbor> Neighbors(int64_t word, int64_t count) const;

  // What is to c as b is to a: the words nearest to b - a + c (3CosAdd), but for these three
  // (Mikolov, Yih and Zweig, 2013).
  struct Analogy {
    int64_t a = 0, b = 0, c = 0;
  };
  std::vector<Neighbor> Answers(const Analogy& analogy, int64_t count) const;
  // b - a + c, of length 1.
  std::vector<float> Direction(const Analogy& analogy) const;

  ConstMatrix matrix() const { return {vectors_.data(), words(), size_}; }

 private:
  std::vector<Neighbor> Nearest(std::span<const float> direction, std::span<const int64_t> without,
                                int64_t count) const;

  const int64_t size_;
  PieceTable words_;
  std::vector<float> vectors_;  // [words, size], each of length 1, or 0
};

// All words of a reader.
absl::StatusOr<std::unique_ptr<WordSpace>> ReadWordSpace(VectorReader* reader);

}  // namespace elman
