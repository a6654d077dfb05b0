// Observations on their way from rank to rank.
#pragma once

#include <string>
#include <string_view>

#include "trainer/network/recurrent/observation.h"

namespace elman {

std::string BytesOf(const Observation& observation);

// `bytes` come from a process of the same program.
Observation ObservationFrom(std::string_view bytes);

}  // namespace elman
