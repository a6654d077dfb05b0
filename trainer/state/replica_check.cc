#include "trainer/state/replica_check.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/io/bytes.h"
#include "data/io/checksum.h"
#include "trainer/comm/host.h"

namespace elman {
namespace {

// Describes how `odd` differs from the digest of most ranks.
std::string Difference(const ReplicaDigest& odd, const ReplicaDigest& most) {
  if (odd.step != most.step) return absl::StrCat("is at step ", odd.step);
  if (odd.values != most.values) return "has other values of the parameters";
  return "has another position in the run (epoch, tokens or best loss)";
}

}  // namespace

ReplicaDigest ReplicaCheck::Digest(const Progress& progress, int64_t saved_step) {
  ReplicaDigest digest{.step = progress.step()};
  if (every_steps_ == 0) return digest;
  if (begun_ && progress.step() % every_steps_ != 0 && progress.step() != saved_step) return digest;
  begun_ = true;
  Progress common = progress;
  common.clear_epoch_seconds();  // measured by each rank's own clock
  digest.progress = Fingerprint().Add(common.SerializeAsString()).Low64();
  if (!values_.empty()) {
    digest.values = Fingerprint().Add(AsBytes(values_)).Low64();
  }
  return digest;
}

absl::Status ReplicaCheck::Conclude(Communicator* communicator, const ReplicaDigest& mine,
                                    bool all_equal) {
  if (all_equal) {
    if (mine.progress != 0) last_good_ = mine.step;
    return absl::OkStatus();
  }

  const int ranks = communicator->size();
  std::vector<ReplicaDigest> digests(ranks);
  communicator->AllGather(std::as_bytes(std::span(&mine, 1)),
                          std::as_writable_bytes(std::span(digests)));
  const ReplicaDigest most = *std::ranges::max_element(
      digests, {},
      [&](const ReplicaDigest& digest) { return std::ranges::count(digests, digest); });
  const std::vector<std::string> hosts = communicator->AllGather(HostName());
  std::vector<std::string> odd;
  for (int rank = 0; rank < ranks; ++rank) {
    if (digests[rank] == most) continue;
    odd.push_back(
        absl::StrCat("rank ", rank, " on ", hosts[rank], " ", Difference(digests[rank], most)));
  }
  const bool majority = 2 * std::ranges::count(digests, most) > ranks;
  return absl::DataLossError(absl::StrCat(
      "the ranks no longer agree at step ", most.step, ": ", absl::StrJoin(odd, ", "), ", unlike ",
      majority ? "most ranks" : "others, and it is unknown which are right", "; ",
      last_good_ < 0 ? std::string("they have not agreed since this start")
                     : absl::StrCat("all agreed at step ", last_good_),
      ". Resume with --resume=FILE from a checkpoint of that step or earlier, and test the memory "
      "and the network of that host"));
}

}  // namespace elman
