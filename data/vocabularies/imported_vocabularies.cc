#include "data/vocabularies/imported_vocabularies.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/shards/dataset.h"
#include "data/shards/manifest.h"
#include "data/staging/source_files.h"
#include "data/text/text_file.h"
#include "data/text/vocabulary.h"
#include "data/tokenizer/tokenizer.h"
#include "data/tokenizer/vocabulary_builder.h"
#include "trainer/comm/agreement.h"

namespace elman {
namespace {

// Reads the file on rank 0. A model is kept with the data set.
absl::Status ReadImported(Communicator* workers, FieldCoding* field) {
  constexpr uint64_t kMaxBytes = uint64_t{64} << 20;
  std::string bytes;
  const auto read = [&]() -> absl::Status {
    if (workers->rank() != 0) return absl::OkStatus();
    ASSIGN_OR_RETURN(field->source, DescribeSource(field->imported_file, field->imported_file));
    const bool text = field->spec.kind() == TokenizerSpec::WORDPIECE;
    ASSIGN_OR_RETURN(bytes, text ? ReadTextFile(field->imported_file, kMaxBytes)
                                 : ReadDecompressed(field->imported_file, kMaxBytes));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(Agree(workers, read()));
  BroadcastString(workers, &bytes, 0);
  if (field->spec.kind() == TokenizerSpec::SENTENCEPIECE) field->model = bytes;
  absl::StatusOr<Vocabulary> vocabulary =
      BuildImportedVocabulary(field->spec.kind(), bytes, field->imported_file);
  RETURN_IF_ERROR(Agree(workers, vocabulary.status()));
  field->vocabulary = std::make_shared<const Vocabulary>(*std::move(vocabulary));
  return absl::OkStatus();
}

// Adopts every field that the other data set has too.
absl::Status Adopt(const PreprocessOptions& options, const Dataset& other,
                   std::vector<FieldCoding>* fields) {
  const DatasetManifest& manifest = other.manifest();
  for (int i = 0; i < static_cast<int>(fields->size()); ++i) {
    FieldCoding& field = (*fields)[i];
    int theirs = 0;
    while (theirs < manifest.fields_size() && manifest.fields(theirs).name() != field.name)
      ++theirs;
    const bool labels = field.spec.kind() == TokenizerSpec::LABEL;
    if (theirs == manifest.fields_size() && labels) continue;
    if (theirs == manifest.fields_size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          other.folder(), ": --vocabulary_of requires a data set with the ", "field ", field.name,
          ", found the task ", absl::AsciiStrToLower(Task_Name(manifest.task()))));
    }
    const FieldEntry& entry = manifest.fields(theirs);
    if (labels && options.label_order.kind != LabelOrderSpec::Kind::kDefault) {
      return absl::InvalidArgumentError(
          "--label_order cannot be used with --vocabulary_of, which keeps the order of the labels; "
          "leave out one of the two");
    }
    field.adopted = true;
    field.spec = entry.tokenizer();
    field.owner = VocabularyOwner(manifest, theirs);
    field.vocabulary_file = entry.vocabulary_file().file();
    field.model_file = entry.tokenizer_file().file();
    Vocabulary vocabulary = other.vocabulary(theirs);
    // Remove labels of splits that the new data set does not have.
    if (labels) RETURN_IF_ERROR(vocabulary.SetUnseenLabels({}));
    field.vocabulary = std::make_shared<const Vocabulary>(std::move(vocabulary));
    field.label_order = entry.label_order();
    field.tag_scheme = entry.tag_scheme();
    field.columns = entry.columns();
    field.model = other.tokenizer_model(theirs);
    field.source = entry.source();
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status TakeGivenVocabularies(const PreprocessOptions& options, Communicator* workers,
                                   std::vector<FieldCoding>* fields) {
  if (!options.vocabulary_of.empty()) {
    const auto other = Dataset::Open(options.vocabulary_of);
    return Agree(workers, other.ok() ? Adopt(options, **other, fields) : other.status());
  }
  for (size_t i = 0; i < fields->size(); ++i) {
    FieldCoding& field = (*fields)[i];
    const bool owner = field.owner == static_cast<int>(i);
    if (owner && IsImported(field.spec.kind())) RETURN_IF_ERROR(ReadImported(workers, &field));
  }
  return absl::OkStatus();
}

}  // namespace elman
