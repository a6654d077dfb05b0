// The machine's side of a result: threads, libraries and instruction set.
#pragma once

#include <string>

namespace elman {

// One OpenMP thread a process, unless OMP_NUM_THREADS says otherwise: one rank a core is both the
// fastest and the steadiest.
void LimitThreads();

int OpenMpThreads();  // of a parallel region, unless it asks for another number

std::string OneDnnVersion();         // as "2.6.3"
std::string InstructionSet();        // the best that oneDNN uses here, as "avx2"
std::string VectorInstructionSet();  // the best that our own loops use here, as "AVX2"

}  // namespace elman
