// Reports the environment on which numerical results depend: libraries, instruction sets,
// processor.
#pragma once

#include <string>

namespace elman {

// The number of threads in OMP_NUM_THREADS; 1 if it is not set. Matrix products do not use it (see
// kProductThreads).
int RequestedThreads();

std::string OneDnnVersion();    // such as "2.6.3"
std::string HighwayVersion();   // such as "1.0.3"
std::string CLibraryVersion();  // such as "glibc 2.36"; provides exp, log, pow and cos

// The best instruction set that oneDNN uses on this machine, such as "avx2". DNNL_MAX_CPU_ISA
// limits it; DNNL_CPU_ISA_HINTS is appended, as in "avx512_core, prefer_ymm".
std::string InstructionSet();
std::string VectorInstructionSet();  // the best that our own loops use, such as "AVX2"
std::string ProcessorName();         // as the operating system reports it; may be empty

}  // namespace elman
