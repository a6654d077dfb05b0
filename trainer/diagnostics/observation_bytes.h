// Serializes observations to send them between ranks.
#pragma once

#include <string>
#include <string_view>

#include "trainer/network/recurrent/observation.h"

namespace elman {

// Serializes an observation.
std::string BytesOf(const Observation& observation);

// `bytes` must come from a process of the same program, so they are not validated.
Observation ObservationFrom(std::string_view bytes);

}  // namespace elman
