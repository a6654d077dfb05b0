// Checks that all ranks hold the same values and the same progress, to detect memory and network
// errors and programming errors.
#pragma once

#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "proto/checkpoint.pb.h"
#include "trainer/comm/communicator.h"

namespace elman {

// The digest of a rank before a step. Hashes are 0 if they are not due.
struct ReplicaDigest {
  int64_t step = 0;       // completed steps
  uint64_t progress = 0;  // hash of its progress
  uint64_t values = 0;    // hash of its copy of the parameter values
  bool operator==(const ReplicaDigest&) const = default;
};

class ReplicaCheck {
 public:
  // Hashes are due before the first step, then every `every_steps` steps and after every save; 0:
  // never. `values` is this rank's own copy of the parameter values and must outlive the check;
  // empty if all ranks share one copy, which needs no comparison.
  ReplicaCheck(int64_t every_steps, std::span<const float> values)
      : every_steps_(every_steps), values_(values) {}

  // Returns this rank's digest before a step. `saved_step` is the step of the last save.
  ReplicaDigest Digest(const Progress& progress, int64_t saved_step);

  // Reports the outcome of the comparison of all ranks' digests, taken before the same step.
  // DataLoss, the same on every rank, names the ranks that differ from most and the last step at
  // which all agreed. Collective if they differ.
  absl::Status Conclude(Communicator* communicator, const ReplicaDigest& mine, bool all_equal);

 private:
  const int64_t every_steps_;
  const std::span<const float> values_;
  bool begun_ = false;
  int64_t last_good_ = -1;  // last step at which equal hashes were compared; -1: none
};

}  // namespace elman
