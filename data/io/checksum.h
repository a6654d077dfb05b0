// Checksums and hashes. CRC32C (Castagnoli) detects damaged bytes, XXH3-128 identifies contents,
// and Mix hashes one number.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace elman {

// CRC32C of `bytes`. `crc` is the checksum of the bytes before them, or 0: Crc32c(b, Crc32c(a)) ==
// Crc32c(ab).
uint32_t Crc32c(std::string_view bytes, uint32_t crc = 0);

// A hash of a number that can be inverted (splitmix64; Steele, Lea and Flood, 2014).
constexpr uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// The inverse of Mix.
constexpr uint64_t Unmix(uint64_t x) {
  x = (x ^ (x >> 31) ^ (x >> 62)) * 0x319642b2d24d8ec3u;
  x = (x ^ (x >> 27) ^ (x >> 54)) * 0x96de1b173f119089u;
  return (x ^ (x >> 30) ^ (x >> 60)) - 0x9e3779b97f4a7c15u;
}

// XXH3-64 with seed 0.
uint64_t Hash64(std::string_view bytes);

// An incremental XXH3-128 hash. Lengths of fields are hashed too, so ("ab", "c") and ("a", "bc")
// differ.
class Fingerprint {
 public:
  Fingerprint();
  ~Fingerprint();
  Fingerprint& Add(std::string_view bytes);
  Fingerprint& Add(uint64_t number);
  Fingerprint& AddUnframed(std::string_view bytes);  // only the bytes, without their length

  std::string Hex() const;  // 32 lower-case hexadecimal digits
  uint64_t Low64() const;   // never 0

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace elman
