// Properties of a run that preflight compares with the hosts it runs on.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace elman {

struct PreflightRun {
  std::string dataset_folder;
  std::string dataset_fingerprint;
  std::string config_fingerprint;
  bool shares_memory = false;  // whether the exchange goes through shared memory
  // Bytes of /dev/shm that the run takes on one host, or would take if it could.
  int64_t window_bytes = 0;
  // With several nodes: the number of partial gradient sums that a node sends, for the node that
  // sends the most. It is one if the lanes of the node are a subtree of the sum.
  int partial_sums = 1;
  int partial_sums_rank = 0;  // a rank of that node
  std::string mpi_version;
  // Networks that MPI was configured to use (empty: all) and not to use, by name or address.
  std::string networks_included, networks_excluded;
  std::vector<int> unreachable;    // ranks whose watchdogs cannot reach that of rank 0
  std::function<void()> exchange;  // performs the exchange of one step, to be timed; may be empty
};

}  // namespace elman
