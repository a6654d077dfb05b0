// Everything a run trains with, created once, in order of dependency.
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

// Where to look for a checkpoint to resume from.
struct RunOrigin {
  const RunDirectory* directory = nullptr;  // null on ranks other than 0, and if nothing is written
  std::string resume = "never";             // auto, never or a checkpoint file
  Take take = Take::kAuto;                  // of a checkpoint that is not the directory's own
};

struct PreparedRun {
  Communicator* communicator = nullptr;  // must outlive the run
  Datasets datasets;
  RunStart start;
  std::unique_ptr<Model> model;
  std::unique_ptr<Optimizer> optimizer;
  std::vector<LongExamples> left_out;          // of each data set's split train
  std::unique_ptr<BatchSource> source;         // of the rest of the splits train
  std::optional<ExchangePlan> exchange_plan;   // of the model's parameters, over the config's lanes
  std::unique_ptr<GradientExchange> exchange;  // null before PrepareExchange
  std::unique_ptr<TrainingState> state;        // null before PrepareState
  // Null before PrepareEvaluator, and if the data set has no split valid.
  std::unique_ptr<Evaluator> evaluator;
  // Null before PrepareSamples, on ranks other than 0, and if no samples are requested.
  std::unique_ptr<ValidationSamples> samples;

  const TrainingConfig& config() const { return start.config; }  // complete, lanes settled
  Learner learner() const {
    return {model.get(), optimizer.get(), source.get(), exchange.get(), state.get()};
  }
};

// All functions are collective; an error is the same on every rank.

// Decides where the run starts, creates the model, the optimizer and the batch source, and plans
// the exchange. No memory is taken for values or gradients, however large the model is.
absl::StatusOr<PreparedRun> PrepareRun(Communicator* communicator, const Datasets& datasets,
                                       const RunOrigin& origin, const TrainingConfig& config);

// Creates the exchange, which holds values and gradients, unless it is there. The values are not
// initialized.
void PrepareExchange(PreparedRun* run);

// Creates the exchange and the state: what was taken of the checkpoint or, in a new run, initial
// values with `vectors`. InvalidArgument if a new run is to begin with weights of another model.
absl::Status PrepareState(const InitialVectors& vectors, PreparedRun* run);

absl::Status PrepareEvaluator(PreparedRun* run);
absl::Status PrepareSamples(PreparedRun* run);

}  // namespace elman
