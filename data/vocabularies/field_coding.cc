#include "data/vocabularies/field_coding.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "data/shards/manifest.h"
#include "data/text/task_fields.h"

namespace elman {

std::vector<FieldCoding> PlanFields(const PreprocessOptions& options) {
  std::vector<FieldCoding> fields;
  for (const TaskField& known : FieldsOf(options.task)) {
    FieldCoding field;
    field.name = std::string(known.name);
    field.owner = static_cast<int>(fields.size());
    field.spec = options.tokenizer;
    field.imported_file = options.tokenizer_file;
    if (known.labels) {
      field.imported_file.clear();
      field.spec.Clear();
      field.spec.set_kind(TokenizerSpec::LABEL);
    } else if (field.owner > 0 && options.shared_vocabulary) {
      field.owner = 0;
    } else if (field.owner > 0 &&
               options.target_tokenizer.kind() != TokenizerSpec::KIND_UNSPECIFIED) {
      field.spec = options.target_tokenizer;
      field.imported_file = options.target_tokenizer_file;
    }
    const bool plain = field.name == "text" || options.shared_vocabulary;
    const std::string prefix = plain ? "" : field.name + ".";
    field.vocabulary_file = absl::StrCat(prefix, std::string(kVocabularyName));
    field.model_file = absl::StrCat(prefix, std::string(kTokenizerName));
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace elman
