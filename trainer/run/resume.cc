#include "trainer/run/resume.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/format/named_values.h"
#include "data/format/shell_word.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "trainer/config/run_config.h"
#include "trainer/exchange/gradient_exchange.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/checkpoint/checkpoint_vocabularies.h"
#include "trainer/record/checkpoint/finite_check.h"
#include "trainer/record/log/run_record.h"

namespace elman {
namespace {

// Returns the latest checkpoint of a run that was started from `resume`; empty if there is no such
// run. Repeating a command then continues an interrupted run.
std::string LatestStartedFrom(const RunDirectory* directory, const std::string& resume) {
  if (directory == nullptr) return "";
  const absl::StatusOr<std::string> latest = CheckpointDirectory(directory->folder()).Find(kLatest);
  if (!latest.ok()) return "";
  const absl::StatusOr<CheckpointHeader> header = ReadCheckpointHeader(*latest);
  if (!header.ok() || header->started_from().path() != AbsolutePath(resume)) return "";
  return *latest;
}

// Returns the checkpoint file to continue from; empty for a new run. Never empty if there are
// checkpoints.
absl::StatusOr<std::string> FindCheckpoint(const RunDirectory* directory,
                                           const std::string& resume) {
  if (resume != "auto" && resume != "never") {
    const std::string own = LatestStartedFrom(directory, resume);
    if (!own.empty()) return own;
    absl::StatusOr<std::string> found = ResolveCheckpoint(resume, kLatest);
    if (!absl::IsNotFound(found.status())) return found;
    return absl::NotFoundError(
        absl::StrCat(found.status().message(),
                     "; without --resume, a run resumes from the latest checkpoint of --output"));
  }
  if (directory == nullptr) return "";
  const CheckpointDirectory checkpoints(directory->folder());
  absl::StatusOr<std::string> latest = checkpoints.Find(kLatest);
  ASSIGN_OR_RETURN(const std::vector<int64_t> steps, checkpoints.Steps());
  if (absl::IsNotFound(latest.status()) && steps.empty()) return "";
  if (resume == "never") {
    return absl::FailedPreconditionError(
        absl::StrCat(directory->folder(),
                     ": contains a run, which --resume=never would overwrite; use another "
                     "--output, or leave --resume out to resume that run"));
  }
  if (!absl::IsNotFound(latest.status())) return latest;
  return absl::FailedPreconditionError(absl::StrCat(
      JoinPath(checkpoints.folder(), kLatest),
      ": missing, though there are checkpoints, the newest of step ", steps.back(),
      "; 'elman-inspect ", ShellWord(directory->folder()), " --repair' writes the mark again"));
}

// A run directory holds one training history: a run continues there from a checkpoint of the
// directory, or from any checkpoint if the directory has none. Null: a run that writes nothing.
absl::Status CheckHistory(const RunDirectory* directory, const std::string& path, int64_t step) {
  if (directory == nullptr) return absl::OkStatus();
  const CheckpointDirectory checkpoints(directory->folder());
  ASSIGN_OR_RETURN(const std::vector<int64_t> steps, checkpoints.Steps());
  std::error_code error;
  if (steps.empty() || std::filesystem::equivalent(path, checkpoints.PathOf(step), error))
    return absl::OkStatus();
  // A run that continued here from another checkpoint was killed before it wrote its first mark.
  if (steps == std::vector<int64_t>{step} &&
      absl::IsNotFound(checkpoints.ReadMark(kLatest).status()))
    return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      directory->folder(), ": contains a run, to which ", path, ", a checkpoint of step ", step,
      ", does not belong; use another --output, or leave --resume out to resume that run"));
}

// Returns whether the checkpoint belongs to the run directory. Null: a run that writes nothing.
bool IsOwn(const RunDirectory* directory, const std::string& path, int64_t step) {
  std::error_code error;
  return directory != nullptr &&
         std::filesystem::equivalent(path, CheckpointDirectory(directory->folder()).PathOf(step),
                                     error);
}

