#include "trainer/watchdog/side_channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

std::string ReceiveText(SideChannel* channel, size_t capacity, absl::Duration patience) {
  std::string text(capacity, '\0');
  text.resize(channel->Receive(std::as_writable_bytes(std::span(text)), patience));
  return text;
}

TEST(SideChannelTest, CarriesDatagrams) {
  const auto a = SideChannel::Open(), b = SideChannel::Open();
  ASSERT_THAT(a, IsOk());
  ASSERT_THAT(b, IsOk());
  const std::string hello = "hello";
  (*a)->Send((*a)->Resolve((*b)->address()), std::as_bytes(std::span(hello)));
  EXPECT_EQ(ReceiveText(b->get(), 100, absl::Seconds(5)), hello);
  EXPECT_EQ(ReceiveText(b->get(), 100, absl::Milliseconds(20)), "") << "it came once";
}

// As for a rank of another host, which does not share loopback: all addresses of the host are used.
TEST(SideChannelTest, TriesEveryAddressOfAnotherHost) {
  const auto a = SideChannel::Open(), b = SideChannel::Open();
  ASSERT_THAT(a, IsOk());
  ASSERT_THAT(b, IsOk());
  const std::string address = (*b)->address();
  const std::string port = address.substr(
      address.find(' '), address.find(' ', address.find(' ') + 1) - address.find(' '));
  const auto places = (*a)->Resolve("elsewhere" + port + " 127.0.0.1 127.0.0.2");
  EXPECT_EQ(places.size(), 2u);
  const std::string hello = "hello";
  (*a)->Send(places, std::as_bytes(std::span(hello)));
  EXPECT_EQ(ReceiveText(b->get(), 100, absl::Seconds(5)), hello);
  EXPECT_EQ(ReceiveText(b->get(), 100, absl::Seconds(5)), hello);
}

TEST(SideChannelTest, InvalidAddressesResolveToNothing) {
  const auto a = SideChannel::Open();
  ASSERT_THAT(a, IsOk());
  for (const char* address : {"", " ", "x", "x y 127.0.0.1", "x 5 nonsense", "x 5"})
    EXPECT_TRUE((*a)->Resolve(address).empty()) << address;
}

TEST(SideChannelTest, WakeEndsReceive) {
  const auto a = SideChannel::Open();
  ASSERT_THAT(a, IsOk());
  std::jthread waker([&] {
    absl::SleepFor(absl::Milliseconds(20));
    (*a)->Wake();
  });
  EXPECT_EQ(ReceiveText(a->get(), 10, absl::Hours(1)), "");
}

}  // namespace
}  // namespace elman
