#include "trainer/network/math/compute_environment.h"

#include <gnu/libc-version.h>

#include <algorithm>
#include <cstdlib>
#include <dnnl.hpp>
#include <fstream>

#include "hwy/highway.h"
#include "hwy/targets.h"

namespace elman {
namespace {

std::string VersionText(int major, int minor, int patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

std::string NameOf(dnnl::cpu_isa isa) {
  switch (isa) {
    case dnnl::cpu_isa::sse41:
      return "sse41";
    case dnnl::cpu_isa::avx:
      return "avx";
    case dnnl::cpu_isa::avx2:
      return "avx2";
    case dnnl::cpu_isa::avx512_core:
      return "avx512_core";
    case dnnl::cpu_isa::avx512_core_vnni:
      return "avx512_core_vnni";
    case dnnl::cpu_isa::avx512_core_bf16:
      return "avx512_core_bf16";
    default:
      return "isa " + std::to_string(static_cast<int>(isa));
  }
}

}  // namespace

int RequestedThreads() {
  const char* const threads = std::getenv("OMP_NUM_THREADS");
  return threads == nullptr ? 1 : std::max(1, std::atoi(threads));
}

std::string OneDnnVersion() {
  const dnnl_version_t* version = dnnl_version();
  return VersionText(version->major, version->minor, version->patch);
}

std::string HighwayVersion() { return VersionText(HWY_MAJOR, HWY_MINOR, HWY_PATCH); }

std::string CLibraryVersion() { return std::string("glibc ") + gnu_get_libc_version(); }

std::string InstructionSet() {
  const std::string isa = NameOf(dnnl::get_effective_cpu_isa());
  return dnnl::get_cpu_isa_hints() == dnnl::cpu_isa_hints::prefer_ymm ? isa + ", prefer_ymm" : isa;
}

std::string VectorInstructionSet() {
  const int64_t targets = hwy::SupportedTargets() & HWY_TARGETS;
  return hwy::TargetName(targets & -targets);  // the lowest bit is the best of them
}

std::string ProcessorName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const size_t name = line.find_first_not_of(": \t", line.find(':'));
    return name == std::string::npos ? "" : line.substr(name);
  }
  return "";
}

}  // namespace elman
