// The processors that this process may run on.
#pragma once

#include <string>
#include <vector>

namespace elman {

struct Processors {
  std::vector<int> threads;  // hardware threads, by number
  std::vector<int> cores;    // the physical cores they belong to, by a number within the host
  int cores_of_host = 0;     // physical cores in all
  double quota = 0;          // how many the container may keep busy at a time; 0: no such limit
};
Processors AllowedProcessors();

// How many processors the control groups (cgroups, version 1 or 2) of this process let it keep busy
// at a time: the least limit of its group and those around it; 0: there is none. /proc and /sys are
// looked for in the folder `root`.
double ProcessorQuota(const std::string& root = "");

// How many threads of this process can compute at once, 1 at least: one on each hardware thread
// that it may run on, within the quota.
int UsableThreads();

// "0-3,8" of {0, 1, 2, 3, 8}.
std::string NumberRanges(const std::vector<int>& sorted);
// And back; what cannot be read as numbers is left out.
std::vector<int> ParseNumberRanges(const std::string& text);

}  // namespace elman
