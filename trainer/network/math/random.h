// Random numbers by counter: every number is a pure function of what it is for, so nothing has to
// be saved, and nothing depends on the order of work, on lanes or on ranks. The generator is
// Philox4x32-10 (Salmon et al., 2011, "Parallel random numbers: as easy as 1, 2, 3").
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace elman {

// The four 32-bit words of Philox4x32-10 for one counter and key.
std::array<uint32_t, 4> Philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

// What a sequence of random numbers is for. Numbers of different purposes are independent. The
// values are part of the meaning of a checkpoint: never renumber them.
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
};

struct RandomKey {
  uint64_t seed = 0;
  RandomPurpose purpose = RandomPurpose::kInitialValues;
  uint32_t site = 0;  // which of several places with the same purpose
};

// The word at `position` of the sequence for (key, step, row): positions are those of a row-major
// layout of the row.
uint32_t RandomWord(const RandomKey& key, uint64_t step, uint32_t row, uint64_t position);

// Words at positions [0, words.size()) of the sequence for (key, step, row), beginning at a
// multiple of four.
void RandomWords(const RandomKey& key, uint64_t step, uint32_t row, uint64_t first_position,
                 std::span<uint32_t> words);

// A word as a float in [0, 1), of 24 bits.
inline float UniformFloat(uint32_t word) { return static_cast<float>(word >> 8) * 0x1.0p-24f; }

}  // namespace elman
