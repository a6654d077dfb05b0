// How fast the ranks exchange, measured before there is anything to exchange.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "trainer/comm/communicator.h"

namespace elman {

struct ExchangeSpeed {
  double message_rate = 0;     // bytes a second that each rank sends and receives, all at once
  bool between_hosts = false;  // whether these messages went from host to host
  double step_seconds = 0;     // one exchange of this run's gradients and values; 0: not measured
};

// Every rank sends about a megabyte to another one, on another host if there are any; `hosts` are
// the ranks' hosts in order. `step` does a step's exchange; empty: leave that out. Collective.
ExchangeSpeed MeasureExchange(Communicator* communicator, const std::vector<std::string>& hosts,
                              const std::function<void()>& step);

}  // namespace elman
