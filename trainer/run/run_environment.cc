#include "trainer/run/run_environment.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "trainer/network/math/compute_environment.h"
#include "trainer/network/math/compute_scope.h"

namespace elman {
namespace {

// Names and values of the recorded facts; empty values are not recorded.
std::vector<std::pair<const char*, std::string>> FactsOf(const Provenance& provenance) {
  return {{"Elman", provenance.elman_version()},
          {"oneDNN", provenance.onednn_version()},
          {"Highway", provenance.highway_version()},
          {"C library", provenance.c_library()},
          {"instruction set", provenance.instruction_set()},
          {"vector instruction set", provenance.vector_instruction_set()},
          {"processor", provenance.processor()},
          {"threads per product",
           provenance.threads() == 0 ? std::string() : absl::StrCat(provenance.threads())}};
}

}  // namespace

void DescribeEnvironment(Provenance* provenance) {
  provenance->set_elman_version(ELMAN_VERSION);
  provenance->set_onednn_version(OneDnnVersion());
  provenance->set_highway_version(HighwayVersion());
  provenance->set_c_library(CLibraryVersion());
  provenance->set_instruction_set(InstructionSet());
  provenance->set_vector_instruction_set(VectorInstructionSet());
  provenance->set_processor(ProcessorName());
  provenance->set_threads(kProductThreads);
}

std::string EnvironmentChange(const Provenance& before, const Provenance& now) {
  const auto was = FactsOf(before), is = FactsOf(now);
  std::vector<std::string> changes;
  for (size_t i = 0; i < was.size(); ++i) {
    if (was[i].second.empty() || was[i].second == is[i].second) continue;
    changes.push_back(absl::StrCat(was[i].first, " ", was[i].second, " -> ", is[i].second));
  }
  return absl::StrJoin(changes, ", ");
}

}  // namespace elman
