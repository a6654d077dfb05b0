#include "data/text/task_fields.h"

namespace elman {

std::span<const TaskField> FieldsOf(Task task) {
  static constexpr TaskField kText[] = {{"text"}};
  static constexpr TaskField kTagging[] = {{"text"}, {"tags", true}};
  static constexpr TaskField kClassification[] = {{"text"}, {"label", true}};
  static constexpr TaskField kTranslation[] = {{"source"}, {"target"}};
  switch (task) {
    case LANGUAGE_MODEL:
    case EMBEDDING:
      return kText;
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

bool IsRunningText(Task task) { return task == LANGUAGE_MODEL || task == EMBEDDING; }

}  // namespace elman
