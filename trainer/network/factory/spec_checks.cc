#include "trainer/network/factory/spec_checks.h"

#include "absl/strings/str_cat.h"
#include "data/format/number_text.h"
#include "data/text/task_fields.h"
#include "trainer/network/models/spec_shapes.h"
#include "trainer/network/recurrent/window_context.h"

namespace elman {
namespace {

constexpr int kMaxLayers = 64;
constexpr int kMaxSize = 1 << 16;
constexpr int kMaxWindow = 256;

absl::Status Require(bool condition, const char* field, double value, const char* wanted) {
  if (condition) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("model.", field, " is ", RoundedText(value), ": it must be ", wanted));
}

// Checks that each field is in its range.
absl::Status CheckRanges(const ModelSpec& spec) {
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
           Require(probability(spec.initial_state().reset_probability()),
                   "initial_state.reset_probability", spec.initial_state().reset_probability(),
                   kProbability),
           Require(spec.initializer().range() > 0, "initializer.range", spec.initializer().range(),
                   "above 0"),
       }) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Checks that the input and output options are compatible.
absl::Status CheckInput(const ModelSpec& spec) {
  const bool shared = spec.translation().shared_embeddings();
  if (spec.input() == ModelSpec::ONE_HOT && (spec.tied_embeddings() || shared)) {
    return absl::InvalidArgumentError(
        absl::StrCat("model.input is ONE_HOT: there are no embeddings for model.",
                     spec.tied_embeddings() ? "tied_embeddings" : "translation.shared_embeddings",
                     "; leave one of them out"));
  }
  if (spec.frozen_embeddings() && (spec.input() == ModelSpec::ONE_HOT || spec.tied_embeddings())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "model.frozen_embeddings is true, but ",
        spec.tied_embeddings()
            ? "model.tied_embeddings makes them the weights of the output layer, which are trained"
            : "model.input is ONE_HOT, which has none",
        "; leave one of them out"));
  }
  return absl::OkStatus();
}

// Checks that the input features are compatible with the other inputs.
absl::Status CheckFeatures(Task task, const ModelSpec& spec) {
  const FeatureSpec& features = spec.features();
  if (features.use() == FeatureSpec::NONE) return absl::OkStatus();
  const std::string use =
      absl::StrCat("model.features.use is ", FeatureSpec::Use_Name(features.use()), ": ");
  if (!TraitsOf(task).layers)
    return absl::InvalidArgumentError(use + "word vectors are trained on words only; leave it out");
  for (const absl::Status& status : {
           Require(features.size() >= 1 && features.size() <= kMaxSize, "features.size",
                   features.size(), "from 1 to 65536"),
           Require(features.projected_size() >= 0 && features.projected_size() <= kMaxSize,
                   "features.projected_size", features.projected_size(), "from 0 to 65536"),
           Require(features.dropout() >= 0 && features.dropout() < 1, "features.dropout",
                   features.dropout(), "at least 0 and below 1"),
       }) {
    if (!status.ok()) return status;
  }
  if (spec.input() == ModelSpec::ONE_HOT) {
    return absl::InvalidArgumentError(use +
                                      "model.input is ONE_HOT, and feature vectors are "
                                      "concatenated to embeddings only; set model.input=EMBEDDING");
  }
  if (spec.fixed_window().tokens() > 0) {
    return absl::InvalidArgumentError(use +
                                      "model.fixed_window reads tokens of the previous batch, "
                                      "whose feature vectors are not kept; leave it out");
  }
  if (features.use() != FeatureSpec::ALONE) return absl::OkStatus();
  // For a translator, tied embeddings are those of the target.
  const bool tied = spec.tied_embeddings() && task != TRANSLATION;
  const char* const wanted = tied                       ? "tied_embeddings"
                             : spec.frozen_embeddings() ? "frozen_embeddings"
                             : spec.translation().shared_embeddings()
                                 ? "translation.shared_embeddings"
                                 : nullptr;
  if (wanted == nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(use, "there are no embeddings for model.", wanted, "; use BESIDE"));
}

