// Prepares runs of a small language model on a generated data set, with threads as ranks.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/data/shards/made_dataset.h"
#include "tests/support/scratch.h"
#include "trainer/comm/thread_group.h"
#include "trainer/config/run_config.h"
#include "trainer/run/prepared_run.h"

namespace elman {

class PreparedRuns : public testing::Test {
 protected:
  PreparedRuns() {
    WriteMadeDataset(data_.path(), {RandomExamples(60, 8, 12)}, 12);
    dataset_ = *Dataset::Open(data_.path());
  }

  static TrainingConfig Config(const std::vector<std::string>& overrides = {}) {
    return *ParseRunConfig(
        "model { layers: 2 hidden_size: 9 embedding_size: 7 }"
        "optimizer { kind: ADAM learning_rate: 0.01 }"
        "lanes: 4 batch_size: 6 sequence_length: 5 max_steps: 6 seed: 3",
        "test", overrides);
  }

  // Calls `use` on every rank with the run that was prepared on it.
  void OnRanks(int ranks, const std::vector<std::string>& overrides,
               const std::function<void(PreparedRun*)>& use) {
    RunThreadGroup(ranks, [&](Communicator* communicator) {
      auto run = PrepareRun(communicator, {dataset_}, {}, Config(overrides));
      ASSERT_THAT(run, IsOk());
      use(&*run);
    });
  }

  Scratch data_, scratch_;
  std::shared_ptr<const Dataset> dataset_;
};

}  // namespace elman
