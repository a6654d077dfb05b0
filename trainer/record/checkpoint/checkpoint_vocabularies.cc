#include "trainer/record/checkpoint/checkpoint_vocabularies.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/shards/vocabulary_spec.h"
#include "data/text/task_fields.h"

namespace elman {

absl::StatusOr<std::vector<Vocabulary>> ReadVocabularies(const Checkpoint& checkpoint,
                                                         const std::string& path) {
  std::vector<Vocabulary> vocabularies;
  for (int i = 0; i < checkpoint.header.fields_size(); ++i) {
    const CheckpointField& field = checkpoint.header.fields(i);
    const FieldTables& tables = checkpoint.tables[i];
    const std::string found =
        VocabularyFingerprint(field.tokenizer(), tables.vocabulary_text, tables.tokenizer_model);
    if (found != field.vocabulary().fingerprint()) {
      return absl::DataLossError(absl::StrCat(
          path, ": expected the vocabulary of ", field.name(), " with the fingerprint ",
          field.vocabulary().fingerprint(), ", found ", found, "; use another checkpoint"));
    }
    const std::string name = absl::StrCat(path, ": vocabulary of ", field.name());
    const bool labels = field.tokenizer().kind() == TokenizerSpec::LABEL;
    ASSIGN_OR_RETURN(Vocabulary vocabulary,
                     labels ? Vocabulary::ParseLabels(tables.vocabulary_text, name)
                            : Vocabulary::Parse(tables.vocabulary_text, name));
    vocabularies.push_back(std::move(vocabulary));
  }
  return vocabularies;
}

absl::Status CheckFields(const CheckpointHeader& header, const std::string& path,
                         const Dataset& dataset, std::string_view alternative) {
  const DatasetManifest& manifest = dataset.manifest();
  const auto wrong = [&](const std::string& what, const std::string& remedy) {
    return absl::FailedPreconditionError(absl::StrCat(
        what, ". ", remedy, alternative.empty() ? "" : ", or ", std::string(alternative)));
  };
  const auto name = [](Task task) { return absl::AsciiStrToLower(Task_Name(task)); };
  if (TaskOfModel(manifest.task()) != header.task() ||
      FieldsOfModel(manifest.task()) != header.fields_size()) {
    return wrong(
        absl::StrCat(path, " is ", std::string(TraitsOf(header.task()).model_noun), ", but ",
                     dataset.folder(), " is a data set for task ", name(manifest.task())),
        absl::StrCat("Use a data set for task ", name(header.task())));
  }
  for (int field = 0; field < header.fields_size(); ++field) {
    const std::string& ours = manifest.fields(field).vocabulary().fingerprint();
    const std::string& theirs = header.fields(field).vocabulary().fingerprint();
    if (ours == theirs) continue;
    return wrong(
        absl::StrCat(dataset.folder(), ": its vocabulary of ", header.fields(field).name(),
                     " (fingerprint ", ours, ") is not the one of ", path, " (", theirs, ")"),
        "Use the data set of that model, or make this one again with elman-preprocess "
        "--vocabulary_of=THAT_DATASET");
  }
  return absl::OkStatus();
}

}  // namespace elman
