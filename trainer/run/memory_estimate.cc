#include "trainer/run/memory_estimate.h"

#include "absl/strings/str_format.h"
#include "data/text/task_fields.h"
#include "trainer/network/models/spec_shapes.h"

namespace elman {
namespace {

// Time steps of one sequence of a large batch. Examples are batched by length: the longest batches
// have a few times the mean.
double StepsOf(const TrainingConfig& config, const Dataset& dataset, int field) {
  if (IsRunningText(dataset.manifest().task())) return config.sequence_length();
  const auto train = dataset.FindSplit("train");
  if (!train.ok() || (*train)->counts(field).examples() == 0) return 0;
  const TextCounts& counts = (*train)->counts(field);
  return 3.0 * static_cast<double>(counts.tokens()) / static_cast<double>(counts.examples());
}

// Elements for a time step and row of recurrent layers: four gates, what the cell keeps, outputs,
// gradients and masks.
double LayerElements(const RnnStackShape& shape) {
  return 12.0 * shape.layers * shape.output_size();
}

// Those of the transposed weights.
double WeightElements(const RnnStackShape& shape) {
  const double deeper = shape.layers - 1, hidden = static_cast<double>(shape.hidden_size);
  return 4 * static_cast<double>(shape.output_size()) *
         (static_cast<double>(shape.input_size) + hidden +
          deeper * (static_cast<double>(shape.output_size()) + hidden));
}

// For a time step and row of a fixed window: what the layers read, their outputs, the same dropped
// with its factors, and gradients.
double WindowElements(const WindowShape& shape) {
  const auto input = static_cast<double>(shape.input_size());
  const auto output = static_cast<double>(shape.output_size());
  return input * (shape.input_dropout > 0 ? 4 : 2) + 5.0 * output +
         6.0 * (shape.layers - 1) * static_cast<double>(shape.hidden_size);
}

// Of the layers and what stands above them.
double ActivationElements(const TrainingConfig& config, const Dataset& dataset) {
  const double rows = static_cast<double>(config.batch_size()) / config.lanes();
  if (config.model().fixed_window().tokens() > 0)
    return rows * StepsOf(config, dataset, 0) * WindowElements(WindowShapeOf(config.model()));
  // Per time step and row: embedding, its gradient, and the layers. Besides, a chunk of logits and
  // transposed weights.
  const RnnStackShape shape = StackShape(config.model());
  // Vectors that come with the text stand in two batches and, packed, in the workspace.
  const double embedding =
      2.0 * static_cast<double>(shape.input_size) + 4.0 * FeatureSize(config.model());
  double elements = rows * StepsOf(config, dataset, 0) * (embedding + LayerElements(shape)) +
                    WeightElements(shape);
  if (dataset.manifest().task() == TRANSLATION) {
    // The decoder's layers; contexts, what is made of them, and their gradients, on both sides.
    const RnnStackShape decoder = DecoderShape(config.model());
    const double attended = 6.0 * static_cast<double>(shape.output_size() + decoder.output_size());
    elements +=
        rows * StepsOf(config, dataset, 1) * (embedding + LayerElements(decoder) + attended) +
        rows * StepsOf(config, dataset, 0) * attended + WeightElements(decoder);
  }
  return elements;
}

}  // namespace

MemoryEstimate EstimateMemory(const PreparedRun& run) {
  const TrainingConfig& config = run.config();
  const Dataset& dataset = *run.datasets[0];
  const int moments = run.optimizer->moments();
  const double size = static_cast<double>(run.model->parameters().size()) * sizeof(float);
  const double slice = static_cast<double>(run.exchange->slice().size()) * sizeof(float);
  MemoryEstimate memory;
  memory.values = size;
  memory.gradients = size + slice * (run.communicator->size() - 1);
  memory.optimizer = slice * moments;
  memory.activations = 32e6;
  memory.checkpoint = size * (1 + moments);
  if (config.divergence().action() == DivergencePolicy::ROLL_BACK) {
    memory.optimizer += slice * (1 + moments);
    memory.checkpoint *= 2;
  }
  if (TraitsOf(dataset.manifest().task()).layers)  // of word vectors, a block is in hand at a time
    memory.activations += ActivationElements(config, dataset) * sizeof(float);
  return memory;
}

std::string MemoryEstimate::ToString() const {
  return absl::StrFormat(
      "%.0f MB (parameters %.0f, gradients %.0f, optimizer %.0f, activations %.0f); rank 0 also "
      "%.0f MB for checkpoints",
      total() / 1e6, values / 1e6, gradients / 1e6, optimizer / 1e6, activations / 1e6,
      checkpoint / 1e6);
}

}  // namespace elman
