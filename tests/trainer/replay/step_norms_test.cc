#include "trainer/replay/step_norms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "tests/trainer/run/prepared_runs.h"

namespace elman {
namespace {

using testing::HasSubstr;
using testing::Not;

class StepNormsTest : public PreparedRuns {
 protected:
  // Calls `use` with the values and the gradients of a run of one rank; all are zero.
  void OnZeros(const std::function<void(PreparedRun*, std::vector<float>* gradients)>& use) {
    OnRanks(1, {}, [&](PreparedRun* run) {
      ASSERT_THAT(PrepareState({}, run), IsOk());
      std::ranges::fill(run->exchange->values(), 0.0f);
      std::vector<float> gradients(run->exchange->values().size());
      use(run, &gradients);
    });
  }

  static std::string Row(const std::string& name, const std::string& values,
                         const std::string& gradient, const std::string& update) {
    return absl::StrFormat("%-36s%14s%14s%14s\n", name, values, gradient, update);
  }
};

TEST_F(StepNormsTest, AreComputedPerParameterAndInTotal) {
  OnZeros([](PreparedRun* run, std::vector<float>* gradients) {
    const auto& parameters = run->model->parameters().parameters();
    const Parameter first = parameters.front(), last = parameters.back();
    float* const values = run->state->values();
    values[first.offset] = 3;
    values[first.offset + 1] = -4;
    values[last.offset] = 12;
    (*gradients)[last.offset] = 8;
    StepNorms norms(*run->model, *run->source);
    norms.LookAtStep(run->state.get(), *gradients, /*scale=*/0.25);
    EXPECT_THAT(norms.Text(), HasSubstr(Row(first.name, "5", "0", "-")));
    values[last.offset] = 10.5;
    norms.LookAtUpdate(run->state.get());
    const std::string text = norms.Text();
    EXPECT_THAT(text, HasSubstr(Row(first.name, "5", "0", "0")));
    EXPECT_THAT(text, HasSubstr(Row(last.name, "12", "2", "1.5")));
    EXPECT_THAT(text, HasSubstr(Row("all", "13", "2", "1.5")));
    EXPECT_THAT(text, Not(HasSubstr("not finite")));
  });
}

TEST_F(StepNormsTest, NameTheFirstElementThatIsNotFinite) {
  OnZeros([](PreparedRun* run, std::vector<float>* gradients) {
    const Parameter first = run->model->parameters().parameters().front();
    (*gradients)[first.offset + 2 * first.cols + 1] = std::numeric_limits<float>::quiet_NaN();
    (*gradients)[first.offset + 3 * first.cols] = 1;
    run->state->carry(1)[0] = std::numeric_limits<float>::infinity();
    StepNorms norms(*run->model, *run->source);
    norms.LookAtStep(run->state.get(), *gradients, 1);
    EXPECT_THAT(norms.Text(),
                HasSubstr(absl::StrFormat("not finite: gradient of %s, 1 of %d elements, the first "
                                          "at [2, 1]: nan\n",
                                          first.name, first.size())));
    EXPECT_THAT(norms.Text(), HasSubstr("not finite: carry of lane 1 after the step, 1 of "));
    EXPECT_THAT(norms.Text(), HasSubstr(absl::StrFormat("state 0, sequence %d, unit 0: inf",
                                                        run->source->first_row(1))));
  });
}

}  // namespace
}  // namespace elman
