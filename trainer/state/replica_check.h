// Whether the ranks, which must all hold the same values and be at the same place of the run, still
// do: against memory and networks that change bits, and against our own mistakes.
#pragma once

#include <cstdint>
#include <span>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "proto/checkpoint.pb.h"
#include "trainer/comm/communicator.h"

namespace elman {

// What a rank says of itself before a step. Hashes are 0 where they are not due.
struct ReplicaDigest {
  int64_t step = 0;       // steps done
  uint64_t progress = 0;  // of where it believes the run to be
  uint64_t values = 0;    // of its copy of the parameter values
  bool operator==(const ReplicaDigest&) const = default;
};

class ReplicaCheck {
 public:
  // Hashes are due before the first step, then every `every_steps` steps and after every save; 0:
  // never. `values` is this rank's own copy of the parameter values, and must outlive the check;
  // empty where all ranks use one copy, of which there is nothing to compare.
  ReplicaCheck(int64_t every_steps, std::span<const float> values)
      : every_steps_(every_steps), values_(values) {}

  // This rank's word before a step; the last save was of step `saved_step`.
  ReplicaDigest Digest(const Progress& progress, int64_t saved_step);

  // Judges the digests of all ranks, taken before the same step. DataLoss, the same on every rank,
  // names the ranks that differ from most and the last step at which all agreed. Collective if they
  // do differ.
  absl::Status Compare(Communicator* communicator,
                       absl::FunctionRef<ReplicaDigest(int rank)> digest_of);

 private:
  const int64_t every_steps_;
  const std::span<const float> values_;
  bool begun_ = false;
  int64_t last_good_ = -1;  // the last step at which hashes were compared and equal; -1: none
};

}  // namespace elman
