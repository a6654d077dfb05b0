#include "trainer/watchdog/side_channel.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "trainer/comm/host.h"

namespace elman {
namespace {

constexpr char kLoopback[] = "127.0.0.1";

// Converts the address and port for the socket's family; false if that is impossible.
bool MakePlace(int family, const std::string& address, int port, sockaddr_storage* place) {
  *place = {};
  if (family == AF_INET) {
    auto* in = reinterpret_cast<sockaddr_in*>(place);
    in->sin_family = AF_INET;
    in->sin_port = htons(static_cast<uint16_t>(port));
    return inet_pton(AF_INET, address.c_str(), &in->sin_addr) == 1;
  }
  auto* in = reinterpret_cast<sockaddr_in6*>(place);
  in->sin6_family = AF_INET6;
  in->sin6_port = htons(static_cast<uint16_t>(port));
  const bool is_v6 = address.find(':') != std::string::npos;
  return inet_pton(AF_INET6, is_v6 ? address.c_str() : ("::ffff:" + address).c_str(),
                   &in->sin6_addr) == 1;
}

// Returns a bound socket; -1 with errno if the family is not available.
int BoundSocket(int family) {
  const int fd = ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  const int no = 0;
  sockaddr_storage any;
  MakePlace(family, family == AF_INET ? "0.0.0.0" : "::", 0, &any);
  if ((family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no)) != 0) ||
      ::bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof(any)) != 0) {
    const int error = errno;
    ::close(fd);
    errno = error;
    return -1;
  }
  return fd;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SideChannel>> SideChannel::Open() {
  int family = AF_INET6;
  int fd = BoundSocket(family);
  if (fd < 0) fd = BoundSocket(family = AF_INET);
  sockaddr_storage bound = {};
  socklen_t size = sizeof(bound);
  const int wake = fd < 0 ? -1 : ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake < 0 || ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    if (wake >= 0) ::close(wake);
    return absl::UnavailableError(
        absl::StrCat("cannot open a socket: ", std::string(std::strerror(error))));
  }
  const int port = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in*>(&bound)->sin_port
                                           : reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port);
  return std::unique_ptr<SideChannel>(new SideChannel(fd, wake, family, port));
}

// The address has the form "KEY PORT IP IP ..."; ranks with the same KEY share loopback.
SideChannel::SideChannel(int socket, int wake, int family, int port)
    : socket_(socket), wake_(wake), family_(family) {
  address_ = absl::StrCat(NamespaceKey("net"), " ", port);
  for (const NetworkInterface& interface : NetworkInterfaces())
    absl::StrAppend(&address_, " ", interface.address);
}

SideChannel::~SideChannel() {
  ::close(socket_);
  ::close(wake_);
}

SideChannel::Places SideChannel::Resolve(const std::string& address) const {
  Places places;
  std::vector<std::string> words = absl::StrSplit(address, ' ');
  int port = 0;
  if (words.size() < 2 || !absl::SimpleAtoi(words[1], &port)) return places;
  const std::string key = NamespaceKey("net");
  if (!key.empty() && words[0] == key) words = {words[0], words[1], kLoopback};
  sockaddr_storage place;
  for (size_t i = 2; i < words.size(); ++i)
    if (MakePlace(family_, words[i], port, &place)) places.push_back(place);
  return places;
}

void SideChannel::Send(const Places& places, std::span<const std::byte> datagram) {
  const socklen_t size = family_ == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  for (const sockaddr_storage& place : places) {
    ::sendto(socket_, datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
             reinterpret_cast<const sockaddr*>(&place), size);
  }
}

size_t SideChannel::Receive(std::span<std::byte> buffer, absl::Duration patience) {
  pollfd waits[] = {{socket_, POLLIN, 0}, {wake_, POLLIN, 0}};
  const auto milliseconds = absl::ToInt64Milliseconds(absl::Ceil(patience, absl::Milliseconds(1)));
  if (::poll(waits, 2, static_cast<int>(milliseconds)) <= 0) return 0;
  if (waits[1].revents != 0) {
    uint64_t count;
    (void)!::read(wake_, &count, sizeof(count));
    return 0;
  }
  const ssize_t size = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  return size > 0 ? static_cast<size_t>(size) : 0;
}

void SideChannel::Wake() {
  const uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof(one));
}

}  // namespace elman
