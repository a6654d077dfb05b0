// Checksums and fingerprints. CRC32C (Castagnoli) guards bytes against rot; XXH3-128 names
// contents; Mix makes one number look like any other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace elman {

// CRC32C of `bytes`, continuing from `crc` (0 to begin): Crc32c(b, Crc32c(a)) == Crc32c(ab).
uint32_t Crc32c(std::string_view bytes, uint32_t crc = 0);

// A well-mixed function of a number, one for one (splitmix64; Steele, Lea and Flood, 2014).
constexpr uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// The number that Mix makes `x` of: it is one-to-one.
constexpr uint64_t Unmix(uint64_t x) {
  x = (x ^ (x >> 31) ^ (x >> 62)) * 0x319642b2d24d8ec3u;
  x = (x ^ (x >> 27) ^ (x >> 54)) * 0x96de1b173f119089u;
  return (x ^ (x >> 30) ^ (x >> 60)) - 0x9e3779b97f4a7c15u;
}

// XXH3-64 with seed 0.
uint64_t Hash64(std::string_view bytes);

// A running XXH3-128. Fields are framed by their lengths, so ("ab", "c") and ("a", "bc") differ.
class Fingerprint {
 public:
  Fingerprint();
  ~Fingerprint();
  Fingerprint& Add(std::string_view bytes);
  Fingerprint& Add(uint64_t number);
  Fingerprint& AddUnframed(std::string_view bytes);  // nothing but the bytes

  std::string Hex() const;  // 32 lower-case hex digits
  uint64_t Low64() const;   // never 0

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace elman
