// Diverged steps are undone in the same way on any number of ranks, without any remaining effect.
#include "trainer/state/divergence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "data/shards/dataset.h"
#include "tests/support/allocations.h"
#include "tests/trainer/loop/made_run.h"

namespace elman {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// A model whose passes at some steps (from 1) produce numbers that are not finite.
class PoisonedModel : public Model {
 public:
  PoisonedModel(std::unique_ptr<Model> model, std::set<int64_t> steps)
      : model_(std::move(model)), steps_(std::move(steps)) {
    parameters_ = model_->parameters();
  }
  void UseValues(const float* values) override { model_->UseValues(values); }
  int64_t carry_states() const override { return model_->carry_states(); }
  int64_t carry_width() const override { return model_->carry_width(); }
  void Begin(int64_t rows, float* carry) override { model_->Begin(rows, carry); }
  void Touch(const Batch& batch, BlockSet* touched) const override {
    model_->Touch(batch, touched);
  }
  LossSums Train(const Batch& batch, const Pass& pass, float* carry, float* gradients,
                 Workspace* workspace) override {
    const LossSums sums = model_->Train(batch, pass, carry, gradients, workspace);
    if (!steps_.contains(pass.step + 1)) return sums;
    std::fill_n(carry, carry_size(batch.rows), kNan);
    const Parameter& last = parameters_.parameters().back();
    std::fill_n(gradients + last.offset, last.size(), kNan);
    return sums;
  }
  void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                Workspace* workspace) override {
    model_->Evaluate(batch, carry, losses, workspace);
  }

 private:
  const std::unique_ptr<Model> model_;
  const std::set<int64_t> steps_;
};

// An epoch of the generated data has 10 steps.
class DivergenceTest : public MadeRun {
 protected:
  void Poison(const std::set<int64_t>& steps) {
    wrap_model_ = [steps](std::unique_ptr<Model> model) {
      return std::make_unique<PoisonedModel>(std::move(model), steps);
    };
  }
  void RollBack() {
    overrides_ = {"divergence.action=ROLL_BACK", "divergence.snapshot_every_steps=3",
                  "logging.every_steps=1"};
  }

  Checkpoint LatestOf(const std::string& output) { return *ReadCheckpoint(Latest(output)); }

  // Counts the lines of metrics.jsonl that contain all of `parts`.
  int Lines(const std::string& output, const std::vector<std::string>& parts) {
    int count = 0;
    const std::string metrics = scratch_.Read(output + "/metrics.jsonl");
    for (const std::string& line : std::vector<std::string>(absl::StrSplit(metrics, '\n'))) {
      count += std::ranges::all_of(
          parts, [&](const std::string& part) { return absl::StrContains(line, part); });
    }
    return count;
  }

  // Checks that the bits are the same on any number of ranks, and after an interruption at any
  // step.
  void ExpectTheSameOnAnyRanksAndAcrossResumes(int64_t steps) {
    const std::string hash = Run(1, "one", steps);
    EXPECT_EQ(Run(2, "two", steps), hash);
    EXPECT_EQ(Run(3, "three", steps), hash);
    EXPECT_EQ(Run(4, "four", steps), hash);
    EXPECT_EQ(Run(3, "messages", steps, /*shares_memory=*/false), hash);
    nodes_ = {0, 1, 0};
    EXPECT_EQ(Run(3, "nodes", steps), hash);
    nodes_.clear();
    for (int64_t part = 1; part < steps; ++part) {
      const std::string name = "part" + std::to_string(part);
      Run(3, name, part);
      EXPECT_EQ(Run(2, name, steps, true, Latest(name)), hash) << part;
    }
  }
};

// Returns the arrays of `a` without those of a snapshot.
std::vector<std::vector<float>> Arrays(const Checkpoint& a) {
  std::vector<std::vector<float>> arrays;
  for (const NamedArray& array : a.arrays)
    if (!array.name.starts_with(kSnapshotPrefix)) arrays.push_back(array.elements);
  return arrays;
}

