#include "trainer/run/resume.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "trainer/config/run_config.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/checkpoint/checkpoint_vocabularies.h"
#include "trainer/record/checkpoint/finite_check.h"

namespace elman {
namespace {

// The checkpoint file to go on from; empty to begin anew, but never where there are checkpoints.
absl::StatusOr<std::string> FindCheckpoint(const RunDirectory* directory,
                                           const std::string& resume) {
  if (resume != "auto" && resume != "never") return ResolveCheckpoint(resume, kLatest);
  if (directory == nullptr) return "";
  const CheckpointDirectory checkpoints(directory->folder());
  const absl::StatusOr<std::string> latest = checkpoints.Find(kLatest);
  ASSIGN_OR_RETURN(const std::vector<int64_t> steps, checkpoints.Steps());
  if (absl::IsNotFound(latest.status()) && steps.empty()) return "";
  if (resume == "never") {
    return absl::FailedPreconditionError(
        absl::StrCat(directory->folder(),
                     ": holds a run already, and --resume=never would write over it; give another "
                     "--output, or leave --resume out to go on"));
  }
  if (!absl::IsNotFound(latest.status())) return latest;
  return absl::FailedPreconditionError(
      absl::StrCat(JoinPath(checkpoints.folder(), kLatest),
                   ": missing, though there are checkpoints, the newest of step ", steps.back(),
                   "; 'elman-inspect ", directory->folder(), " --repair' writes the mark anew"));
}

// A run directory holds one history: a run goes on there from a checkpoint of its own, or from any
// where there is none yet. Null: a run that writes nothing.
absl::Status CheckHistory(const RunDirectory* directory, const std::string& path, int64_t step) {
  if (directory == nullptr) return absl::OkStatus();
  const CheckpointDirectory checkpoints(directory->folder());
  ASSIGN_OR_RETURN(const std::vector<int64_t> steps, checkpoints.Steps());
  std::error_code error;
  if (steps.empty() || std::filesystem::equivalent(path, checkpoints.PathOf(step), error))
    return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      directory->folder(), ": holds a run already, of which ", path, ", a checkpoint of step ",
      step, ", is none; give another --output, or leave --resume out to go on with what is there"));
}

// Whether the checkpoint was trained on these data sets; a run that does not know is believed.
bool TrainedOn(const CheckpointHeader& header, const Datasets& datasets) {
  const auto& trained_on = header.provenance().data_sets();
  return trained_on.empty() ||
         std::ranges::equal(trained_on, datasets, {}, {},
                            [](const auto& dataset) { return DatasetFingerprint(*dataset); });
}

}  // namespace

absl::StatusOr<StartingPoint> FindStartingPoint(const Datasets& datasets,
                                                const RunDirectory* directory,
                                                const std::string& resume,
                                                const TrainingConfig& wanted) {
  StartingPoint start;
  ASSIGN_OR_RETURN(start.path, FindCheckpoint(directory, resume));
  if (start.path.empty()) return start;
  ASSIGN_OR_RETURN(start.checkpoint, ReadCheckpoint(start.path));
  RETURN_IF_ERROR(CheckAllFinite(start.checkpoint, start.path));
  const CheckpointHeader& header = start.checkpoint.header;
  RETURN_IF_ERROR(CheckHistory(directory, start.path, header.progress().step()));
  RETURN_IF_ERROR(CheckFields(header, start.path, *datasets[0],
                              "train on the data set of that run, or begin anew with another "
                              "--output"));
  TrainingConfig config = wanted;
  if (config.lanes() == 0) config.set_lanes(header.config().lanes());
  RETURN_IF_ERROR(CheckResumable(header.config(), config));
  if (!TrainedOn(header, datasets)) {
    start.remarks.push_back(absl::StrCat(
        "other data than ", start.path,
        " was trained on: the same vocabularies, but the place reached in an epoch is another"));
  }
  return start;
}

}  // namespace elman
