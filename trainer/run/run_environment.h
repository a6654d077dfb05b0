// What the bits of a run depend on besides its configuration and data: libraries, instruction sets,
// threads.
#pragma once

#include <string>

#include "proto/checkpoint.pb.h"

namespace elman {

// Fills in those of this process.
void DescribeEnvironment(Provenance* provenance);

// What differs, as "oneDNN 2.6.3 -> 3.2.1, instruction set avx2 -> avx512_core"; empty if nothing
// does. What `before` does not record is not compared.
std::string EnvironmentChange(const Provenance& before, const Provenance& now);

}  // namespace elman
