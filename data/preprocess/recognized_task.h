// Recognizes the task of a corpus from the begin of its first file, for elman-preprocess without
// --task.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "proto/dataset.pb.h"

namespace elman {

struct RecognizedTask {
  Task task = LANGUAGE_MODEL;
  // For people, such as "train.tsv has lines LABEL<TAB>TEXT". Empty if there is not text.
  std::string reason;
};

// Recognizes the begin of a text file; `whole`: `begin` is all of it. `file` is used in messages.
// Lines without tabs are text for a language model. Lines of two columns are labelled texts,
// tagged words or translations if they can be nothing else. InvalidArgument, with the choices, if
// they can be several of these, or none. An empty text is one for a language model.
absl::StatusOr<RecognizedTask> RecognizeTask(const std::string& file, std::string_view begin,
                                             bool whole);

// As above for a file, compressed or not. A file that cannot be read, or read twice, is taken as
// text for a language model; reading it gives the error.
absl::StatusOr<RecognizedTask> RecognizeTaskOfFile(const std::string& file);

// The task of the data set whose vocabularies --vocabulary_of names.
RecognizedTask TaskOfVocabularies(const std::string& folder);

}  // namespace elman
