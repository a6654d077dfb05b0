// The parts of a training run, created once in order of dependency: model, optimizer, batch source,
// exchange and state.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/batches/batch_source.h"
#include "proto/training.pb.h"
#include "trainer/comm/communicator.h"
#include "trainer/eval/evaluators/evaluator.h"
#include "trainer/exchange/gradient_exchange.h"
#include "trainer/loop/loop_parts.h"
#include "trainer/network/models/model.h"
#include "trainer/optim/optimizer.h"
#include "trainer/record/run/run_directory.h"
#include "trainer/run/initial_vectors.h"
#include "trainer/run/run_start.h"
#include "trainer/run/training_data.h"
#include "trainer/state/training_state.h"
#include "trainer/validation/validation_samples.h"

namespace elman {

// Where a run searches for a checkpoint, and what it takes from it.
struct RunOrigin {
  // Null on ranks other than 0, and for a run that writes nothing.
  const RunDirectory* directory = nullptr;
  std::string resume = "never";  // auto, never or a checkpoint file
  Take take = Take::kAuto;       // from a checkpoint of another run directory
};

struct PreparedRun {
  Communicator* communicator = nullptr;  // must outlive the run
  Datasets datasets;
  RunStart start;
  std::unique_ptr<Model> model;
  std::unique_ptr<Optimizer> optimizer;
  std::vector<LongExamples> left_out;   // of the split train of each data set
  std::unique_ptr<BatchSource> source;  // of the remaining examples of the splits train
  // For the model's parameters and the configuration's lanes.
  std::optional<ExchangePlan> exchange_plan;
  std::unique_ptr<GradientExchange> exchange;  // null before PrepareExchange
  std::unique_ptr<TrainingState> state;        // null before PrepareState
  // Null before PrepareEvaluator, and if the data set has no split valid.
  std::unique_ptr<Evaluator> evaluator;
  // Null before PrepareSamples, on ranks other than 0, and if no samples are requested.
  std::unique_ptr<ValidationSamples> samples;

  // Complete, with the number of lanes set.
  const TrainingConfig& config() const { return start.config; }
  Learner learner() const {
    return {model.get(), optimizer.get(), source.get(), exchange.get(), state.get()};
  }
};

// All functions are collective and return the same error on every rank.

// Decides where the run starts, creates the model, the optimizer and the batch source, and plans
// the exchange. Does not allocate values or gradients, regardless of the size of the model.
absl::StatusOr<PreparedRun> PrepareRun(Communicator* communicator, const Datasets& datasets,
                                       const RunOrigin& origin, const TrainingConfig& config);

// Creates the exchange, which holds values and gradients, unless it exists. The values are not
// initialized.
void PrepareExchange(PreparedRun* run);

// Creates the exchange and the state: the arrays taken from the checkpoint or, in a new run,
// initial values with `vectors`. InvalidArgument if the weights for a new run belong to another
// model.
absl::Status PrepareState(const InitialVectors& vectors, PreparedRun* run);

absl::Status PrepareEvaluator(PreparedRun* run);
// On rank 0. Samples only show the run: if they cannot be made, the run has an event instead.
void PrepareSamples(PreparedRun* run);

}  // namespace elman
