#include "trainer/network/math/random.h"

#include "trainer/network/math/check.h"

namespace elman {
namespace {

// The multipliers and Weyl constants of Philox4x32.
constexpr uint32_t kMultiplier0 = 0xD2511F53;
constexpr uint32_t kMultiplier1 = 0xCD9E8D57;
constexpr uint32_t kWeyl0 = 0x9E3779B9;
constexpr uint32_t kWeyl1 = 0xBB67AE85;

std::array<uint32_t, 2> KeyWords(const RandomKey& key) {
  // One Philox evaluation of the seed, keyed by the purpose, decorrelates neighboring seeds and
  // purposes.
  const auto words =
      Philox({static_cast<uint32_t>(key.seed), static_cast<uint32_t>(key.seed >> 32), 0, 0},
             {static_cast<uint32_t>(key.purpose), key.site});
  return {words[0], words[1]};
}

std::array<uint32_t, 4> Counter(uint64_t step, uint32_t row, uint64_t block) {
  CHECK_LT(block, uint64_t{1} << 32);
  return {static_cast<uint32_t>(block), row, static_cast<uint32_t>(step),
          static_cast<uint32_t>(step >> 32)};
}

}  // namespace

std::array<uint32_t, 4> Philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = uint64_t{kMultiplier0} * counter[0];
    const uint64_t product1 = uint64_t{kMultiplier1} * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

uint32_t RandomWord(const RandomKey& key, uint64_t step, uint32_t row, uint64_t position) {
  return Philox(Counter(step, row, position / 4), KeyWords(key))[position % 4];
}

void RandomWords(const RandomKey& key, uint64_t step, uint32_t row, uint64_t first_position,
                 std::span<uint32_t> words) {
  CHECK_EQ(first_position % 4, 0u);
  const auto key_words = KeyWords(key);
  for (size_t i = 0; i < words.size(); i += 4) {
    const auto four = Philox(Counter(step, row, (first_position + i) / 4), key_words);
    for (size_t j = 0; j < 4 && i + j < words.size(); ++j) words[i + j] = four[j];
  }
}

}  // namespace elman
