#include "trainer/watchdog/diagnosis.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace elman {
namespace {

// In larger jobs, at most this number of waiting ranks is listed, and at most this number of late
// ranks is named.
constexpr int kMostWaiting = 16;
constexpr size_t kMostNamed = 3;

// Describes the activity of a rank: "backward", "data, train shard 3", "checkpoint".
std::string Doing(const PulseSample& sample) {
  if (sample.activity != Activity::kTraining) return ActivityName(sample.activity);
  std::string phase = PhaseName(sample.phase);
  if (sample.phase != Phase::kData || sample.shard < 0) return phase;
  return absl::StrCat(phase, ", train shard ", sample.shard);
}

std::string MeetingText(const PulseSample& sample) {
  return absl::StrCat(MeetingName(sample.meeting), " ", sample.meetings);
}

std::string StateText(char state) {
  switch (state) {
    case 'T':
      return ": stopped by a signal";
    case 't':
      return ": stopped by a debugger";
    case 'D':
      return ": the system waits for a disk or a file server";
    case 'Z':
    case 'X':
    case '-':
      return ": its process has ended";
    default:
      return "";
  }
}

// Returns the late ranks: those that are silent; if there are none, those that are not waiting in a
// collective operation; if there are none, those whose operation is an earlier one than that of
// others. A rank that was never heard from is late only if no other rank is.
std::vector<int> LateRanks(std::span<const Suspect> suspects) {
  std::vector<int> late, unheard;
  int64_t first_meeting = INT64_MAX, last_meeting = 0;
  for (size_t rank = 0; rank < suspects.size(); ++rank) {
    const Suspect& suspect = suspects[rank];
    if (!suspect.heard) {
      unheard.push_back(static_cast<int>(rank));
    } else if (suspect.silent || suspect.sample.meeting == Meeting::kNone) {
      late.push_back(static_cast<int>(rank));
    } else {
      first_meeting = std::min(first_meeting, suspect.sample.meetings);
      last_meeting = std::max(last_meeting, suspect.sample.meetings);
    }
  }
  std::stable_partition(late.begin(), late.end(), [&](int rank) { return suspects[rank].silent; });
  if (late.empty()) late = unheard;
  if (!late.empty() || first_meeting >= last_meeting) return late;
  for (size_t rank = 0; rank < suspects.size(); ++rank)
    if (suspects[rank].sample.meetings < last_meeting) late.push_back(static_cast<int>(rank));
  return late;
}

std::string LateText(const Suspect& suspect) {
  if (!suspect.heard) return "has sent nothing over UDP";
  const std::string state = StateText(suspect.state);
  if (suspect.silent) return absl::StrCat("does not answer", state);
  if (suspect.sample.meeting != Meeting::kNone)
    return absl::StrCat("is late, in ", MeetingText(suspect.sample));
  if (suspect.sample.activity == Activity::kCheckpoint)
    return absl::StrCat("waits for its checkpoint to be written", state);
  return absl::StrCat("has not finished it", state);
}

std::string Table(std::span<const Suspect> suspects, const std::vector<int>& late, int witness,
                  double quiet) {
  size_t host_width = 4, doing_width = 5;
  for (const Suspect& suspect : suspects) {
    host_width = std::max(host_width, suspect.host.size());
    doing_width = std::max(doing_width, Doing(suspect.sample).size());
  }
  std::string table = absl::StrFormat(
      "Nothing has moved for %.0f s. What the ranks were doing, as reported to rank %d:\n"
      "  rank  %-*s  process    step  %-*s  since\n",
      quiet, witness, host_width, "host", doing_width, "phase");
  int waiting = 0;
  for (size_t rank = 0; rank < suspects.size(); ++rank) {
    const Suspect& suspect = suspects[rank];
    const bool is_late = std::ranges::count(late, static_cast<int>(rank)) > 0;
    if (!is_late && ++waiting > kMostWaiting) continue;
    const absl::Time since = absl::Now() - absl::Seconds(suspect.quiet_for);
    absl::StrAppendFormat(
        &table, "  %4d  %-*s  %7d  %6d  %-*s  %s (%.0f s)  %s\n", rank, host_width, suspect.host,
        suspect.process, suspect.sample.step, doing_width, Doing(suspect.sample),
        absl::FormatTime("%H:%M:%S %z", since, absl::LocalTimeZone()), suspect.quiet_for,
        is_late ? absl::StrCat("LATE: ", LateText(suspect))
                : absl::StrCat("waits in ", MeetingText(suspect.sample)));
  }
  if (waiting > kMostWaiting)
    absl::StrAppend(&table, "  and ", waiting - kMostWaiting, " more that wait\n");
  return table;
}

std::string Error(std::span<const Suspect> suspects, const std::vector<int>& late, double quiet) {
  int64_t step = 0;
  for (const Suspect& suspect : suspects) step = std::max(step, suspect.sample.step);
  std::string error =
      absl::StrFormat("the job hangs after step %d, nothing has moved for %.0f s: ", step, quiet);
  if (late.empty()) {
    return absl::StrCat(
        error,
        "all ranks wait for each other, so messages are lost between them; check the network "
        "between the hosts, and name it: --mca btl_tcp_if_include INTERFACE");
  }
  for (size_t i = 0; i < std::min(late.size(), kMostNamed); ++i) {
    const Suspect& suspect = suspects[late[i]];
    absl::StrAppend(&error, i > 0 ? "; " : "", "rank ", late[i], " on ", suspect.host, ", process ",
                    suspect.process, ", in ", Doing(suspect.sample), ", ", LateText(suspect));
  }
  if (late.size() > kMostNamed)
    absl::StrAppend(&error, "; and ", late.size() - kMostNamed, " more are late");
  return absl::StrCat(error,
                      "; the same command resumes from the last checkpoint, if there is one "
                      "(watchdog_seconds sets how long to wait)");
}

}  // namespace

Diagnosis Diagnose(std::span<const Suspect> suspects, int witness, double quiet) {
  const std::vector<int> late = LateRanks(suspects);
  return {late, Table(suspects, late, witness, quiet), Error(suspects, late, quiet)};
}

}  // namespace elman
