// What an example of a task consists of.
#pragma once

#include <span>
#include <string_view>

#include "proto/dataset.pb.h"

namespace elman {

inline constexpr int kMaxFields = 3;

// A sequence of ids with a vocabulary of its own.
struct TaskField {
  std::string_view name;
  bool labels = false;   // its ids are labels, not tokens of a text
  bool numbers = false;  // its ids are the bits of numbers, and it has no vocabulary
};

// The fields of a task, in the order of every file and batch: what is read, then what is to be
// learned from it. Empty where the task is not one of ours.
std::span<const TaskField> FieldsOf(Task task);

// Whether the data of a task are running text, of which lines are examples, however long: it is
// read as streams of tokens.
bool IsRunningText(Task task);

// The task of the models that learn from such data, and how many of its fields, the first ones,
// have the vocabularies of such a model. All but COOCCURRENCE are tasks of models themselves; from
// that, models of EMBEDDING learn.
Task TaskOfModel(Task data);
int FieldsOfModel(Task data);

// Whether the ids of a text end in </s>, of the first field too.
bool TextsEnd(Task task);

}  // namespace elman
