#include "trainer/preflight/exchange_speed.h"

#include <algorithm>
#include <chrono>
#include <span>

#include "trainer/comm/float_array.h"

namespace elman {
namespace {

constexpr int64_t kMessageFloats = int64_t{1} << 18;

// Returns the seconds that the slowest rank takes for `work`, which all ranks start together. The
// first run makes connections and touches pages; the second one is measured.
double SecondsOf(Communicator* communicator, const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  work();
  communicator->Barrier();
  const Clock::time_point began = Clock::now();
  work();
  const double mine = std::chrono::duration<double>(Clock::now() - began).count();
  std::vector<double> all(communicator->size());
  communicator->AllGather(std::as_bytes(std::span(&mine, 1)),
                          std::as_writable_bytes(std::span(all)));
  return std::ranges::max(all);
}

int CrossingPairs(const std::vector<std::string>& hosts, int distance) {
  int crossing = 0;
  const int ranks = static_cast<int>(hosts.size());
  for (int rank = 0; rank < ranks; ++rank)
    crossing += hosts[rank] != hosts[(rank + distance) % ranks];
  return crossing;
}

}  // namespace

ExchangeSpeed MeasureExchange(Communicator* communicator, const std::vector<std::string>& hosts,
                              const std::function<void()>& step) {
  ExchangeSpeed speed;
  const int ranks = communicator->size(), rank = communicator->rank();
  if (ranks > 1) {
    // Each rank sends to the rank `distance` places further. Chooses the distance at which the most
    // pairs are on two hosts.
    int distance = 1;
    for (int other = 2; other < ranks; ++other)
      if (CrossingPairs(hosts, other) > CrossingPairs(hosts, distance)) distance = other;
    speed.between_hosts = CrossingPairs(hosts, distance) > 0;

    FloatArray out(kMessageFloats), in(kMessageFloats);
    const std::vector<Communicator::Piece> sends = {{(rank + distance) % ranks, out.span()}};
    const std::vector<Communicator::Piece> receives = {
        {(rank + ranks - distance) % ranks, in.span()}};
    const double seconds =
        SecondsOf(communicator, [&] { communicator->Exchange(sends, receives); });
    speed.message_rate = kMessageFloats * sizeof(float) / std::max(seconds, 1e-9);
  }
  if (step) speed.step_seconds = SecondsOf(communicator, step);
  return speed;
}

}  // namespace elman