// Returns whether the checkpoint was trained on these data sets. True if the checkpoint does not
// record its data sets.
bool TrainedOn(const CheckpointHeader& header, const Datasets& datasets) {
  const auto& trained_on = header.provenance().data_sets();
  const auto same = [](const std::string& fingerprint, const auto& dataset) {
    return fingerprint == SplitFingerprint(*dataset, "train") ||
           fingerprint == DatasetFingerprint(*dataset);
  };
  return trained_on.empty() || std::ranges::equal(trained_on, datasets, same);
}

// Returns whether the losses in the checkpoint's progress are comparable with those of this run.
bool ValidatedOn(const CheckpointHeader& header, const Dataset& dataset) {
  const std::string split = SplitFingerprint(dataset, "valid");
  if (split.empty()) return true;  // this run does not validate
  const std::string& then = header.progress().validated_on();
  if (!then.empty()) return then == split;
  // An older version recorded the fingerprint of the whole data set instead.
  const auto& data_sets = header.provenance().data_sets();
  return data_sets.empty() || data_sets[0] == DatasetFingerprint(dataset);
}

absl::Status OtherData(const std::string& path, const Datasets& datasets,
                       const std::string& remedy) {
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": was trained on other data than the split train of ",
                   datasets[0]->folder(), datasets.size() > 1 ? " and the others" : "",
                   ", so its position in the epoch is not valid there; ", remedy));
}

// Decides what the run takes from the checkpoint.
absl::StatusOr<Take> Decide(const CheckpointHeader& header, const std::string& path,
                            const Datasets& datasets, bool own, bool writes, Take take) {
  const bool same_data = TrainedOn(header, datasets);
  if (own) {
    if (same_data) return Take::kEverything;
    return OtherData(path, datasets,
                     absl::StrCat("use that data, or a new --output and --resume=", path,
                                  " for a new run with these weights"));
  }
  if (take == Take::kAuto) return same_data ? Take::kEverything : Take::kWeights;
  if (take == Take::kEverything && !same_data)
    return OtherData(path, datasets, writes ? "use that data, or --take=weights" : "use that data");
  return take;
}

// Adjusts the progress of a run that continues: the best must have a checkpoint in the run
// directory, and the best and the plateau must refer to the split that will be validated.
void SettleBest(const Dataset& dataset, const RunDirectory* directory, bool own,
                StartingPoint* start) {
  Progress* progress = start->checkpoint.header.mutable_progress();
  const int64_t step = progress->best_step();
  const bool had_best = progress->has_best();
  const auto reset = [&](const std::string& why) { start->events.push_back({kBestReset, why}); };
  if ((had_best || progress->has_plateau_loss()) &&
      !ValidatedOn(start->checkpoint.header, dataset)) {
    CopyBest(Progress(), progress);
    progress->clear_has_plateau_loss();
    progress->clear_plateau_loss();
    progress->clear_epochs_without_improvement();
    reset(absl::StrCat("the split valid of ", dataset.folder(), " is not the one that ",
                       start->path,
                       " was validated on: the next validation counts as the best, and "
                       "schedule.kind=PLATEAU starts to compare with it"));
  } else if (had_best && own) {
    if (!CheckpointDirectory(directory->folder()).SettleBest(progress)) return;
    reset(absl::StrCat(
        "warning: the best checkpoint, of step ", step, ", is missing or damaged; ",
        progress->has_best()
            ? absl::StrCat("the best checkpoint is now that of step ", progress->best_step())
            : std::string("the next validation counts as the best")));
  } else if (had_best && directory != nullptr && step != progress->step()) {
    CopyBest(Progress(), progress);
    reset(absl::StrCat(
        "the best checkpoint of the previous run, of step ", step,
        ", is not in this run directory: the next validation counts as the best here"));
  }
}

