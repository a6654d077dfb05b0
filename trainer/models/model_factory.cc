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
  for (const absl::Status& status : {
           Require(spec.layers() >= 1 && spec.layers() <= kMaxLayers, "layers", spec.layers(),
                   "from 1 to 64"),
           Require(spec.hidden_size() >= 1 && spec.hidden_size() <= kMaxSize, "hidden_size",
                   spec.hidden_size(), "from 1 to 65536"),
           Require(spec.embedding_size() >= 1 && spec.embedding_size() <= kMaxSize,
                   "embedding_size", spec.embedding_size(), "from 1 to 65536"),
           Require(spec.dropout() >= 0 && spec.dropout() < 1, "dropout", spec.dropout(),
                   "at least 0 and below 1"),
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