TEST_F(DivergenceTest, SkippedStepChangesOnlyItsCount) {
  Run(2, "before", 4);
  Poison({5});
  Run(2, "skipped", 5);
  const Checkpoint before = LatestOf("before"), skipped = LatestOf("skipped");
  EXPECT_EQ(Arrays(skipped), Arrays(before));
  const Progress& progress = skipped.header.progress();
  EXPECT_EQ(progress.step(), 5);
  EXPECT_EQ(progress.tokens(), before.header.progress().tokens());
  EXPECT_EQ(progress.divergence().steps(), 1);
  EXPECT_EQ(progress.divergence().lost_updates(), 1);
  EXPECT_THAT(DivergenceTotals(progress), HasSubstr("1 of 5 steps diverged"));
  EXPECT_EQ(Lines("skipped", {"\"event\": \"skipped\"", "\"step\": 5,", "\"gradient_norm\": null"}),
            1);
}

TEST_F(DivergenceTest, SkipsTheSameStepsOnAnyRanksAndAcrossResumes) {
  Poison({1, 4, 5, 10, 11});
  ExpectTheSameOnAnyRanksAndAcrossResumes(13);
}

// A finite norm above the bound is a divergence; the logged values are those of that norm.
TEST_F(DivergenceTest, NormAboveTheBoundDiverges) {
  overrides_ = {"logging.every_steps=1", "divergence.max_gradient_norm=1e-6",
                "divergence.max_in_a_row=100", "divergence.max_in_all=100"};
  Run(1, "all", 7);
  EXPECT_EQ(Lines("all", {"\"event\": \"skipped\""}), 7);
  EXPECT_EQ(LatestOf("all").header.progress().divergence().steps(), 7);
  overrides_[1] = "divergence.max_gradient_norm=1e6";
  Run(1, "none", 7);
  EXPECT_EQ(Lines("none", {"\"event\": \"skipped\""}), 0);
}

// Adam's bias correction counts updates: the first update after a skipped step is number one.
TEST_F(DivergenceTest, SkippedStepsDoNotCountAsUpdates) {
  Poison({1});
  Run(1, "skipped", 2);
  const Checkpoint second = LatestOf("skipped");
  wrap_model_ = nullptr;
  overrides_ = {"optimizer.learning_rate=1e-20"};
  Run(1, "initial", 1);
  const std::vector<float> initial = *LatestOf("initial").Find(kValuesArray);
  // The first update of Adam changes every element with a gradient by the learning rate.
  float most = 0;
  for (size_t i = 0; i < initial.size(); ++i)
    most = std::max(most, std::abs((*second.Find(kValuesArray))[i] - initial[i]));
  EXPECT_NEAR(most, 0.01, 1e-4);
}

TEST_F(DivergenceTest, RollingBackReturnsToTheSnapshot) {
  RollBack();
  Run(2, "then", 6);
  Poison({8});
  Run(2, "back", 8);
  EXPECT_EQ(Arrays(LatestOf("back")), Arrays(LatestOf("then")));
  const Progress progress = LatestOf("back").header.progress();
  EXPECT_EQ(progress.step(), 8);
  EXPECT_EQ(progress.step_in_epoch(), 8) << "the data goes on";
  EXPECT_EQ(progress.divergence().lost_updates(), 2);
  EXPECT_EQ(progress.divergence().snapshot_step(), 6);
  Run(2, "lower", 9);
  EXPECT_EQ(Lines("lower", {"\"event\": \"rolled_back\"", "\"step\": 8,", "snapshot of step 6"}),
            1);
  EXPECT_EQ(Lines("lower", {"\"kind\": \"train\"", "\"step\": 9,", "\"learning_rate\": 0.0049"}),
            1);
}

TEST_F(DivergenceTest, RollsBackToTheSameBitsOnAnyRanksAndAcrossResumes) {
  RollBack();
  Poison({2, 8, 9, 12});
  ExpectTheSameOnAnyRanksAndAcrossResumes(14);
}

// Between nodes only rows touched by a step are sent; a rollback must send all rows that changed
// after the snapshot.
TEST_F(DivergenceTest, RollsBackRowsThatTheStepDidNotTouch) {
  Scratch many_words;
  WriteMadeDataset(many_words.path(), {RandomExamples(60, 8, 6000)}, 6000);
  dataset_ = *Dataset::Open(many_words.path());
  RollBack();
  overrides_.insert(overrides_.end(), {"optimizer.kind=SGD", "optimizer.learning_rate=1"});
  Poison({8});
  const std::string hash = Run(1, "one", 20);  // two epochs, so that the same rows are used again
  nodes_ = {0, 1, 1};
  EXPECT_EQ(Run(3, "nodes", 20), hash);
}

