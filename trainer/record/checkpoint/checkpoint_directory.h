// The checkpoints of a run: RUN_DIR/checkpoints with step-*.ckpt and the text files `latest` and
// `best`, each the name of one.
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

// A directory holds one history: what is later than `latest` is no part of it. A save cut short may
// leave such a checkpoint, and so may a mark that was turned back; a run that gets there overwrites
// it.
class CheckpointDirectory {
 public:
  explicit CheckpointDirectory(const std::string& run_folder);

  const std::string& folder() const { return folder_; }
  std::string PathOf(int64_t step) const;

  // Whether Save gives this name to a file.
  static bool Writes(std::string_view name);

  // Writes the checkpoint of its header's step, moves `best` to it if it is, and `latest` last.
  // Returns the content hash. After a failure `latest` still names a good checkpoint.
  absl::StatusOr<std::string> Save(Checkpoint* checkpoint, bool is_best);

  // Deletes checkpoints but the newest `keep`, the latest and the best, and temporary files that a
  // killed writer left. What is later than the latest neither counts nor is deleted. Deletes
  // nothing where a mark cannot be read.
  absl::Status Prune(int keep);

  // Makes the checkpoint of `progress`, if it is here and not the latest yet, the latest, and
  // `best` what was best then. Checkpoints of later steps are set aside: they keep their name with
  // ".abandoned-N" behind it, which nothing here counts or deletes. Returns their new paths.
  absl::StatusOr<std::vector<std::string>> GoOnFrom(const Progress& progress);

  // Makes the best of `progress` one that is here. Where its checkpoint is, it stays. Where that is
  // missing, or no mark vouches for it and it is damaged, it becomes the one that `best` names, if
  // that is whole, no later and was the best of the same validation split when it was written; or
  // none. Returns whether it changed. Changes no file: MarkBest does.
  bool SettleBest(Progress* progress) const;

  // Makes `best` name the best of `progress`. Removes it where there is none.
  absl::Status MarkBest(const Progress& progress);

  // Whether the best of `progress` has a file here.
  bool HasBest(const Progress& progress) const;

  // The path that `latest` or `best` names. NotFound if there is no such mark, and only
  // then; DataLoss if it names no file, or leads out of the folder.
  absl::StatusOr<std::string> Find(std::string_view mark) const;

  // The name that stands in `latest` or `best`, a checkpoint's, whether there is one or not.
  // NotFound and DataLoss as above, without a remedy.
  absl::StatusOr<std::string> ReadMark(std::string_view mark) const;

  // Steps of the checkpoints there are, ascending; none where there is no folder yet.
  absl::StatusOr<std::vector<int64_t>> Steps() const;

 private:
  std::optional<Progress> ReadBest(int64_t step) const;

  const std::string folder_;
};

// What `from` says of the best checkpoint, or that there is none, to `to`.
void CopyBest(const Progress& from, Progress* to);

// A checkpoint file for what a user typed: a file as it is, a run directory by its `mark`.
absl::StatusOr<std::string> ResolveCheckpoint(const std::string& path, std::string_view mark);

}  // namespace elman
