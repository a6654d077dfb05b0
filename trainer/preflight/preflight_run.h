// What a run is, as its caller knows it and its place must fit.
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
  int64_t window_bytes = 0;    // what it takes, or would take, of /dev/shm on one host
  // Sums of its lanes' gradients that the node of some rank sends, where several nodes exchange;
  // one, where its lanes are a subtree of the sum. The node that sends the most.
  int partial_sums = 1;
  int partial_sums_rank = 0;  // a rank of it
  std::string mpi_version;
  // What MPI was told of networks, by name or address: those to use (empty: all) and not to use.
  std::string networks_included, networks_excluded;
  std::vector<int> unheard;        // ranks whose watchdogs do not get through to rank 0's
  std::function<void()> exchange;  // a step's exchange, to be timed; empty: do not
};

}  // namespace elman
