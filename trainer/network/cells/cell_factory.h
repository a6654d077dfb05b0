// Creates the kernel of a recurrent cell. A new cell is added here.
#pragma once

#include <cstdint>
#include <memory>

#include "trainer/network/cells/recurrent.h"

namespace elman {

std::unique_ptr<RecurrentKernel> CreateRecurrentKernel(Cell cell, int64_t input_size,
                                                       int64_t hidden_size);

}  // namespace elman