// The exact values of a run that rounds belong to the state: they are undone too, and saved in
// checkpoints.
TEST_F(DivergenceTest, UndoesExactValues) {
  nodes_ = {0, 0, 1, 1};
  const std::vector<std::string> rounds = {"exchange.wire_format=BF16", "exchange.lane_group=2"};
  overrides_ = rounds;
  Run(4, "before", 6);
  ASSERT_NE(LatestOf("before").Find(kExactValues), nullptr);
  Poison({7});
  Run(4, "skipped", 7);
  EXPECT_EQ(Arrays(LatestOf("skipped")), Arrays(LatestOf("before")));
  RollBack();
  overrides_.insert(overrides_.end(), rounds.begin(), rounds.end());
  Poison({8, 9, 13});
  Run(4, "back", 8);
  EXPECT_EQ(Arrays(LatestOf("back")), Arrays(LatestOf("before")));
  const std::string hash = Run(4, "straight", 16);
  for (const int64_t part : {5, 6, 8, 11, 13}) {
    const std::string name = "part" + std::to_string(part);
    Run(4, name, part);
    EXPECT_EQ(Run(4, name, 16, true, Latest(name)), hash) << part;
  }
  // Without rounding, the exact values become the values, also in the snapshot.
  nodes_.clear();
  overrides_.push_back("exchange.wire_format=FLOAT32");
  Poison({9});
  Run(2, "alone", 9, true, Latest("back"));
  EXPECT_EQ(*LatestOf("alone").Find(kValuesArray), *LatestOf("before").Find(kExactValues));
}

// Steps 1 to 6 (the snapshot has already lost two of them), 7 and 8.
TEST_F(DivergenceTest, CountsStepsLostBeforeTheSnapshot) {
  RollBack();
  Poison({2, 8});
  Run(2, "back", 8);
  EXPECT_EQ(LatestOf("back").header.progress().divergence().lost_updates(), 4);
}

// A snapshot of the same step is not written twice.
TEST_F(DivergenceTest, CheckpointsHoldASnapshotThatDiffers) {
  RollBack();
  Run(2, "at", 6);
  Run(2, "beyond", 7);
  const std::string snapshot_values = std::string(kSnapshotPrefix) + std::string(kValuesArray);
  EXPECT_EQ(LatestOf("at").Find(snapshot_values), nullptr);
  ASSERT_NE(LatestOf("beyond").Find(snapshot_values), nullptr);
  EXPECT_EQ(*LatestOf("beyond").Find(snapshot_values), *LatestOf("at").Find(kValuesArray));
}

TEST_F(DivergenceTest, EndsAfterTooManyDivergedSteps) {
  overrides_ = {"divergence.max_in_a_row=2"};
  Poison({3, 4, 6, 7, 8});
  ends_with_ = absl::StatusCode::kOutOfRange;
  for (const int ranks : {1, 3}) {
    Run(ranks, "row" + std::to_string(ranks), 0);
    EXPECT_THAT(std::string(ended_.message()),
                AllOf(HasSubstr("step 8"), HasSubstr("divergence.max_in_a_row"),
                      HasSubstr("optimizer.learning_rate"), HasSubstr("--replay_step=8")));
  }
  EXPECT_EQ(Lines("row1", {"\"event\": \"skipped\""}), 4);
  EXPECT_EQ(Lines("row1", {"\"event\": \"diverged\"", "\"step\": 8,"}), 1);
  overrides_ = {"divergence.max_in_all=3"};
  Run(2, "all", 0);
  EXPECT_THAT(std::string(ended_.message()),
              AllOf(HasSubstr("step 7"), HasSubstr("divergence.max_in_all")));
}

// A checkpoint that is due while steps diverge is postponed, so that it does not replace good
// checkpoints.
TEST_F(DivergenceTest, SavesWaitForAStepThatDoesNotDiverge) {
  overrides_ = {"checkpoint.every_steps=2", "checkpoint.keep=100"};
  Poison({4, 5, 8, 9, 12});
  Run(2, "saved", 12);
  // Step 10 ends an epoch, step 12 the run.
  EXPECT_THAT(*CheckpointDirectory(scratch_.Path("saved")).Steps(), ElementsAre(2, 6, 10, 12));
}

