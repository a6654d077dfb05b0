// The checkpoints of a run: RUN_DIR/checkpoints with step-*.ckpt and the text files `latest` and
// `best`, each the name of one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "trainer/checkpoint/checkpoint.h"

namespace elman {

inline constexpr std::string_view kLatest = "latest";
inline constexpr std::string_view kBest = "best";

class CheckpointDirectory {
 public:
  explicit CheckpointDirectory(const std::string& run_folder);

  const std::string& folder() const { return folder_; }
  std::string PathOf(int64_t step) const;

  // Writes the checkpoint of its header's step, moves `best` to it if it is, and `latest` last.
  // Returns the content hash. After a failure `latest` still names a good checkpoint.
  absl::StatusOr<std::string> Save(Checkpoint* checkpoint, bool is_best);

  // Deletes checkpoints but the newest `keep`, the latest and the best, and temporary files that a
  // killed writer left. Deletes nothing where a mark cannot be read.
  absl::Status Prune(int keep);

  // The path that `latest` or `best` names. NotFound if there is no such mark, and only
  // then; DataLoss if what it names is not there.
  absl::StatusOr<std::string> Find(std::string_view mark) const;

  // Steps of the checkpoints there are, ascending.
  absl::StatusOr<std::vector<int64_t>> Steps() const;

 private:
  const std::string folder_;
};

// A checkpoint file for what a user typed: a file as it is, a run directory by its `mark`.
absl::StatusOr<std::string> ResolveCheckpoint(const std::string& path, std::string_view mark);

}  // namespace elman
