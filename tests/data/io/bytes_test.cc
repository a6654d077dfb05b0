#include "data/io/bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>

namespace elman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

static_assert(std::endian::native == std::endian::little);

TEST(Bytes, AreTheBytesOfTheElements) {
  const std::vector<uint32_t> numbers = {0x04030201, 0x08070605};
  EXPECT_EQ(AsBytes(numbers), "\x01\x02\x03\x04\x05\x06\x07\x08");
  EXPECT_EQ(AsBytes(std::span(numbers).subspan(1)), "\x05\x06\x07\x08");
  const uint16_t array[] = {0x0201};
  EXPECT_EQ(AsBytes(array), "\x01\x02");
  EXPECT_EQ(AsBytes(std::array<char, 2>{'a', 'b'}), "ab");
  EXPECT_EQ(AsBytes(std::vector<float>()), "");
}

TEST(Bytes, AreConvertedBackToElements) {
  const std::vector<float> numbers = {1.5f, -0.0f, 3e38f};
  EXPECT_EQ(VectorFromBytes<float>(AsBytes(numbers)), numbers);
  EXPECT_THAT(VectorFromBytes<float>(AsBytes(numbers).substr(0, 7)), ElementsAre(1.5f));
  EXPECT_THAT(VectorFromBytes<double>(""), IsEmpty());
}

TEST(Bytes, DoNotOverwriteLaterElements) {
  std::vector<uint16_t> numbers(3, 7);
  CopyFromBytes("\x01\x02\x03\x04xyz", std::span(numbers).first(2));
  EXPECT_THAT(numbers, ElementsAre(0x0201, 0x0403, 7));
  uint8_t array[2] = {};
  CopyFromBytes("ab", array);
  EXPECT_THAT(array, ElementsAre('a', 'b'));
}

}  // namespace
}  // namespace elman
