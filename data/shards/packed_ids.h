// Token ids as stored in a shard: little-endian, 2 or 4 bytes each.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace elman {

// A view of ids of `width` bytes. It does not own the bytes. Ids are below 2^31.
class PackedIds {
 public:
  PackedIds(std::string_view bytes, uint32_t width) : bytes_(bytes), width_(width) {
    static_assert(std::endian::native == std::endian::little);
  }

  size_t size() const { return bytes_.size() / width_; }
  size_t bytes() const { return bytes_.size(); }
  uint32_t width() const { return width_; }
  PackedIds part(size_t begin, size_t count) const {
    return {bytes_.substr(begin * width_, count * width_), width_};
  }

  // Copies the first ids.size() ids to numbers of 4 bytes.
  template <typename Number>
  void CopyTo(std::span<Number> ids) const {
    const auto copy = [&](auto id) {
      for (size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<Number>(Load(i, id));
    };
    width_ == 2 ? copy(uint16_t{}) : copy(uint32_t{});
  }

  uint32_t Highest() const;  // 0 if there are no ids

 private:
  template <typename Id>
  Id Load(size_t i, Id id) const {
    std::memcpy(&id, bytes_.data() + i * sizeof(Id), sizeof(Id));
    return id;
  }

  std::string_view bytes_;
  uint32_t width_;
};

}  // namespace elman