// Removes from a checkpoint everything that a new run does not start with.
void KeepWeights(bool with_moments, Checkpoint* checkpoint) {
  CheckpointHeader& header = checkpoint->header;
  std::vector<NamedArray> kept;
  for (NamedArray& array : checkpoint->arrays) {
    const bool moment = array.name.starts_with(kMomentPrefix);
    if (array.name == kValuesArray || (moment && with_moments)) kept.push_back(std::move(array));
  }
  // Restores the exact values if the values were rounded for sending.
  if (std::vector<float>* exact = checkpoint->Find(kExactValues); exact != nullptr) {
    for (NamedArray& array : kept) {
      if (array.name == kValuesArray && array.elements.size() == exact->size())
        array.elements = std::move(*exact);
    }
  }
  checkpoint->arrays = std::move(kept);
  header.clear_arrays();
  const Progress before = header.progress();
  header.clear_progress();
  if (!with_moments) return;
  header.mutable_progress()->set_inherited_updates(before.inherited_updates() + before.step() -
                                                   before.divergence().lost_updates());
}

absl::Status CheckMoments(const OptimizerSpec& theirs, const OptimizerSpec& ours,
                          const std::string& path) {
  if (theirs.kind() == ours.kind()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--take=moments: ", path, " has the moments of ", OptimizerSpec::Kind_Name(theirs.kind()),
      ", and optimizer.kind is ", OptimizerSpec::Kind_Name(ours.kind()),
      "; set optimizer.kind=", OptimizerSpec::Kind_Name(theirs.kind()), " or give --take=weights"));
}

}  // namespace

absl::StatusOr<Take> ParseTake(std::string_view name) {
  constexpr NamedValue<Take> kTakes[] = {{"auto", Take::kAuto},
                                         {"all", Take::kEverything},
                                         {"weights", Take::kWeights},
                                         {"moments", Take::kMoments}};
  return ParseNamed("--take", name, kTakes);
}

absl::StatusOr<StartingPoint> FindStartingPoint(const Datasets& datasets,
                                                const RunDirectory* directory,
                                                const std::string& resume, Take take,
                                                const TrainingConfig& wanted) {
  StartingPoint start;
  ASSIGN_OR_RETURN(start.path, FindCheckpoint(directory, resume));
  if (start.path.empty()) return start;
  ASSIGN_OR_RETURN(start.checkpoint, ReadCheckpoint(start.path));
  RETURN_IF_ERROR(CheckAllFinite(start.checkpoint, start.path));
  CheckpointHeader& header = start.checkpoint.header;
  const int64_t step = header.progress().step();
  RETURN_IF_ERROR(CheckHistory(directory, start.path, step));
  RETURN_IF_ERROR(CheckFields(
      header, start.path, *datasets[0],
      resume == "auto" ? "start a new run with another --output" : "leave --resume out"));
  const bool own = start.own = IsOwn(directory, start.path, step);
  ASSIGN_OR_RETURN(start.taken,
                   Decide(header, start.path, datasets, own, directory != nullptr, take));
  if (!own) {
    StartedFrom* from = header.mutable_started_from();
    from->set_path(AbsolutePath(resume));
    from->set_content_hash(ContentHash(start.checkpoint));
    from->set_step(step);
    from->set_taken(start.taken == Take::kEverything ? StartedFrom::EVERYTHING
                    : start.taken == Take::kWeights  ? StartedFrom::WEIGHTS
                                                     : StartedFrom::MOMENTS);
  }
  if (start.taken == Take::kEverything) {
    TrainingConfig config = wanted;
    if (config.lanes() == 0) config.set_lanes(header.config().lanes());
    RETURN_IF_ERROR(CheckResumable(header.config(), config));
    SettleBest(*datasets[0], directory, own, &start);
    return start;
  }
  const bool with_moments = start.taken == Take::kMoments;
  if (with_moments)
    RETURN_IF_ERROR(CheckMoments(header.config().optimizer(), wanted.optimizer(), start.path));
  KeepWeights(with_moments, &start.checkpoint);
  start.events.push_back(
      {"started_from",
       absl::StrCat(
           "starts with the weights ", with_moments ? "and the optimizer's moments " : "", "of ",
           start.path, ", step ", step,
           ": steps, epochs, the learning rate schedule and the best checkpoint are reset")});
  return start;
}

}  // namespace elman
