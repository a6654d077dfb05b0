// What an example of a task consists of.
#pragma once

#include <span>
#include <string_view>

#include "proto/dataset.pb.h"

namespace elman {

inline constexpr int kMaxFields = 2;

// A sequence of ids with a vocabulary of its own.
struct TaskField {
  std::string_view name;
  bool labels = false;  // its ids are labels, not tokens of a text
};

// The fields of a task, in the order of every file and batch: what is read, then what is to be
// learned from it. Empty where the task is not one of ours.
std::span<const TaskField> FieldsOf(Task task);

// Whether the data of a task are running text, of which lines are examples, however long: it is
// read as streams of tokens.
bool IsRunningText(Task task);

}  // namespace elman