// An update may produce numbers that are not finite, without effect on the loss of that step or of
// later ones: here in the vector of a word.
TEST_F(DivergenceTest, NumbersThatAreNotFiniteAreNotSaved) {
  overrides_ = {"checkpoint.every_steps=2", "checkpoint.keep=100"};
  Run(1, "sound", 4);
  ends_with_ = absl::StatusCode::kOutOfRange;
  for (const bool two_nodes : {false, true}) {
    for (const int64_t last : {5, 9}) {  // first at the end of the run, then at the next save
      const std::string name = "nan" + std::to_string(two_nodes) + std::to_string(last);
      nodes_ = two_nodes ? std::vector<int>{0, 1} : std::vector<int>{};
      tamper_ = [](int, std::span<float> values, Progress* progress) {
        if (progress->step() == 4) values[0] = kNan;
      };
      Run(1 + two_nodes, name, last);
      EXPECT_THAT(*CheckpointDirectory(scratch_.Path(name)).Steps(), ElementsAre(2, 4));
      EXPECT_EQ(HashOfLatest(name), HashOfLatest("sound"));
      EXPECT_EQ(Lines(name, {"\"event\": \"diverged\""}), 1);
      if (last > 5) continue;
      EXPECT_THAT(std::string(ended_.message()),
                  AllOf(HasSubstr("after step 5, "), HasSubstr(" numbers of values of "),
                        HasSubstr("are not finite"), HasSubstr("optimizer.learning_rate")));
    }
  }
}

TEST_F(DivergenceTest, SnapshotsHoldOnlyFiniteNumbers) {
  RollBack();
  tamper_ = [](int, std::span<float> values, Progress* progress) {
    if (progress->step() == 5) values[0] = kNan;
  };
  ends_with_ = absl::StatusCode::kOutOfRange;
  Run(1, "snapshot", 20);
  EXPECT_THAT(std::string(ended_.message()), HasSubstr("after step 6, "));
}

// A model whose first losses outside of training are not finite.
class BlindModel : public PoisonedModel {
 public:
  BlindModel(std::unique_ptr<Model> model, int64_t* blind)
      : PoisonedModel(std::move(model), {}), blind_(blind) {}
  void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                Workspace* workspace) override {
    PoisonedModel::Evaluate(batch, carry, losses, workspace);
    if ((*blind_)-- > 0) std::ranges::fill(losses, kNan);
  }

 private:
  int64_t* const blind_;
};

TEST_F(DivergenceTest, ALossThatIsNotFiniteIsNeverTheBest) {
  int64_t blind = 1;
  wrap_model_ = [&](std::unique_ptr<Model> model) {
    return std::make_unique<BlindModel>(std::move(model), &blind);
  };
  Run(1, "run", 10);
  EXPECT_FALSE(LatestOf("run").header.progress().has_best());
  EXPECT_TRUE(absl::IsNotFound(CheckpointDirectory(scratch_.Path("run")).Find(kBest).status()));
  blind = 1;
  Run(1, "run", 20);
  EXPECT_EQ(LatestOf("run").header.progress().best_step(), 20);
  EXPECT_EQ(*CheckpointDirectory(scratch_.Path("run")).Find(kBest), Latest("run"));
}

// Like TrainingLoopTest.StepsDoNotAllocate, with a snapshot every third step.
TEST_F(DivergenceTest, SnapshotsDoNotAllocate) {
  RollBack();
  overrides_.pop_back();
  for (const int ranks : {1, 3}) {
    std::vector<int64_t> counts;
    counts.reserve(100);
    on_step_ = [&](int rank) {
      if (rank == 0) counts.push_back(AllocationCount());
    };
    Run(ranks, "counted" + std::to_string(ranks), 9);
    ASSERT_GE(counts.size(), 9u);
    for (size_t step = 3; step < 9; ++step) EXPECT_EQ(counts[step], counts[step - 1]) << step;
  }
}

TEST(DivergenceTotalsTest, AreEmptyWithoutDivergence) {
  EXPECT_THAT(DivergenceTotals(Progress()), IsEmpty());
}

}  // namespace
}  // namespace elman
