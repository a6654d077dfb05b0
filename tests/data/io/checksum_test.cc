#include "data/io/checksum.h"

#include <gtest/gtest.h>

#include <string>

namespace elman {
namespace {

// The examples of RFC 3720, appendix B.4, and the usual check value.
TEST(Crc32c, GivesTheKnownValues) {
  std::string ascending(32, '\0');
  std::string descending(32, '\0');
  for (int i = 0; i < 32; ++i) {
    ascending[i] = static_cast<char>(i);
    descending[i] = static_cast<char>(31 - i);
  }
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(Crc32c(ascending), 0x46dd794eu);
  EXPECT_EQ(Crc32c(descending), 0x113fdb5cu);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(""), 0u);
}

TEST(Crc32c, ContinuesWhereItStopped) {
  const std::string text = "Finding Structure in Time";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(Crc32c(text.substr(cut), Crc32c(text.substr(0, cut))), Crc32c(text)) << cut;
  }
}

TEST(Fingerprint, IsXxh3Of128Bits) {
  // XXH3-128 of an empty input, from the specification.
  EXPECT_EQ(Fingerprint().Hex(), "99aa06d3014798d86001c324468d497f");
}

TEST(Fingerprint, DistinguishesFields) {
  EXPECT_EQ(Fingerprint().Add("ab").Add("c").Hex(), Fingerprint().Add("ab").Add("c").Hex());
  EXPECT_NE(Fingerprint().Add("ab").Add("c").Hex(), Fingerprint().Add("a").Add("bc").Hex());
  EXPECT_NE(Fingerprint().Add("").Hex(), Fingerprint().Hex());
  EXPECT_NE(Fingerprint().Add(uint64_t{1}).Low64(), Fingerprint().Add(uint64_t{2}).Low64());
}

}  // namespace
}  // namespace elman
