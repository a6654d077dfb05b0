// Datagrams among the ranks of a job, beside MPI: any thread may use it while the main thread is
// stuck in MPI, and a datagram that is lost is no harm.
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
  // A socket of UDP, on any port of any interface.
  static absl::StatusOr<std::unique_ptr<SideChannel>> Open();
  ~SideChannel();
  SideChannel(const SideChannel&) = delete;
  SideChannel& operator=(const SideChannel&) = delete;

  // What another rank gives to its Resolve to reach this one.
  const std::string& address() const { return address_; }

  // The places where a rank of that address() may be reached: loopback if it shares it with us, or
  // every address of its host, for we cannot know which of them leads there from here.
  using Places = std::vector<sockaddr_storage>;
  Places Resolve(const std::string& address) const;

  void Send(const Places& places, std::span<const std::byte> datagram);

  // Waits for a datagram and returns its size, or 0 if none comes within `patience` or Wake is
  // called. A longer one than `buffer` is cut. They may come from anyone: trust nothing in them.
  size_t Receive(std::span<std::byte> buffer, absl::Duration patience);

  void Wake();  // ends a Receive, now or the next one

 private:
  SideChannel(int socket, int wake, int family, int port);

  const int socket_;
  const int wake_;
  const int family_;  // AF_INET6, which reaches both, or AF_INET
  std::string address_;
};

}  // namespace elman
