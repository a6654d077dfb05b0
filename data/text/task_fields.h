// What the rest of the code must know of a task: all that sets tasks apart, one entry for each.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "proto/dataset.pb.h"

namespace elman {

inline constexpr int kMaxFields = 3;

// How many ids of a field an example has.
enum class FieldLength {
  kAny,
  kOfFirstField,  // as many as of the first field
  kOne,
};

// A sequence of ids with a vocabulary of its own.
struct TaskField {
  std::string_view name;
  FieldLength length = FieldLength::kAny;
  bool labels = false;   // its ids are labels, not tokens of a text
  bool numbers = false;  // its ids are the bits of numbers, and it has no vocabulary
};

// Whether an id of the field stands for a token or label that its vocabulary, with this unknown_id,
// does not have.
inline bool IsUnknown(const TaskField& field, uint32_t id, uint32_t unknown_id) {
  // Labels that train does not have follow that of no label, unknown_id + 1.
  return id == unknown_id || (field.labels && id > unknown_id + 1);
}

// The defaults are those of a value that is no task of ours.
struct TaskTraits {
  // In the order of every file and batch: what is read, then what is to be learned from it.
  std::span<const TaskField> fields = {};
  // What the lengths of the fields must be, for messages; empty where they are any.
  std::string_view lengths = {};
  // The task of the models that learn from such data. All but COOCCURRENCE are tasks of models
  // themselves; from that, models of EMBEDDING learn.
  Task model = TASK_UNSPECIFIED;

  // Of the data.
  bool running_text = false;  // lines are examples, however long; read as streams of tokens
  bool texts_end = false;     // the ids of a text end in </s>, of the first field too
  // One list of pairs of words and their weights, cut into examples of the same length: these are
  // no texts, no word in them is unknown, and what they say of other text depends on its size.
  bool word_pairs = false;
  int default_min_count = 0;  // of a word in train, to be in a vocabulary of counted words

  // Of the models.
  std::string_view model_noun = "of an unknown task";  // what one is, such as "a tagger"
  // Layers that read all of a batch and, with its tokens, vectors that came with them. Otherwise a
  // model is vectors of words alone, trained pair by pair.
  bool layers = true;
  bool predicts = true;     // something of a line of text, and better or worse than another model
  bool perplexity = false;  // the exponential of its loss is one, per token
};

const TaskTraits& TraitsOf(Task task);

inline std::span<const TaskField> FieldsOf(Task task) { return TraitsOf(task).fields; }
inline bool IsRunningText(Task task) { return TraitsOf(task).running_text; }
inline bool TextsEnd(Task task) { return TraitsOf(task).texts_end; }
inline Task TaskOfModel(Task data) { return TraitsOf(data).model; }

// How many fields of such data, the first ones, have the vocabularies of a model that learns from
// them.
inline int FieldsOfModel(Task data) { return static_cast<int>(FieldsOf(TaskOfModel(data)).size()); }

}  // namespace elman
