// Runs that start from a checkpoint: of their own directory, of another run on the same data, and
// of a run on other data.
#include "trainer/run/resume.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/trainer/run/prepared_runs.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/log/run_record.h"
#include "trainer/run/training_run.h"

namespace elman {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::Not;

constexpr int kWords = 12;

// The options with which a run is started.
struct Start {
  std::string resume = "auto";
  Take take = Take::kAuto;
  int64_t max_steps = 6;
  std::vector<std::string> overrides = {};
};

// An epoch of each data set has about 10 steps. Validates at every second step.
class ResumeTest : public PreparedRuns {
 protected:
  ResumeTest() {
    first_ = Made("first", 1, 2);
    other_ = Made("other", 3, 2);
    other_valid_ = Made("other_valid", 1, 4);
  }

  // Makes a data set with these numbers of random examples in train and valid; all have the same
  // vocabulary.
  std::shared_ptr<const Dataset> Made(const std::string& name, uint32_t train, uint32_t valid) {
    const std::string folder = data_.Path(name);
    std::filesystem::create_directory(folder);
    DatasetManifest manifest =
        WriteMadeDataset(folder, {RandomExamples(60, 8, kWords, train)}, kWords);
    AddMadeSplit(folder, "valid", RandomExamples(20, 8, kWords, valid), &manifest);
    const auto dataset = Dataset::Open(folder);
    EXPECT_THAT(dataset, IsOk());
    return *dataset;
  }

  // Trains on two ranks.
  absl::Status Train(const std::string& output, const std::shared_ptr<const Dataset>& dataset,
                     const Start& start = {}) {
    std::vector<std::string> overrides = {absl::StrCat("max_steps=", start.max_steps),
                                          "evaluation.every_steps=2", "checkpoint.keep=2",
                                          "logging.every_steps=1"};
    overrides.insert(overrides.end(), start.overrides.begin(), start.overrides.end());
    std::vector<absl::Status> statuses(2);
    RunThreadGroup(2, [&](Communicator* communicator) {
      statuses[communicator->rank()] = RunTraining(communicator, {.config = Config(overrides),
                                                                  .datasets = {dataset},
                                                                  .output = scratch_.Path(output),
                                                                  .resume = start.resume,
                                                                  .take = start.take})
                                           .status();
    });
    EXPECT_EQ(statuses[0], statuses[1]);
    return statuses[0];
  }

  // Trains so that step 2 is the best: after it, a high learning rate increases the loss.
  void TrainToABestOfStep2(const std::string& output, int64_t max_steps) {
    ASSERT_THAT(Train(output, first_, {.max_steps = 2}), IsOk());
    ASSERT_THAT(Train(output, first_, {.max_steps = max_steps, .overrides = rising_}), IsOk());
    ASSERT_EQ(ReadLatest(output).header.progress().best_step(), 2);
    ExpectBestIsThere(output);
  }
  const std::vector<std::string> rising_ = {"optimizer.learning_rate=1"};

  CheckpointDirectory Checkpoints(const std::string& output) const {
    return CheckpointDirectory(scratch_.Path(output));
  }
  std::string Latest(const std::string& output) const { return *Checkpoints(output).Find(kLatest); }
  Checkpoint ReadLatest(const std::string& output) const { return *ReadCheckpoint(Latest(output)); }
  std::string Metrics(const std::string& output) const {
    return scratch_.Read(output + "/metrics.jsonl");
  }
  std::string Hash(const std::string& output) const { return ContentHash(ReadLatest(output)); }

  // Checks that the mark `best`, the latest checkpoint and metrics.jsonl agree on the best, and
  // that its checkpoint exists.
  void ExpectBestIsThere(const std::string& output) const {
    const Progress progress = ReadLatest(output).header.progress();
    ASSERT_TRUE(progress.has_best());
    const auto best = Checkpoints(output).Find(kBest);
    ASSERT_THAT(best, IsOk());
    EXPECT_EQ(*best, Checkpoints(output).PathOf(progress.best_step()));
    const auto checkpoint = ReadCheckpoint(*best);
    ASSERT_THAT(checkpoint, IsOk());
    EXPECT_EQ(checkpoint->header.progress().best_loss(), progress.best_loss());
    const auto record = RunRecord::Read(scratch_.Path(output) + "/metrics.jsonl");
    ASSERT_THAT(record, IsOk());
    if (const RecordedLine* line = record->BestValidation()) {
      EXPECT_EQ(line->step, progress.best_step());
      EXPECT_EQ(line->Number("loss"), progress.best_loss()) << "to the bit";
    }
  }

