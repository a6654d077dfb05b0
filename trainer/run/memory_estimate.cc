#include "trainer/run/memory_estimate.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "data/batches/sequence_batcher.h"
#include "data/shards/length_histogram.h"
#include "data/text/task_fields.h"
#include "trainer/network/layers/attention.h"
#include "trainer/network/models/spec_shapes.h"

namespace elman {
namespace {

// The lengths of a field of a split, longest first, from the bins of the manifest; at most an
// eighth too long.
class LongestLengths {
 public:
  // `most` is the maximum length; 0: none.
  LongestLengths(const SplitEntry& split, int field, int32_t most) {
    const TextCounts& counts = split.counts(field);
    const double examples = std::max(1.0, static_cast<double>(counts.examples()));
    mean_ = static_cast<double>(counts.tokens()) / examples;
    const auto bounded = [&](double length) {
      return most > 0 ? std::min<double>(length, most) : length;
    };
    if (field < split.surveys_size()) {
      const LengthCounts& bins = split.surveys(field).length_counts();
      for (int bin = bins.size() - 1; bin >= 0; --bin) {
        const auto longest = static_cast<double>(FirstLengthOfBin(bin + 1) - 1);
        if (bins.Get(bin) > 0) bins_.emplace_back(bins.Get(bin), bounded(longest));
      }
    }
    // Data sets of older versions have no bins: assumes that the longest examples have a few times
    // the mean length.
    if (bins_.empty()) bins_.emplace_back(counts.examples(), bounded(3 * mean_));
  }

  double mean() const { return mean_; }
  double longest() const { return bins_[0].second; }

  // The lengths of `rows` rows: every `stride`th example, starting with the longest.
  std::vector<double> Rows(int64_t rows, int64_t stride) const {
    std::vector<double> lengths;
    uint64_t before = 0;
    size_t bin = 0;
    for (int64_t row = 0; row < rows; ++row) {
      const auto at = static_cast<uint64_t>(row * stride);
      while (bin < bins_.size() && at >= before + bins_[bin].first) before += bins_[bin++].first;
      if (bin == bins_.size()) break;
      lengths.push_back(bins_[bin].second);
    }
    return lengths;
  }

