// The environment that the bits of a run depend on, in addition to its configuration and data:
// libraries, instruction sets, threads.
#pragma once

#include <string>

#include "proto/checkpoint.pb.h"

namespace elman {

// Fills in the environment of this process.
void DescribeEnvironment(Provenance* provenance);

// Returns the differences, such as "oneDNN 2.6.3 -> 3.2.1, instruction set avx2 -> avx512_core";
// empty if there are none. Facts that `before` does not record are not compared.
std::string EnvironmentChange(const Provenance& before, const Provenance& now);

}  // namespace elman
