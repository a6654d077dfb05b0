// Counter-based random numbers: every number is a pure function of its key and position. So there
// is no generator state to save, and numbers do not depend on the order of work, on lanes or on
// ranks. The generator is Philox4x32-10 (Salmon et al., 2011, "Parallel random numbers: as easy as
// 1, 2, 3").
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace elman {

// Returns the four 32-bit words of Philox4x32-10 for one counter and key.
std::array<uint32_t, 4> Philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// The use of a sequence of random numbers. Numbers of different purposes are independent.
// Checkpoints depend on these values: never renumber them.
enum class RandomPurpose : uint32_t {
  kInitialValues = 1,
  kDropout = 2,
  kSampling = 3,
  kEmbeddingDropout = 4,
  kWeightDropout = 5,
  kInitialState = 6,
  kStateReset = 7,
  kResampling = 8,
  kSubsampling = 9,
  kWindow = 10,
  kNegatives = 11,
  kRounding = 12,
};

// Identifies a family of sequences of random numbers.
struct RandomKey {
  uint64_t seed = 0;
  RandomPurpose purpose = RandomPurpose::kInitialValues;
  uint32_t site = 0;  // distinguishes several places with the same purpose
};

// Returns the word at `position` of the sequence for (key, step, row). Positions are offsets in a
// row-major layout of the row.
uint32_t RandomWord(const RandomKey& key, uint64_t step, uint32_t row, uint64_t position);

// Fills `words` with the words at positions [first_position, first_position + words.size()) of the
// sequence for (key, step, row). first_position is a multiple of four.
void RandomWords(const RandomKey& key, uint64_t step, uint32_t row, uint64_t first_position,
                 std::span<uint32_t> words);

// Converts a word to a float in [0, 1) with 24 random bits.
inline float UniformFloat(uint32_t word) { return static_cast<float>(word >> 8) * 0x1.0p-24f; }

}  // namespace elman
