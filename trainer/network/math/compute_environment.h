// The machine's side of a result: libraries, instruction sets, processor.
#pragma once

#include <string>

namespace elman {

// The threads that OMP_NUM_THREADS asks for; 1 if it is not set. Products do not use them
// (kProductThreads).
int RequestedThreads();

std::string OneDnnVersion();    // as "2.6.3"
std::string HighwayVersion();   // as "1.0.3"
std::string CLibraryVersion();  // as "glibc 2.36": exp, log, pow and cos are its

// The best instruction set that oneDNN uses here, as "avx2"; DNNL_MAX_CPU_ISA limits it, and
// DNNL_CPU_ISA_HINTS adds to it: "avx512_core, prefer_ymm".
std::string InstructionSet();
std::string VectorInstructionSet();  // the best that our own loops use here, as "AVX2"
std::string ProcessorName();         // as the operating system says; empty if it does not

}  // namespace elman
