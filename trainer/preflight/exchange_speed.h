// Measures the speed of the exchange between ranks before the first step.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "trainer/comm/communicator.h"

namespace elman {

// Results of the measurement.
struct ExchangeSpeed {
  double message_rate = 0;     // bytes/s that each rank sends and receives, all ranks concurrently
  bool between_hosts = false;  // whether these messages went between hosts
  // Seconds of one exchange of this run's gradients and values; 0: not measured.
  double step_seconds = 0;
};

// Every rank sends about 1 MB to another one, which is on another host if there are several.
// `hosts` are the ranks' hosts in rank order. `step` performs the exchange of one step; if empty,
// it is not measured. Collective.
ExchangeSpeed MeasureExchange(Communicator* communicator, const std::vector<std::string>& hosts,
                              const std::function<void()>& step);

}  // namespace elman