// Rejects options that only recurrent layers have.
absl::Status CheckFixedWindow(const ModelSpec& spec, int64_t vocabulary) {
  const FixedWindowSpec& window = spec.fixed_window();
  if (window.tokens() == 0) {
    if (!window.direct_connections()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "model.fixed_window.direct_connections is true, but there is no window; set "
        "model.fixed_window.tokens, or leave it false");
  }
  if (absl::Status status =
          Require(window.tokens() >= 1 && window.tokens() <= kMaxWindow, "fixed_window.tokens",
                  window.tokens(), "0, for recurrent layers, or from 1 to 256");
      !status.ok())
    return status;
  if (vocabulary > WindowContext::kMaxIds) {
    return absl::InvalidArgumentError(absl::StrCat(
        "model.fixed_window.tokens is ", window.tokens(), ", and the vocabulary has ", vocabulary,
        " pieces: a fixed window is for at most ", WindowContext::kMaxIds, "; leave it 0"));
  }
  const struct {
    bool given;
    const char* field;
    const char* remedy;
  } recurrent[] = {
      {spec.cell() != ModelSpec::LSTM, "cell", "leave it out"},
      {spec.bidirectional(), "bidirectional", "leave it false"},
      {spec.residual(), "residual", "leave it false"},
      {spec.input() != ModelSpec::EMBEDDING, "input", "leave it EMBEDDING"},
      {spec.weight_dropout() > 0, "weight_dropout", "leave it 0, and use layer_dropout"},
      {spec.temporal_activation_regularization() > 0, "temporal_activation_regularization",
       "leave it 0"},
      {spec.initializer().orthogonal_hidden(), "initializer.orthogonal_hidden", "leave it false"},
      {spec.initial_state().kind() != InitialStateSpec::ZERO, "initial_state.kind",
       "leave it ZERO"},
  };
  for (const auto& [given, field, remedy] : recurrent) {
    if (!given) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("model.", field, " is for recurrent layers, and model.fixed_window.tokens is ",
                     window.tokens(), "; ", remedy, ", or make that 0"));
  }
  return absl::OkStatus();
}

// Rejects a fixed window for tasks that need the whole sequence.
absl::Status CheckNoWindow(Task task, const ModelSpec& spec) {
  if (spec.fixed_window().tokens() == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("model.fixed_window.tokens is ", spec.fixed_window().tokens(),
                   ": a fixed window is for language models, and this is task ", Task_Name(task),
                   "; leave it 0"));
}

absl::Status CheckLanguageModel(const ModelSpec& spec, int64_t vocabulary) {
  if (absl::Status status = CheckFixedWindow(spec, vocabulary); !status.ok()) return status;
  if (!spec.bidirectional()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "model.bidirectional is true: a language model would read the tokens that it must predict; "
      "leave it false");
}

absl::Status CheckOutput(const ModelSpec& spec) {
  if (!spec.tied_embeddings()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "model.tied_embeddings is true: this task predicts labels, which have no embeddings; leave "
      "it false");
}

