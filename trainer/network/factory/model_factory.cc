#include "trainer/network/factory/model_factory.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "trainer/network/factory/spec_checks.h"
#include "trainer/network/models/classifier.h"
#include "trainer/network/models/language_model.h"
#include "trainer/network/models/spec_shapes.h"
#include "trainer/network/models/tagger.h"
#include "trainer/network/models/translator.h"
#include "trainer/network/word_vectors/glove.h"
#include "trainer/network/word_vectors/word_vectors.h"

namespace elman {
namespace {

absl::StatusOr<std::unique_ptr<Model>> CreateWordVectors(const ModelSpec& spec,
                                                         const VocabularySpec& vocabulary,
                                                         std::span<const uint64_t> counts) {
  if (counts.size() != vocabulary.size()) {
    return absl::DataLossError(absl::StrCat("the vocabulary has ", vocabulary.size(),
                                            " pieces, but counts of ", counts.size()));
  }
  std::vector<uint64_t> words(counts.begin(), counts.end());
  for (const uint32_t id :
       {vocabulary.unknown_id(), vocabulary.end_id(), vocabulary.start_id(), vocabulary.pad_id()}) {
    if (id < words.size()) words[id] = 0;
  }
  if (std::ranges::count_if(words, [](uint64_t count) { return count > 0; }) < 2) {
    return absl::InvalidArgumentError(
        "the vocabulary has fewer than two words; preprocess with a smaller --min_count, or "
        "more text");
  }
  if (IsGlove(EMBEDDING, spec)) return std::make_unique<Glove>(spec, words);
  return std::make_unique<WordVectors>(spec, words, static_cast<int32_t>(vocabulary.end_id()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Model>> CreateModel(Task task, const ModelSpec& spec,
                                                   const std::vector<VocabularySpec>& vocabularies,
                                                   std::span<const uint64_t> counts) {
  if (absl::Status status = CheckModelSpec(task, spec, vocabularies); !status.ok()) return status;
  const auto size = [&](int field) { return static_cast<int64_t>(vocabularies[field].size()); };
  switch (task) {
    case LANGUAGE_MODEL:
      return std::make_unique<LanguageModel>(spec, size(0), vocabularies[0].predicted_size());
    case TAGGING:
      return std::make_unique<Tagger>(spec, size(0), size(1));
    case CLASSIFICATION:
      return std::make_unique<Classifier>(spec, size(0), size(1));
    case TRANSLATION:
      return std::make_unique<Translator>(spec, size(0), size(1), vocabularies[1].predicted_size());
    case EMBEDDING:
      return CreateWordVectors(spec, vocabularies[0], counts);
    default:
      return absl::UnimplementedError(
          absl::StrCat("task ", Task_Name(task), " cannot be trained by this version"));
  }
}

}  // namespace elman
