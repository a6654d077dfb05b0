#include "trainer/eval/embeddings/word_space.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "data/format/characters.h"
#include "data/io/status_macros.h"
#include "trainer/network/math/check.h"

namespace elman {
void WordSpace::Add(std::string_view word, std::span<const float> vector) {
  CHECK_EQ(std::ssize(vector), size_);
  if (words_.Find(word) != PieceTable::kNone) return;
  words_.FindOrAdd(word);
  double squares = 0;
  for (const float element : vector) squares += double{element} * element;
  const double scale = squares > 0 ? 1 / std::sqrt(squares) : 0;
  for (const float element : vector) vectors_.push_back(static_cast<float>(scale * element));
}

int64_t WordSpace::Find(std::string_view word) const {
  uint32_t found = words_.Find(word);
  if (found == PieceTable::kNone) found = words_.Find(LowerCase(word));
  return found == PieceTable::kNone ? -1 : int64_t{found};
}

double WordSpace::Similarity(int64_t a, int64_t b) const {
  const float* const x = matrix().row(a);
  const float* const y = matrix().row(b);
  double product = 0;
  for (int64_t i = 0; i < size_; ++i) product += double{x[i]} * y[i];
  return product;
}

std::vector<WordSpace::Neighbor> WordSpace::Neighbors(int64_t word, int64_t count) const {
  const std::array without = {word};
  return Nearest({matrix().row(word), static_cast<size_t>(size_)}, without, count);
}

std::vector<float> WordSpace::Direction(const Analogy& analogy) const {
  std::vector<float> direction(size_);
  const float* const a = matrix().row(analogy.a);
  const float* const b = matrix().row(analogy.b);
  const float* const c = matrix().row(analogy.c);
  double squares = 0;
  for (int64_t i = 0; i < size_; ++i) {
    direction[i] = b[i] - a[i] + c[i];
    squares += double{direction[i]} * direction[i];
  }
  const auto scale = static_cast<float>(squares > 0 ? 1 / std::sqrt(squares) : 0);
  for (float& element : direction) element *= scale;
  return direction;
}

std::vector<WordSpace::Neighbor> WordSpace::Answers(const Analogy& analogy, int64_t count) const {
  const std::array without = {analogy.a, analogy.b, analogy.c};
  return Nearest(Direction(analogy), without, count);
}

std::vector<WordSpace::Neighbor> WordSpace::Nearest(std::span<const float> direction,
                                                    std::span<const int64_t> without,
                                                    int64_t count) const {
  std::vector<Neighbor> found;
  for (int64_t word = 0; word < words(); ++word) {
    if (std::ranges::find(without, word) != without.end()) continue;
    double product = 0;
    for (int64_t i = 0; i < size_; ++i) product += double{matrix().row(word)[i]} * direction[i];
    found.push_back({word, product});
  }
  const auto kept = static_cast<ptrdiff_t>(std::min<int64_t>(count, std::ssize(found)));
  std::ranges::partial_sort(found, found.begin() + kept, [](const Neighbor& a, const Neighbor& b) {
    return a.similarity != b.similarity ? a.similarity > b.similarity : a.word < b.word;
  });
  found.resize(kept);
  return found;
}

absl::StatusOr<std::unique_ptr<WordSpace>> ReadWordSpace(VectorReader* reader) {
  auto space = std::make_unique<WordSpace>(reader->size());
  for (WordVector vector;;) {
    ASSIGN_OR_RETURN(const bool more, reader->Next(&vector));
    if (!more) return space;
    space->Add(vector.word, vector.elements);
  }
}

}  // namespace elman