absl::Status CheckTranslator(const ModelSpec& spec,
                             const std::vector<VocabularySpec>& vocabularies) {
  const TranslationSpec& translation = spec.translation();
  const float smoothing = translation.label_smoothing();
  for (const absl::Status& status : {
           Require(smoothing >= 0 && smoothing < 1, "translation.label_smoothing", smoothing,
                   "at least 0 and below 1"),
           Require(translation.decoder_layers() >= 0 && translation.decoder_layers() <= kMaxLayers,
                   "translation.decoder_layers", translation.decoder_layers(), "from 0 to 64"),
           Require(translation.decoder_hidden_size() >= 0 &&
                       translation.decoder_hidden_size() <= kMaxSize,
                   "translation.decoder_hidden_size", translation.decoder_hidden_size(),
                   "from 0 to 65536"),
       }) {
    if (!status.ok()) return status;
  }
  const int64_t encoded = StackShape(spec).output_size(), queries = DecoderShape(spec).hidden_size;
  if (translation.attention() == TranslationSpec::DOT && encoded != queries) {
    return absl::InvalidArgumentError(absl::StrCat(
        "model.translation.attention is DOT: the encoder's outputs have ", encoded,
        " elements and the decoder's ", queries,
        "; make them equal with model.translation.decoder_hidden_size, or use GENERAL"));
  }
  if (translation.shared_embeddings() &&
      vocabularies[0].fingerprint() != vocabularies[1].fingerprint()) {
    return absl::InvalidArgumentError(
        "model.translation.shared_embeddings is true, but source and target have separate "
        "vocabularies; preprocess with --shared_vocabulary, or leave it false");
  }
  return absl::OkStatus();
}

absl::Status CheckWordVectors(const WordVectorSpec& spec) {
  constexpr char kMany[] = "from 1 to 4096";
  const auto many = [](int number) { return number >= 1 && number <= 4096; };
  for (const absl::Status& status : {
           Require(many(spec.negatives()), "word_vectors.negatives", spec.negatives(), kMany),
           Require(many(spec.shared_negatives()), "word_vectors.shared_negatives",
                   spec.shared_negatives(), kMany),
           Require(many(spec.block()), "word_vectors.block", spec.block(), kMany),
           Require(many(spec.window()), "word_vectors.window", spec.window(), kMany),
           Require(spec.negatives_power() >= 0 && spec.negatives_power() <= 1,
                   "word_vectors.negatives_power", spec.negatives_power(), "from 0 to 1"),
           Require(spec.subsample() >= 0 && spec.subsample() <= 1, "word_vectors.subsample",
                   spec.subsample(), "from 0 to 1"),
           Require(spec.x_max() > 0, "word_vectors.x_max", spec.x_max(), "above 0"),
           Require(spec.alpha() >= 0 && spec.alpha() <= 10, "word_vectors.alpha", spec.alpha(),
                   "from 0 to 10"),
           Require(spec.zeros() >= 0 && spec.zeros() <= 100, "word_vectors.zeros", spec.zeros(),
                   "from 0 to 100"),
       }) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckTagger(const ModelSpec& spec, int64_t tags) {
  if (absl::Status status = CheckOutput(spec); !status.ok()) return status;
  if (spec.tagging().output() != TaggingSpec::BINARY || tags == 2) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("model.tagging.output is BINARY: it is for two tags, and the data set has ",
                   tags, "; use SOFTMAX or CRF"));
}

}  // namespace

absl::Status CheckModelSpec(Task task, const ModelSpec& spec,
                            const std::vector<VocabularySpec>& vocabularies) {
  if (absl::Status status = CheckRanges(spec); !status.ok()) return status;
  if (absl::Status status = CheckInput(spec); !status.ok()) return status;
  if (absl::Status status = CheckFeatures(task, spec); !status.ok()) return status;
  const size_t fields = FieldsOf(task).size();
  if (fields != 0 && vocabularies.size() != fields) {
    return absl::DataLossError(absl::StrCat("task ", Task_Name(task), " has ", fields,
                                            " vocabularies, found ", vocabularies.size()));
  }
  if (!IsRunningText(task)) {
    if (absl::Status status = CheckNoWindow(task, spec); !status.ok()) return status;
  }
  switch (task) {
    case LANGUAGE_MODEL:
      return CheckLanguageModel(spec, vocabularies[0].size());
    case TAGGING:
      return CheckTagger(spec, vocabularies[1].size());
    case CLASSIFICATION:
      return CheckOutput(spec);
    case TRANSLATION:
      return CheckTranslator(spec, vocabularies);
    case EMBEDDING:
      return CheckWordVectors(spec.word_vectors());
    default:
      return absl::OkStatus();
  }
}

}  // namespace elman
