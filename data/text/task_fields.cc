#include "data/text/task_fields.h"

namespace elman {

std::span<const TaskField> FieldsOf(Task task) {
  static constexpr TaskField kText[] = {{"text"}};
  static constexpr TaskField kTagging[] = {{"text"}, {"tags", true}};
  static constexpr TaskField kClassification[] = {{"text"}, {"label", true}};
  static constexpr TaskField kCooccurrence[] = {
      {"words"}, {"contexts"}, {.name = "weights", .numbers = true}};
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
    case COOCCURRENCE:
      return kCooccurrence;
    default:
      return {};
  }
}

bool IsRunningText(Task task) { return task == LANGUAGE_MODEL || task == EMBEDDING; }

Task TaskOfModel(Task data) { return data == COOCCURRENCE ? EMBEDDING : data; }

int FieldsOfModel(Task data) { return static_cast<int>(FieldsOf(TaskOfModel(data)).size()); }

bool TextsEnd(Task task) { return IsRunningText(task) || task == TRANSLATION; }

}  // namespace elman
