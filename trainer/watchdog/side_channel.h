// Sends datagrams between the ranks of a job, independently of MPI. Any thread may use it while the
// main thread is blocked in MPI. Messages are repeated, so lost datagrams do no harm.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace elman {

class SideChannel {
 public:
  // Opens a UDP socket on any port of all interfaces.
  static absl::StatusOr<std::unique_ptr<SideChannel>> Open();
  ~SideChannel();
  SideChannel(const SideChannel&) = delete;
  SideChannel& operator=(const SideChannel&) = delete;

  // Returns the text that another rank passes to its Resolve to reach this one.
  const std::string& address() const { return address_; }

  // Returns the socket addresses at which a rank with that address() may be reached: loopback if it
  // shares loopback with this rank; otherwise every address of its host, because it is unknown
  // which of them are reachable from here.
  using Places = std::vector<sockaddr_storage>;
  Places Resolve(const std::string& address) const;

  void Send(const Places& places, std::span<const std::byte> datagram);

  // Waits for a datagram and returns its size, or 0 if none arrives within `patience` or Wake is
  // called. A datagram longer than `buffer` is truncated. Datagrams may come from anyone; their
  // contents must be validated.
  size_t Receive(std::span<std::byte> buffer, absl::Duration patience);

  void Wake();  // ends the current or next Receive

 private:
  SideChannel(int socket, int wake, int family, int port);

  const int socket_;
  const int wake_;
  const int family_;  // AF_INET6, which reaches IPv4 and IPv6, or AF_INET
  std::string address_;
};

}  // namespace elman
