#include "data/text/task_fields.h"

namespace elman {

std::span<const TaskField> FieldsOf(Task task) {
  static constexpr TaskField kLanguageModel[] = {{"text"}};
  static constexpr TaskField kTagging[] = {{"text"}, {"tags", true}};
  static constexpr TaskField kClassification[] = {{"text"}, {"label", true}};
  static constexpr TaskField kTranslation[] = {{"source"}, {"target"}};
  switch (task) {
    case LANGUAGE_MODEL:
      return kLanguageModel;
    case TAGGING:
      return kTagging;
    case CLASSIFICATION:
      return kClassification;
    case TRANSLATION:
      return kTranslation;
    default:
      return {};
  }
}

}  // namespace elman