  std::shared_ptr<const Dataset> first_, other_, other_valid_;
};

TEST_F(ResumeTest, OnOtherDataANewRunStartsWithTheWeights) {
  ASSERT_THAT(Train("run", first_, {.max_steps = 23}), IsOk());
  const std::string from = Latest("run");
  ASSERT_THAT(Train("new", other_, {.resume = from, .max_steps = 0, .overrides = {"max_epochs=2"}}),
              IsOk());
  const CheckpointHeader header = ReadLatest("new").header;
  EXPECT_EQ(header.progress().epoch(), 2) << "two epochs of its own";
  EXPECT_EQ(header.progress().step(), 2 * (header.progress().step() / 2));
  EXPECT_LT(header.progress().step(), 23);
  EXPECT_EQ(header.started_from().path(), from);
  EXPECT_EQ(header.started_from().step(), 23);
  EXPECT_EQ(header.started_from().taken(), StartedFrom::WEIGHTS);
  EXPECT_EQ(header.started_from().content_hash(), Hash("run"));
  ExpectBestIsThere("new");
  const std::string metrics = Metrics("new");
  EXPECT_THAT(metrics, HasSubstr("\"event\": \"started_from\""));
  EXPECT_THAT(metrics, Not(HasSubstr("\"event\": \"resumed\"")));
  EXPECT_THAT(metrics, HasSubstr("{\"kind\": \"train\", \"step\": 1, \"epoch\": 1,"));

  // The same command continues that run; a directory has only one history.
  EXPECT_THAT(Train("new", other_, {.resume = from, .max_steps = 0, .overrides = {"max_epochs=3"}}),
              IsOk());
  EXPECT_EQ(ReadLatest("new").header.progress().epoch(), 3);
  EXPECT_THAT(Metrics("new"), HasSubstr("\"event\": \"resumed\""));
  EXPECT_EQ(Train("new", other_, {.resume = *Checkpoints("run").Find(kBest) + ".other"}).code(),
            absl::StatusCode::kNotFound);
}

// Exactly the requested parts are taken; the rest is that of a new run.
TEST_F(ResumeTest, TakesTheRequestedParts) {
  ASSERT_THAT(Train("run", first_, {.max_steps = 5}), IsOk());
  const Checkpoint run = ReadLatest("run");
  const auto begin = [&](Take take, const std::vector<std::string>& overrides = {}) {
    Checkpoint begun;
    absl::Status status;
    RunThreadGroup(2, [&](Communicator* communicator) {
      const auto directory = OpenRunDirectory(communicator, scratch_.Path("new"));
      auto prepared = PrepareRun(communicator, {first_}, {directory->get(), Latest("run"), take},
                                 Config(overrides));
      absl::Status found = prepared.status();
      if (found.ok()) found = PrepareState({}, &*prepared);
      Checkpoint gathered;
      if (found.ok()) {
        gathered.header = prepared->start.checkpoint.header;
        prepared->state->Gather(&gathered);
      }
      if (communicator->rank() != 0) return;
      begun = gathered;
      status = found;
    });
    if (!status.ok()) return absl::StatusOr<Checkpoint>(status);
    return absl::StatusOr<Checkpoint>(begun);
  };

  const auto weights = begin(Take::kWeights, {"batch_size=8", "seed=9", "lanes=2"});
  ASSERT_THAT(weights, IsOk());
  EXPECT_EQ(*weights->Find(kValuesArray), *run.Find(kValuesArray));
  EXPECT_THAT(*weights->Find("moment1"), Each(0));
  EXPECT_THAT(*weights->Find(kCarryArray), Each(0));
  EXPECT_EQ(weights->header.progress().step(), 0);
  EXPECT_FALSE(weights->header.progress().has_best());
  EXPECT_EQ(weights->header.progress().inherited_updates(), 0);
  EXPECT_EQ(weights->header.config().lanes(), 2);

  const auto moments = begin(Take::kMoments);
  ASSERT_THAT(moments, IsOk());
  EXPECT_EQ(*moments->Find("moment1"), *run.Find("moment1"));
  EXPECT_EQ(*moments->Find("moment2"), *run.Find("moment2"));
  EXPECT_THAT(*moments->Find(kCarryArray), Each(0));
  EXPECT_EQ(moments->header.progress().step(), 0);
  EXPECT_EQ(moments->header.progress().inherited_updates(), 5) << "Adam counts its updates";
  EXPECT_NE(ContentHash(*moments), ContentHash(*weights));

  const auto all = begin(Take::kEverything);
  ASSERT_THAT(all, IsOk());
  EXPECT_EQ(*all->Find(kCarryArray), *run.Find(kCarryArray));
  EXPECT_EQ(all->header.progress().step(), 5);

  EXPECT_THAT(begin(Take::kMoments, {"optimizer.kind=SGD"}),
              FailsWith(absl::StatusCode::kInvalidArgument, "set optimizer.kind=ADAM"));
  EXPECT_THAT(
      begin(Take::kWeights, {"model.hidden_size=8"}),
      FailsWith(absl::StatusCode::kInvalidArgument, "where the model of this configuration"));
}

// Adam's bias correction divides by a small number after few updates; these moments already contain
// five updates of another run.
TEST_F(ResumeTest, BiasCorrectionCountsUpdatesOfTakenMoments) {
  ASSERT_THAT(Train("run", first_, {.max_steps = 5}), IsOk());
  ASSERT_THAT(
      Train("new", other_, {.resume = Latest("run"), .take = Take::kMoments, .max_steps = 1}),
      IsOk());
  const Checkpoint begun = ReadLatest("new");
  ASSERT_EQ(begun.header.progress().step(), 1);
  const std::vector<float> before = *ReadLatest("run").Find(kValuesArray);
  const std::vector<float>& after = *begun.Find(kValuesArray);
  const OptimizerSpec& spec = begun.header.config().optimizer();
  for (size_t i = 0; i < before.size(); ++i) {
    const double m = (*begun.Find("moment1"))[i] / (1 - std::pow(spec.beta1(), 6));
    const double v = (*begun.Find("moment2"))[i] / (1 - std::pow(spec.beta2(), 6));
    ASSERT_NEAR(after[i], before[i] - spec.learning_rate() * m / (std::sqrt(v) + spec.epsilon()),
                1e-5)
        << i;
  }
}

// The new directory is complete from the start, and the bits are the same as for a run in one
// directory.
TEST_F(ResumeTest, OnTheSameDataARunContinuesInANewDirectory) {
  ASSERT_THAT(Train("straight", first_, {.max_steps = 15}), IsOk());
  ASSERT_THAT(Train("run", first_, {.max_steps = 7}), IsOk());
  const std::string from = Latest("run");
  ASSERT_THAT(Train("moved", first_, {.resume = from, .max_steps = 7}), IsOk());
  EXPECT_EQ(Latest("moved"), Checkpoints("moved").PathOf(7)) << "nothing was left to train";
  EXPECT_EQ(Hash("moved"), Hash("run"));
  ASSERT_THAT(Train("moved", first_, {.resume = from, .max_steps = 15}), IsOk());
  EXPECT_EQ(Hash("moved"), Hash("straight"));
  ExpectBestIsThere("moved");
  EXPECT_EQ(ReadLatest("moved").header.started_from().taken(), StartedFrom::EVERYTHING);
}

// A kill after the first checkpoint of a new directory was written, and before its marks were
// written.
TEST_F(ResumeTest, InterruptedStartIsRepeated) {
  ASSERT_THAT(Train("run", first_), IsOk());
  std::filesystem::create_directories(Checkpoints("moved").folder());
  std::filesystem::copy(Latest("run"), Checkpoints("moved").PathOf(6));
  ASSERT_THAT(Train("moved", first_, {.resume = Latest("run"), .max_steps = 8}), IsOk());
  EXPECT_EQ(Latest("moved"), Checkpoints("moved").PathOf(8));
}

TEST_F(ResumeTest, BestOfANewDirectoryIsInThatDirectory) {
  TrainToABestOfStep2("run", 7);
  ASSERT_THAT(
      Train("moved", first_, {.resume = Latest("run"), .max_steps = 9, .overrides = rising_}),
      IsOk());
  EXPECT_GT(ReadLatest("moved").header.progress().best_step(), 7);
  ExpectBestIsThere("moved");
  EXPECT_THAT(Metrics("moved"), HasSubstr("of step 2, is not in this run directory"));

  // The best itself remains the best.
  ASSERT_THAT(
      Train("best", first_,
            {.resume = *Checkpoints("run").Find(kBest), .max_steps = 7, .overrides = rising_}),
      IsOk());
  EXPECT_EQ(ReadLatest("best").header.progress().best_step(), 2);
  EXPECT_EQ(*Checkpoints("best").Find(kBest), Checkpoints("best").PathOf(2));
  EXPECT_EQ(Hash("best"), Hash("run"));
}

TEST_F(ResumeTest, ARunDirectoryKeepsItsData) {
  ASSERT_THAT(Train("run", first_), IsOk());
  const std::string before = Hash("run");
  for (const std::string& resume : {std::string("auto"), Latest("run")}) {
    EXPECT_THAT(
        Train("run", other_, {.resume = resume, .max_steps = 9}),
        FailsWith(absl::StatusCode::kFailedPrecondition, "use that data, or a new --output"));
  }
  EXPECT_EQ(Hash("run"), before);
  EXPECT_THAT(Train("new", other_, {.resume = Latest("run"), .take = Take::kEverything}),
              FailsWith(absl::StatusCode::kFailedPrecondition, "--take=weights"));
  // --take has no effect on a run's own checkpoint: a supervisor restarts the run with the same
  // options.
  EXPECT_THAT(Train("run", first_, {.take = Take::kWeights, .max_steps = 9}), IsOk());
  EXPECT_EQ(ReadLatest("run").header.progress().step(), 9);
}

// The same training data with another validation split: old losses are not comparable.
TEST_F(ResumeTest, NewValidationSplitResetsTheBest) {
  ASSERT_THAT(Train("run", first_), IsOk());
  const double old_loss = ReadLatest("run").header.progress().best_loss();
  ASSERT_THAT(Train("run", other_valid_, {.max_steps = 10}), IsOk());
  EXPECT_THAT(Metrics("run"), HasSubstr("\"event\": \"best_reset\""));
  const Progress progress = ReadLatest("run").header.progress();
  EXPECT_GT(progress.best_step(), 6);
  EXPECT_NE(progress.best_loss(), old_loss);
  ExpectBestIsThere("run");
  ASSERT_THAT(Train("run", other_valid_, {.max_steps = 12}), IsOk()) << "and that is the end of it";
  const std::string metrics = Metrics("run");
  EXPECT_EQ(metrics.find("best_reset"), metrics.rfind("best_reset"));
}

// PLATEAU depends on the losses of earlier epochs.
TEST_F(ResumeTest, NewValidationSplitResetsThePlateau) {
  const std::vector<std::string> plateau = {"schedule.kind=PLATEAU"};
  ASSERT_THAT(Train("run", first_, {.max_steps = 25, .overrides = plateau}), IsOk());
  ASSERT_TRUE(ReadLatest("run").header.progress().has_plateau_loss());
  const auto begun = [&](const std::shared_ptr<const Dataset>& dataset) {
    Progress progress;
    RunThreadGroup(1, [&](Communicator* communicator) {
      const auto run =
          PrepareRun(communicator, {dataset}, {nullptr, Latest("run")}, Config(plateau));
      ASSERT_THAT(run, IsOk());
      progress = run->start.checkpoint.header.progress();
    });
    return progress;
  };
  EXPECT_TRUE(begun(first_).has_plateau_loss());
  EXPECT_EQ(begun(first_).step(), 25);
  EXPECT_FALSE(begun(other_valid_).has_plateau_loss());
  EXPECT_EQ(begun(other_valid_).step(), 25);
  EXPECT_FALSE(begun(other_).has_plateau_loss());
  EXPECT_EQ(begun(other_).step(), 0);
}

TEST_F(ResumeTest, RemovedBestIsReset) {
  TrainToABestOfStep2("run", 6);
  std::filesystem::remove(Checkpoints("run").PathOf(2));
  ASSERT_THAT(Train("run", first_, {.max_steps = 8, .overrides = rising_}), IsOk());
  EXPECT_THAT(Metrics("run"), HasSubstr("of step 2, is missing or damaged; the next validation"));
  EXPECT_GT(ReadLatest("run").header.progress().best_step(), 6);
  ExpectBestIsThere("run");
  EXPECT_EQ(Checkpoints("run").Steps()->size(), 2) << "and old ones are deleted as ever";
}

// The same during training.
TEST_F(ResumeTest, BestRemovedDuringTrainingIsReset) {
  TrainToABestOfStep2("run", 3);
  // A run keeps the best that it started with: here its checkpoint is removed while the run is
  // prepared.
  const auto lose = [&](const TrainingConfig&, GradientExchange*) {
    std::error_code error;
    std::filesystem::remove(Checkpoints("run").PathOf(2), error);
    return absl::OkStatus();
  };
  const std::vector<std::string> overrides = {"max_steps=12", "evaluation.every_steps=2",
                                              "checkpoint.every_steps=1", "checkpoint.keep=2",
                                              "optimizer.learning_rate=1"};
  RunThreadGroup(2, [&](Communicator* communicator) {
    EXPECT_THAT(RunTraining(communicator, {.config = Config(overrides),
                                           .datasets = {first_},
                                           .output = scratch_.Path("run"),
                                           .check_place = lose}),
                IsOk());
  });
  EXPECT_THAT(Metrics("run"),
              HasSubstr("of step 2, is missing; the next validation counts as the best"));
  EXPECT_GT(ReadLatest("run").header.progress().best_step(), 3);
  ExpectBestIsThere("run");
}

TEST(ParseTake, ParsesAllNames) {
  EXPECT_EQ(*ParseTake("auto"), Take::kAuto);
  EXPECT_EQ(*ParseTake("all"), Take::kEverything);
  EXPECT_EQ(*ParseTake("weights"), Take::kWeights);
  EXPECT_EQ(*ParseTake("moments"), Take::kMoments);
  EXPECT_THAT(ParseTake("some"),
              FailsWith(absl::StatusCode::kInvalidArgument, "auto, all, weights, moments"));
}

}  // namespace
}  // namespace elman
