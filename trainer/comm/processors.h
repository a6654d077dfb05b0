// The processors that this process may run on.
#pragma once

#include <string>
#include <vector>

namespace elman {

struct Processors {
  std::vector<int> threads;  // numbers of hardware threads
  std::vector<int> cores;    // physical cores of `threads`, numbered within the host
  int cores_of_host = 0;     // total number of physical cores of the host
  double quota = 0;  // number of processors that the container may keep busy at a time; 0: no limit
};
Processors AllowedProcessors();

// Returns how many processors the control groups (cgroups, version 1 or 2) allow this process to
// keep busy at a time: the lowest limit of its group and the groups that contain it. 0: no limit.
// /proc and /sys are read in the folder `root`.
double ProcessorQuota(const std::string& root = "");

// Returns how many threads of this process can compute at the same time, at least 1: one per
// hardware thread that it may run on, within the quota.
int UsableThreads();

// Formats {0, 1, 2, 3, 8} as "0-3,8".
std::string NumberRanges(const std::vector<int>& sorted);
// The inverse of NumberRanges. Parts that are not numbers are skipped.
std::vector<int> ParseNumberRanges(const std::string& text);

}  // namespace elman
