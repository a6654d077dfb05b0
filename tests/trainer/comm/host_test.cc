#include "trainer/comm/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace elman {
namespace {

using testing::Not;
using testing::StartsWith;

TEST(HostTest, ReturnsHostNameAndNamespaces) {
  EXPECT_NE(HostName(), "");
  EXPECT_NE(NamespaceKey("net"), "");
  EXPECT_NE(NamespaceKey("net"), NamespaceKey("pid"));
  EXPECT_EQ(NamespaceKey("nonsense"), "");
}

TEST(HostTest, LoopbackIsNotListed) {
  for (const NetworkInterface& interface : NetworkInterfaces()) {
    EXPECT_NE(interface.name, "lo");
    EXPECT_THAT(interface.address, Not(StartsWith("127.")));
    EXPECT_NE(interface.network.find('/'), std::string::npos) << interface.network;
  }
}

TEST(HostTest, SystemFilesAreReadWithoutWhiteSpace) {
  EXPECT_EQ(ReadSystemFile("/proc/sys/kernel/ostype"), "Linux");
  EXPECT_EQ(ReadSystemFile("/proc/no/such/file"), "");
}

}  // namespace
}  // namespace elman
