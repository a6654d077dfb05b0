// Properties of the tasks: everything that differs between tasks is defined here.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "proto/dataset.pb.h"

namespace elman {

// Maximum number of fields of a task.
inline constexpr int kMaxFields = 3;

// The number of ids of a field in an example.
enum class FieldLength {
  kAny,
  kOfFirstField,  // as many as the first field
  kOne,
};

// A sequence of ids of an example with its own vocabulary.
struct TaskField {
  std::string_view name;
  FieldLength length = FieldLength::kAny;
  bool labels = false;   // ids are labels, not tokens of a text
  bool numbers = false;  // ids are the bits of floats; the field has no vocabulary
};

// Whether an id of the field stands for a token or label that is not in its vocabulary, which has
// this unknown_id.
inline bool IsUnknown(const TaskField& field, uint32_t id, uint32_t unknown_id) {
  // unknown_id + 1 stands for no label; labels that are not in train follow it.
  return id == unknown_id || (field.labels && id > unknown_id + 1);
}

// The properties of a task. The defaults are for unknown tasks.
struct TaskTraits {
  // In the order of files and batches: first the input, then the targets.
  std::span<const TaskField> fields = {};
  // Text for messages about the required lengths of the fields; empty: any lengths.
  std::string_view lengths = {};
  // The task of models that train on such data. It is the same task, except that COOCCURRENCE data
  // train EMBEDDING models.
  Task model = TASK_UNSPECIFIED;

  // Properties of the data.
  bool running_text = false;  // lines of any length; read as streams of tokens
  bool texts_end = false;     // texts end with </s>, also in the first field
  // The data are one list of weighted word pairs, cut into examples of equal length. They are not
  // texts and have no unknown words. Weights grow with the size of the text, so those of different
  // texts cannot be compared.
  bool word_pairs = false;
  int default_min_count = 0;  // minimum count in train of words in a counted vocabulary

  // Properties of the models.
  std::string_view model_noun = "of an unknown task";  // such as "a tagger"
  // The model has layers, which read all of a batch and feature vectors of its tokens. Otherwise
  // the model consists of word vectors, trained pair by pair.
  bool layers = true;
  bool predicts = true;     // makes predictions for a line of text that can be evaluated
  bool perplexity = false;  // the exponential of the loss is a perplexity per token
};

// The properties of a task, and short forms for some of them.
const TaskTraits& TraitsOf(Task task);

inline std::span<const TaskField> FieldsOf(Task task) { return TraitsOf(task).fields; }
inline bool IsRunningText(Task task) { return TraitsOf(task).running_text; }
inline bool TextsEnd(Task task) { return TraitsOf(task).texts_end; }
inline Task TaskOfModel(Task data) { return TraitsOf(data).model; }

// Number of fields of the data, from the first, that have the vocabularies of the model trained on
// them.
inline int FieldsOfModel(Task data) { return static_cast<int>(FieldsOf(TaskOfModel(data)).size()); }

}  // namespace elman
