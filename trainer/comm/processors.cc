#include "trainer/comm/processors.h"

#include <sched.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "trainer/comm/host.h"

namespace elman {
namespace {

constexpr int kMaxProcessors = 1 << 16;

std::vector<int> AllowedThreads() {
  for (int most = 1024; most <= kMaxProcessors; most *= 2) {
    cpu_set_t* set = CPU_ALLOC(most);
    const size_t size = CPU_ALLOC_SIZE(most);
    std::vector<int> threads;
    const bool known = sched_getaffinity(0, size, set) == 0;
    for (int i = 0; known && i < most; ++i)
      if (CPU_ISSET_S(i, size, set)) threads.push_back(i);
    CPU_FREE(set);
    if (known) return threads;
  }
  return {};
}

// Returns the physical core of a hardware thread: the lowest number of the threads that share the
// core.
int CoreOf(int thread) {
  const std::string siblings = ReadSystemFile(
      absl::StrCat("/sys/devices/system/cpu/cpu", thread, "/topology/thread_siblings_list"));
  const std::vector<int> threads = ParseNumberRanges(siblings);
  return threads.empty() ? thread : threads[0];
}

std::vector<int> CoresOf(const std::vector<int>& threads) {
  std::vector<int> cores;
  for (const int thread : threads) cores.push_back(CoreOf(thread));
  std::ranges::sort(cores);
  cores.erase(std::unique(cores.begin(), cores.end()), cores.end());
  return cores;
}

// Returns quota / period. A value that is not a positive number ("max", -1) means that there is no
// limit.
double Ratio(const std::string& quota, const std::string& period) {
  double dividend = 0, divisor = 0;
  const bool limited = absl::SimpleAtod(quota, &dividend) && absl::SimpleAtod(period, &divisor) &&
                       dividend > 0 && divisor > 0;
  return limited ? dividend / divisor : 0;
}

// Returns the limit of the control group (version 2 or 1) in this folder; 0: no limit.
double QuotaIn(const std::string& folder) {
  const std::vector<std::string> limit = absl::StrSplit(ReadSystemFile(folder + "/cpu.max"), ' ');
  if (limit.size() == 2) return Ratio(limit[0], limit[1]);
  return Ratio(ReadSystemFile(folder + "/cpu.cfs_quota_us"),
               ReadSystemFile(folder + "/cpu.cfs_period_us"));
}

}  // namespace

double ProcessorQuota(const std::string& root) {
  double least = 0;
  const std::string groups = ReadSystemFile(root + "/proc/self/cgroup");
  const std::vector<std::string> lines = absl::StrSplit(groups, '\n', absl::SkipEmpty());
  for (const std::string& line : lines) {
    const std::vector<std::string> fields = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (fields.size() != 3) continue;
    std::vector<std::string> mounts = {""};  // cgroup version 2
    if (!fields[1].empty()) {
      const std::vector<std::string> controllers = absl::StrSplit(fields[1], ',');
      if (std::ranges::find(controllers, "cpu") == controllers.end()) continue;
      mounts = {"/cpu", "/" + fields[1]};
    }
    // The parent groups limit it too. Within a container the path may be that of the host, of which
    // only the top is visible.
    std::string path = absl::StrContains(fields[2], "..") ? "" : fields[2];
    for (;; path.resize(std::min(path.rfind('/'), path.size() - 1))) {
      for (const std::string& mount : mounts) {
        const double quota = QuotaIn(absl::StrCat(root, "/sys/fs/cgroup", mount, path));
        if (quota > 0) least = least > 0 ? std::min(least, quota) : quota;
      }
      if (path.empty()) break;
    }
  }
  return least;
}

int UsableThreads() {
  const auto threads = static_cast<double>(AllowedThreads().size());
  const double quota = ProcessorQuota();
  return std::max(1, static_cast<int>(quota > 0 ? std::min(threads, quota) : threads));
}

Processors AllowedProcessors() {
  Processors processors;
  processors.threads = AllowedThreads();
  processors.cores = CoresOf(processors.threads);
  const auto online = ParseNumberRanges(ReadSystemFile("/sys/devices/system/cpu/online"));
  processors.cores_of_host =
      static_cast<int>(std::max(CoresOf(online).size(), processors.cores.size()));
  processors.quota = ProcessorQuota();
  return processors;
}

std::string NumberRanges(const std::vector<int>& sorted) {
  std::string text;
  for (size_t first = 0, end; first < sorted.size(); first = end) {
    for (end = first + 1; end < sorted.size() && sorted[end] == sorted[end - 1] + 1;) ++end;
    absl::StrAppend(&text, text.empty() ? "" : ",", sorted[first]);
    if (end > first + 1) absl::StrAppend(&text, "-", sorted[end - 1]);
  }
  return text;
}

std::vector<int> ParseNumberRanges(const std::string& text) {
  std::vector<int> processors;
  const std::vector<std::string> ranges = absl::StrSplit(text, ',');
  for (const std::string& range : ranges) {
    const std::vector<std::string> ends = absl::StrSplit(range, '-');
    int first = 0, last = 0;
    if (!absl::SimpleAtoi(ends.front(), &first) || !absl::SimpleAtoi(ends.back(), &last)) continue;
    if (first < 0 || last >= kMaxProcessors) continue;
    for (int i = first; i <= last; ++i) processors.push_back(i);
  }
  return processors;
}

}  // namespace elman