 private:
  double mean_ = 0;
  std::vector<std::pair<uint64_t, double>> bins_;  // number of examples, and their greatest length
};

// The largest batch of one lane.
struct LargestBatch {
  double tokens[2] = {0, 0};  // of the input and of the output
  double padded = 0;          // elements of its padded id matrices
  double pairs = 0;  // products of the lengths of the two fields of an example: sum, and maximum
  double longest_pairs = 0;
  double longest[2] = {0, 0};
};

LargestBatch LargestOf(const std::vector<double> (&lengths)[2]) {
  LargestBatch batch;
  for (int field = 0; field < 2; ++field) {
    for (const double length : lengths[field]) batch.tokens[field] += length;
    if (!lengths[field].empty())
      batch.padded += lengths[field][0] * static_cast<double>(lengths[field].size());
  }
  for (size_t i = 0; i < std::min(lengths[0].size(), lengths[1].size()); ++i)
    batch.pairs += lengths[0][i] * lengths[1][i];
  for (int field = 0; field < 2; ++field)
    if (!lengths[field].empty()) batch.longest[field] = lengths[field][0];
  batch.longest_pairs = batch.longest[0] * batch.longest[1];
  return batch;
}

LargestBatch LargestTrainingBatch(const TrainingConfig& config, const Dataset& dataset) {
  const Task task = dataset.manifest().task();
  const int64_t rows = (config.batch_size() + config.lanes() - 1) / config.lanes();
  if (IsRunningText(task)) {
    const auto tokens = static_cast<double>(rows * config.sequence_length());
    return {.tokens = {tokens, 0}, .padded = 2 * tokens};
  }
  const SplitEntry& train = **dataset.FindSplit("train");
  std::vector<double> lengths[2];
  for (int field = 0; field < (task == TRANSLATION ? 2 : 1); ++field) {
    const LongestLengths all(train, field, config.max_length());
    if (config.batch_by() == TrainingConfig::SEQUENCES) {
      lengths[field] = all.Rows(rows, config.lanes());
      continue;
    }
    // The mean number of tokens per batch, plus the longest example, in as many rows as fit.
    const double tokens = all.longest() + all.mean() * static_cast<double>(rows);
    double sum = 0;
    for (const double length : all.Rows(kMaxRows * rows, config.lanes())) {
      if (sum < tokens) lengths[field].push_back(length);
      sum += length;
    }
  }
  return LargestOf(lengths);
}

// For a split that is read in order: the longest example among others of mean length.
LargestBatch LargestEvaluationBatch(const TrainingConfig& config, const Dataset& dataset) {
  const auto valid = dataset.FindSplit("valid");
  if (!valid.ok() || IsRunningText(dataset.manifest().task())) return {};
  std::vector<double> lengths[2];
  const auto rows = static_cast<size_t>(config.evaluation().batch_size());
  for (int field = 0; field < (dataset.manifest().task() == TRANSLATION ? 2 : 1); ++field) {
    const LongestLengths all(**valid, field, /*most=*/0);
    lengths[field] = all.Rows(1, 1);
    lengths[field].resize(std::min<size_t>(rows, (*valid)->counts(field).examples()), all.mean());
  }
  return LargestOf(lengths);
}

// Elements per time step and row of recurrent layers: four gates, what the cell stores, outputs,
// gradients and masks.
double LayerElements(const RnnStackShape& shape) {
  return 12.0 * shape.layers * shape.output_size();
}

// Elements of the transposed weights.
double WeightElements(const RnnStackShape& shape) {
  const double deeper = shape.layers - 1, hidden = static_cast<double>(shape.hidden_size);
  return 4 * static_cast<double>(shape.output_size()) *
         (static_cast<double>(shape.input_size) + hidden +
          deeper * (static_cast<double>(shape.output_size()) + hidden));
}

// Elements per time step and row of a fixed window: inputs of the layers, their outputs, the same
// after dropout with its factors, and gradients.
double WindowElements(const WindowShape& shape) {
  const auto input = static_cast<double>(shape.input_size());
  const auto output = static_cast<double>(shape.output_size());
  return input * (shape.input_dropout > 0 ? 4 : 2) + 5.0 * output +
         6.0 * (shape.layers - 1) * static_cast<double>(shape.hidden_size);
}

// Elements of attention weights: those that are stored and those of the current chunk; with
// `backward` also their gradients.
double AttentionElements(const ModelSpec& model, const LargestBatch& batch, bool backward) {
  if (model.translation().attention() == TranslationSpec::NONE) return 0;
  const Attention::Limits limits;
  const double chunk =
      std::min(std::max(batch.longest[0], static_cast<double>(limits.chunk)), batch.longest_pairs);
  const double kept = backward ? std::min(batch.pairs, static_cast<double>(limits.kept)) : 0;
  // Computed in the forward pass and again in the backward pass.
  const double again = kept < batch.pairs ? chunk : 0;
  const bool concat = model.translation().attention() == TranslationSpec::CONCAT;
  const double compared = concat ? batch.longest[0] * (backward ? 3 : 1) *
                                       static_cast<double>(DecoderShape(model).hidden_size)
                                 : 0;
  return kept + again * (backward ? 2 : 1) + (backward ? chunk : 0) + compared;
}

// Elements of the layers and the output layers for a batch.
double ActivationElements(const TrainingConfig& config, const Dataset& dataset,
                          const LargestBatch& batch) {
  const ModelSpec& model = config.model();
  if (model.fixed_window().tokens() > 0)
    return batch.tokens[0] * WindowElements(WindowShapeOf(model));
  // Per time step and row: embedding, its gradient, and the layers; in addition a chunk of logits
  // and the transposed weights.
  const RnnStackShape shape = StackShape(model);
  // The features of the text are in two batches and, packed, in the workspace.
  const double embedding = 2.0 * static_cast<double>(shape.input_size) + 4.0 * FeatureSize(model);
  double elements = batch.tokens[0] * (embedding + LayerElements(shape)) + WeightElements(shape);
  if (dataset.manifest().task() == TRANSLATION) {
    // The decoder's layers; context vectors, what is computed from them, and their gradients, on
    // both sides.
    const RnnStackShape decoder = DecoderShape(model);
    const double attended = 6.0 * static_cast<double>(shape.output_size() + decoder.output_size());
    elements += batch.tokens[1] * (embedding + LayerElements(decoder) + attended) +
                batch.tokens[0] * attended + WeightElements(decoder) +
                AttentionElements(model, batch, /*backward=*/true);
  }
  return elements;
}

// The same for an evaluation batch, which needs no gradients.
double EvaluationElements(const TrainingConfig& config, const Dataset& dataset,
                          const LargestBatch& batch) {
  const ModelSpec& model = config.model();
  if (model.fixed_window().tokens() > 0) return 0;
  const RnnStackShape shape = StackShape(model);
  const auto layers = [](const RnnStackShape& of) {
    return static_cast<double>(of.input_size) + 6.0 * of.layers * of.output_size();
  };
  double elements = batch.tokens[0] * layers(shape);
  if (dataset.manifest().task() == TRANSLATION) {
    const RnnStackShape decoder = DecoderShape(model);
    const double attended = 2.0 * static_cast<double>(shape.output_size() + decoder.output_size());
    elements += batch.tokens[1] * (layers(decoder) + attended) + batch.tokens[0] * attended +
                AttentionElements(model, batch, /*backward=*/false);
  }
  return elements;
}

// Bytes of ids of two batches, one in training and one being read, and of the buffers they are read
// into.
double IdBytes(const LargestBatch& batch) { return 2 * 3 * sizeof(int32_t) * batch.padded; }

}  // namespace

MemoryEstimate EstimateMemory(const PreparedRun& run) {
  const TrainingConfig& config = run.config();
  const int moments = run.optimizer->moments();
  const ExchangePlan& exchange = *run.exchange_plan;
  const int rank = run.communicator->rank();
  const double size = static_cast<double>(run.model->parameters().size()) * sizeof(float);
  const double slice = static_cast<double>(exchange.SliceOf(rank).size()) * sizeof(float);
  MemoryEstimate memory;
  memory.values = size;
  memory.gradients =
      static_cast<double>(GradientExchange::GradientFloats(exchange, rank)) * sizeof(float);
  memory.optimizer = slice * moments;
  memory.checkpoint = size * (1 + moments);
  if (config.divergence().action() == DivergencePolicy::ROLL_BACK) {
    memory.optimizer += slice * (1 + moments);
    memory.checkpoint *= 2;
  }
  for (const auto& dataset : run.datasets) {
    // Only one block is in memory at a time.
    if (!TraitsOf(dataset->manifest().task()).layers) continue;
    const LargestBatch batch = LargestTrainingBatch(config, *dataset);
    const double bytes =
        ActivationElements(config, *dataset, batch) * sizeof(float) + IdBytes(batch);
    memory.activations = std::max(memory.activations, bytes);
    memory.longest = std::max({memory.longest, batch.longest[0], batch.longest[1]});
  }
  if (TraitsOf(run.datasets[0]->manifest().task()).layers) {
    const LargestBatch batch = LargestEvaluationBatch(config, *run.datasets[0]);
    memory.activations +=
        EvaluationElements(config, *run.datasets[0], batch) * sizeof(float) + IdBytes(batch);
  }
  memory.activations += 32e6;
  return memory;
}

std::string MemoryEstimate::ToString() const {
  const std::string with =
      longest > 0 ? absl::StrFormat(", with an example of up to %.0f tokens", longest) : "";
  return absl::StrFormat(
      "%.0f MB (parameters %.0f, gradients %.0f, optimizer %.0f, activations %.0f%s); rank 0 also "
      "%.0f MB for checkpoints",
      total() / 1e6, values / 1e6, gradients / 1e6, optimizer / 1e6, activations / 1e6, with,
      checkpoint / 1e6);
}

}  // namespace elman
