#include "trainer/models/model_factory.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace elman {
namespace {

constexpr int kMaxLayers = 64;
constexpr int kMaxSize = 1 << 16;

absl::Status Require(bool condition, const char* field, double value, const char* wanted) {
  if (condition) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("model.", field, " is ", value, ": it must be ", wanted));
}

absl::Status Validate(const ModelSpec& spec) {
  constexpr char kSize[] = "from 1 to 65536", kProbability[] = "at least 0 and below 1";
  const auto size = [](int size) { return size >= 1 && size <= kMaxSize; };
  const auto probability = [](float p) { return p >= 0 && p < 1; };
  const auto place = [](float p) { return p < 1; };
  for (const absl::Status& status : {
           Require(spec.layers() >= 1 && spec.layers() <= kMaxLayers, "layers", spec.layers(),
                   "from 1 to 64"),
           Require(size(spec.hidden_size()), "hidden_size", spec.hidden_size(), kSize),
           Require(size(spec.embedding_size()), "embedding_size", spec.embedding_size(), kSize),
           Require(probability(spec.dropout()), "dropout", spec.dropout(), kProbability),
           Require(place(spec.input_dropout()), "input_dropout", spec.input_dropout(), "below 1"),
           Require(place(spec.layer_dropout()), "layer_dropout", spec.layer_dropout(), "below 1"),
           Require(place(spec.output_dropout()), "output_dropout", spec.output_dropout(),
                   "below 1"),
           Require(probability(spec.embedding_dropout()), "embedding_dropout",
                   spec.embedding_dropout(), kProbability),
           Require(probability(spec.weight_dropout()), "weight_dropout", spec.weight_dropout(),
                   kProbability),
           Require(spec.activation_regularization() >= 0, "activation_regularization",
                   spec.activation_regularization(), "at least 0"),
           Require(spec.temporal_activation_regularization() >= 0,
                   "temporal_activation_regularization", spec.temporal_activation_regularization(),
                   "at least 0"),
           Require(spec.initial_state().range() >= 0, "initial_state.range",
                   spec.initial_state().range(), "at least 0"),
           Require(spec.initializer().range() > 0, "initializer.range", spec.initializer().range(),
                   "above 0"),
       }) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<LanguageModel>> CreateLanguageModel(
    const ModelSpec& spec, const VocabularySpec& vocabulary) {
  if (absl::Status status = Validate(spec); !status.ok()) return status;
  if (spec.bidirectional()) {
    return absl::InvalidArgumentError(
        "model.bidirectional is true: a language model would read what it is to predict; leave it "
        "false");
  }
  return std::make_unique<LanguageModel>(spec, vocabulary.size(), vocabulary.predicted_size());
}

absl::StatusOr<std::unique_ptr<Model>> CreateModel(Task task, const ModelSpec& spec,
                                                   const VocabularySpec& vocabulary) {
  switch (task) {
    case LANGUAGE_MODEL:
      return CreateLanguageModel(spec, vocabulary);
    default:
      return absl::UnimplementedError(absl::StrCat(
          "task ", Task_Name(task), " is not one this version trains; it trains LANGUAGE_MODEL"));
  }
}

}  // namespace elman
