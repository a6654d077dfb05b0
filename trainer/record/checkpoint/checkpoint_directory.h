// The checkpoints of a run: RUN_DIR/checkpoints with the files step-*.ckpt and the marks `latest`
// and `best`, text files that contain the name of a checkpoint.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

inline constexpr std::string_view kLatest = "latest";
inline constexpr std::string_view kBest = "best";

// A directory holds one training history. Checkpoints later than `latest` do not belong to it: an
// interrupted save, or a mark that was moved back, may leave such a file. A run that reaches its
// step overwrites it.
class CheckpointDirectory {
 public:
  explicit CheckpointDirectory(const std::string& run_folder);

  const std::string& folder() const { return folder_; }
  std::string PathOf(int64_t step) const;

  // Returns whether Save may give this name to a file.
  static bool Writes(std::string_view name);

  // Writes the checkpoint of the step in its header, updates the mark `best` if it is the best, and
  // then `latest`. Returns the content hash. After a failure `latest` still names a good
  // checkpoint.
  absl::StatusOr<std::string> Save(Checkpoint* checkpoint, bool is_best);

  // Deletes all checkpoints except the newest `keep`, the latest and the best, and deletes
  // temporary files of killed writers. Checkpoints later than the latest are neither counted nor
  // deleted. Deletes nothing if a mark cannot be read.
  absl::Status Prune(int keep);

  // Makes the checkpoint of `progress` the latest, if it exists and is not yet the latest, and
  // `best` the one that was best at that time. Checkpoints of later steps are renamed:
  // ".abandoned-N" is appended to their names, which this class neither counts nor deletes. Returns
  // their new paths.
  absl::StatusOr<std::vector<std::string>> ContinueFrom(const Progress& progress);

  // Makes sure that the best of `progress` is a checkpoint that exists. It stays if its checkpoint
  // exists. If that is missing, or is damaged and not named by the mark, it is replaced by the
  // checkpoint that `best` names, if that is undamaged, not later, and was the best on the same
  // validation split when it was written; otherwise by none. Returns whether it changed. Does not
  // change any file; see MarkBest.
  bool SettleBest(Progress* progress) const;

  // Makes the mark `best` name the best of `progress`; removes the mark if there is none.
  absl::Status MarkBest(const Progress& progress);

  // Returns whether the checkpoint file of the best of `progress` exists.
  bool HasBest(const Progress& progress) const;

  // Returns the path that `latest` or `best` names. NotFound only if there is no such mark;
  // DataLoss if the file that it names does not exist or is outside of the folder.
  absl::StatusOr<std::string> Find(std::string_view mark) const;

  // Returns the checkpoint name in the mark `latest` or `best`, whether that checkpoint exists or
  // not. NotFound and DataLoss as above, without a remedy.
  absl::StatusOr<std::string> ReadMark(std::string_view mark) const;

  // Returns the steps of the existing checkpoints, ascending; empty if there is no folder yet.
  absl::StatusOr<std::vector<int64_t>> Steps() const;

 private:
  std::optional<Progress> ReadBest(int64_t step) const;

  const std::string folder_;
};

// Copies the fields about the best checkpoint, or its absence, to `to`.
void CopyBest(const Progress& from, Progress* to);

// Resolves a path from a command line to a checkpoint file: for a run directory, the checkpoint
// that `mark` names; for a mark (RUN_DIR/checkpoints/latest or best), the one that it names; any
// other file as it is.
absl::StatusOr<std::string> ResolveCheckpoint(const std::string& path, std::string_view mark);

// Returns what a folder is that has no checkpoint to use, and what to name instead.
std::string DescribeFolder(const std::string& path);

}  // namespace elman
