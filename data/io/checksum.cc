#include "data/io/checksum.h"

#include <isa-l/crc.h>
#include <xxhash.h>

#include <algorithm>
#include <cstdio>

namespace elman {
namespace {

void StoreLittleEndian(uint64_t number, char* bytes) {
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(number >> (8 * i));
}

}  // namespace

uint32_t Crc32c(std::string_view bytes, uint32_t crc) {
  // ISA-L computes only the polynomial division, so the usual complement before and after is done
  // here. Its length is an int.
  constexpr size_t kMaxBytes = size_t{1} << 30;
  uint32_t state = ~crc;
  while (!bytes.empty()) {
    const size_t size = std::min(bytes.size(), kMaxBytes);
    state = crc32_iscsi(reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data())),
                        static_cast<int>(size), state);
    bytes.remove_prefix(size);
  }
  return ~state;
}

uint64_t Hash64(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

struct Fingerprint::State {
  XXH3_state_t* const hash = XXH3_createState();
  ~State() { XXH3_freeState(hash); }
};

Fingerprint::Fingerprint() : state_(std::make_unique<State>()) { XXH3_128bits_reset(state_->hash); }
Fingerprint::~Fingerprint() = default;

Fingerprint& Fingerprint::Add(std::string_view bytes) {
  return Add(static_cast<uint64_t>(bytes.size())).AddUnframed(bytes);
}

Fingerprint& Fingerprint::AddUnframed(std::string_view bytes) {
  XXH3_128bits_update(state_->hash, bytes.data(), bytes.size());
  return *this;
}

Fingerprint& Fingerprint::Add(uint64_t number) {
  char bytes[8];
  StoreLittleEndian(number, bytes);
  XXH3_128bits_update(state_->hash, bytes, sizeof(bytes));
  return *this;
}

std::string Fingerprint::Hex() const {
  const XXH128_hash_t digest = XXH3_128bits_digest(state_->hash);
  char text[33];
  std::snprintf(text, sizeof(text), "%016llx%016llx",
                static_cast<unsigned long long>(digest.high64),
                static_cast<unsigned long long>(digest.low64));
  return text;
}

uint64_t Fingerprint::Low64() const {
  const uint64_t low = XXH3_128bits_digest(state_->hash).low64;
  return low != 0 ? low : 1;
}

}  // namespace elman
