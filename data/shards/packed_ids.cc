#include "data/shards/packed_ids.h"

// Highway compiles this file once per instruction set. The order of the next lines matters.
// clang-format off
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "data/shards/packed_ids.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace elman::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <typename Id>
uint32_t HighestOf(const uint8_t* bytes, size_t size) {
  uint32_t result = 0;
  size_t at = 0;
#if HWY_TARGET != HWY_SCALAR  // SCALAR: its byte vectors are too short for an id
  const hn::ScalableTag<uint8_t> d_bytes;
  const hn::ScalableTag<Id> d;
  auto most = hn::Zero(d);
  for (; at + hn::Lanes(d_bytes) <= size; at += hn::Lanes(d_bytes))
    most = hn::Max(most, hn::BitCast(d, hn::LoadU(d_bytes, bytes + at)));
  result = hn::GetLane(hn::MaxOfLanes(d, most));
#endif
  for (; at < size; at += sizeof(Id)) {
    Id id;
    std::memcpy(&id, bytes + at, sizeof(id));
    result = std::max<uint32_t>(result, id);
  }
  return result;
}

uint32_t Highest2(const uint8_t* bytes, size_t size) { return HighestOf<uint16_t>(bytes, size); }
uint32_t Highest4(const uint8_t* bytes, size_t size) { return HighestOf<uint32_t>(bytes, size); }

}  // namespace elman::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace elman {

HWY_EXPORT(Highest2);
HWY_EXPORT(Highest4);

uint32_t PackedIds::Highest() const {
  const auto* bytes = reinterpret_cast<const uint8_t*>(bytes_.data());
  return width_ == 2 ? HWY_DYNAMIC_DISPATCH(Highest2)(bytes, bytes_.size())
                     : HWY_DYNAMIC_DISPATCH(Highest4)(bytes, bytes_.size());
}

}  // namespace elman
#endif  // HWY_ONCE
