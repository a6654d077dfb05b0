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
constexpr int kMaxWaiting = 16;
constexpr size_t kMaxNamed = 3;

// Describes the activity of a rank: "backward", "data, train shard 3", "checkpoint".
std::string PhaseText(const HeartbeatSample& sample) {
  if (sample.activity != Activity::kTraining) return ActivityName(sample.activity);
  std::string phase = PhaseName(sample.phase);
  if (sample.phase != Phase::kData || sample.shard < 0) return phase;
  return absl::StrCat(phase, ", train shard ", sample.shard);
}

std::string RendezvousText(const HeartbeatSample& sample) {
  return absl::StrCat(RendezvousName(sample.rendezvous), " ", sample.rendezvous_count);
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
  std::vector<int> late, unreachable;
  int64_t first_rendezvous = INT64_MAX, last_rendezvous = 0;
  for (size_t rank = 0; rank < suspects.size(); ++rank) {
    const Suspect& suspect = suspects[rank];
    if (!suspect.heard) {
      unreachable.push_back(static_cast<int>(rank));
    } else if (suspect.silent || suspect.sample.rendezvous == Rendezvous::kNone) {
      late.push_back(static_cast<int>(rank));
    } else {
      first_rendezvous = std::min(first_rendezvous, suspect.sample.rendezvous_count);
      last_rendezvous = std::max(last_rendezvous, suspect.sample.rendezvous_count);
    }
  }
  std::stable_partition(late.begin(), late.end(), [&](int rank) { return suspects[rank].silent; });
  if (late.empty()) late = unreachable;
  if (!late.empty() || first_rendezvous >= last_rendezvous) return late;
  for (size_t rank = 0; rank < suspects.size(); ++rank)
    if (suspects[rank].sample.rendezvous_count < last_rendezvous)
      late.push_back(static_cast<int>(rank));
  return late;
}

std::string LateText(const Suspect& suspect) {
  if (!suspect.heard) return "has sent nothing over UDP";
  const std::string state = StateText(suspect.state);
  if (suspect.silent) return absl::StrCat("does not answer", state);
  if (suspect.sample.rendezvous != Rendezvous::kNone)
    return absl::StrCat("is late, in ", RendezvousText(suspect.sample));
  if (suspect.sample.activity == Activity::kCheckpoint)
    return absl::StrCat("waits for its checkpoint to be written", state);
  return absl::StrCat("has not finished it", state);
}

std::string Table(std::span<const Suspect> suspects, const std::vector<int>& late, int witness,
                  double quiet) {
  size_t host_width = 4, phase_width = 5;
  for (const Suspect& suspect : suspects) {
    host_width = std::max(host_width, suspect.host.size());
    phase_width = std::max(phase_width, PhaseText(suspect.sample).size());
  }
  std::string table = absl::StrFormat(
      "Nothing has moved for %.0f s. What the ranks were doing, as reported to rank %d:\n"
      "  rank  %-*s  process    step  %-*s  since\n",
      quiet, witness, host_width, "host", phase_width, "phase");
  int waiting = 0;
  for (size_t rank = 0; rank < suspects.size(); ++rank) {
    const Suspect& suspect = suspects[rank];
    const bool is_late = std::ranges::count(late, static_cast<int>(rank)) > 0;
    if (!is_late && ++waiting > kMaxWaiting) continue;
    const absl::Time since = absl::Now() - absl::Seconds(suspect.quiet_for);
    absl::StrAppendFormat(
        &table, "  %4d  %-*s  %7d  %6d  %-*s  %s (%.0f s)  %s\n", rank, host_width, suspect.host,
        suspect.process, suspect.sample.step, phase_width, PhaseText(suspect.sample),
        absl::FormatTime("%H:%M:%S %z", since, absl::LocalTimeZone()), suspect.quiet_for,
        is_late ? absl::StrCat("LATE: ", LateText(suspect))
                : absl::StrCat("waits in ", RendezvousText(suspect.sample)));
  }
  if (waiting > kMaxWaiting)
    absl::StrAppend(&table, "  and ", waiting - kMaxWaiting, " more that wait\n");
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
  for (size_t i = 0; i < std::min(late.size(), kMaxNamed); ++i) {
    const Suspect& suspect = suspects[late[i]];
    absl::StrAppend(&error, i > 0 ? "; " : "", "rank ", late[i], " on ", suspect.host, ", process ",
                    suspect.process, ", in ", PhaseText(suspect.sample), ", ", LateText(suspect));
  }
  if (late.size() > kMaxNamed)
    absl::StrAppend(&error, "; and ", late.size() - kMaxNamed, " more are late");
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
