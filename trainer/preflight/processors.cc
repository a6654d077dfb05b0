#include "trainer/preflight/processors.h"

#include <sched.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "trainer/comm/host.h"

namespace elman {
namespace {

constexpr int kMostProcessors = 1 << 16;

std::vector<int> AllowedThreads() {
  for (int most = 1024; most <= kMostProcessors; most *= 2) {
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

// The physical core of a hardware thread: the lowest of the threads that share it.
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

double Quota() {
  const std::vector<std::string> words =
      absl::StrSplit(ReadSystemFile("/sys/fs/cgroup/cpu.max"), ' ');
  double quota = 0, period = 0;
  if (words.size() != 2 || !absl::SimpleAtod(words[0], &quota) ||
      !absl::SimpleAtod(words[1], &period) || period <= 0) {
    return 0;
  }
  return quota / period;
}

}  // namespace

Processors AllowedProcessors() {
  Processors processors;
  processors.threads = AllowedThreads();
  processors.cores = CoresOf(processors.threads);
  const auto online = ParseNumberRanges(ReadSystemFile("/sys/devices/system/cpu/online"));
  processors.cores_of_host =
      static_cast<int>(std::max(CoresOf(online).size(), processors.cores.size()));
  processors.quota = Quota();
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
    if (first < 0 || last >= kMostProcessors) continue;
    for (int i = first; i <= last; ++i) processors.push_back(i);
  }
  return processors;
}

}  // namespace elman
