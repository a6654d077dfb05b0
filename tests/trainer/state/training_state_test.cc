// The state of a run: gathered and scattered on any number of ranks, kept and restored.
#include "trainer/state/training_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/trainer/run/prepared_runs.h"

namespace elman {
namespace {

using testing::HasSubstr;

class TrainingStateTest : public PreparedRuns {
 protected:
  // Performs a step with generated gradients and carried state, the same on any number of ranks.
  static void Step(PreparedRun* run, int64_t number) {
    const Parameter last = run->model->parameters().parameters().back();
    run->exchange->ComputeLanes(number, [&](int lane, GradientArray* gradients) {
      for (int64_t i = 0; i < last.size(); ++i)
        gradients->data()[last.offset + i] = static_cast<float>(lane + 1) / (i + number);
      ChangeCarry(run, lane, number);
    });
    run->exchange->Reduce(number);
    run->state->UpdateSlice(*run->optimizer, {.number = number, .learning_rate = 0.1}, 0);
    run->exchange->ShareValues();
  }

  static int64_t CarrySize(const PreparedRun& run, int lane) {
    return run.model->carry_size(run.source->end_row(lane) - run.source->first_row(lane));
  }

  static void ChangeCarry(PreparedRun* run, int lane, int64_t number) {
    float* const carry = run->state->carry(lane);
    for (int64_t i = 0; i < CarrySize(*run, lane); ++i)
      carry[i] = carry[i] / 2 + static_cast<float>(100 * number + 10 * lane + i);
  }

  // Returns what rank 0 gathers after some steps.
  Checkpoint After(int ranks, int64_t steps) {
    Checkpoint checkpoint;
    OnRanks(ranks, {}, [&](PreparedRun* run) {
      ASSERT_THAT(PrepareState({}, run), IsOk());
      for (int64_t step = 1; step <= steps; ++step) Step(run, step);
      const bool root = run->communicator->rank() == 0;
      run->state->Gather(root ? &checkpoint : nullptr);
      if (root) checkpoint.header = run->start.checkpoint.header;
    });
    return checkpoint;
  }

  static void ExpectSameArrays(const Checkpoint& a, const Checkpoint& b) {
    ASSERT_EQ(a.arrays.size(), b.arrays.size());
    for (size_t i = 0; i < a.arrays.size(); ++i) {
      EXPECT_EQ(a.arrays[i].name, b.arrays[i].name);
      EXPECT_EQ(a.arrays[i].elements, b.arrays[i].elements) << a.arrays[i].name;
    }
  }
};

TEST_F(TrainingStateTest, GathersTheSameOnAnyNumberOfRanks) {
  const Checkpoint one = After(1, 2);
  ASSERT_EQ(one.arrays.size(), 4u);  // values, two moments, carried state
  for (const NamedArray& array : one.arrays)
    EXPECT_TRUE(std::ranges::any_of(array.elements, [](float x) { return x != 0; })) << array.name;
  EXPECT_EQ(std::ranges::count(*one.Find(kCarryArray), 0.0f), 0) << "rows of every lane";
  for (const int ranks : {2, 3, 4}) ExpectSameArrays(After(ranks, 2), one);
}

TEST_F(TrainingStateTest, ScattersToAnyNumberOfRanks) {
  const Checkpoint then = After(2, 2), later = After(1, 3);
  for (const int ranks : {1, 3, 4}) {
    Checkpoint scattered = then, gathered;
    OnRanks(ranks, {}, [&](PreparedRun* run) {
      ASSERT_THAT(PrepareState({}, run), IsOk());
      const bool root = run->communicator->rank() == 0;
      Checkpoint header_only;
      header_only.header = then.header;
      ASSERT_THAT(run->state->Scatter(root ? &scattered : &header_only), IsOk());
      Step(run, 3);
      run->state->Gather(root ? &gathered : nullptr);
    });
    ExpectSameArrays(gathered, later);
  }
}

TEST_F(TrainingStateTest, EveryRankRefusesArraysOfAnotherModel) {
  Checkpoint broken = After(1, 1);
  broken.Find("moment2")->pop_back();
  OnRanks(3, {}, [&](PreparedRun* run) {
    ASSERT_THAT(PrepareState({}, run), IsOk());
    Checkpoint header_only;
    header_only.header = broken.header;
    const absl::Status status =
        run->state->Scatter(run->communicator->rank() == 0 ? &broken : &header_only);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()), HasSubstr("array moment2"));
  });
}

TEST_F(TrainingStateTest, RestoresTheCarryOfAStep) {
  OnRanks(2, {}, [&](PreparedRun* run) {
    ASSERT_THAT(PrepareState({}, run), IsOk());
    Step(run, 1);
    run->state->KeepState();
    const int lane = run->exchange->lanes().first;
    const float before = run->state->carry(lane)[1];
    ChangeCarry(run, lane, 2);
    EXPECT_NE(run->state->carry(lane)[1], before);
    run->state->RestoreState();
    EXPECT_EQ(run->state->carry(lane)[1], before);
  });
}

TEST_F(TrainingStateTest, RestoresASnapshotOnEveryRank) {
  Checkpoint restored;
  OnRanks(3, {}, [&](PreparedRun* run) {
    ASSERT_THAT(PrepareState({}, run), IsOk());
    Step(run, 1);
    EXPECT_FALSE(run->state->has_snapshot());
    run->state->TakeSnapshot();
    Step(run, 2);
    run->state->RestoreSnapshot();
    run->exchange->ShareRestoredValues();
    run->state->Gather(run->communicator->rank() == 0 ? &restored : nullptr);
  });
  ExpectSameArrays(restored, After(1, 1));
}

}  // namespace
}  // namespace elman
