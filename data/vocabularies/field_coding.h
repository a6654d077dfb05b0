// How each field of an example becomes ids. Vocabularies are made of train, read from files of
// other programs, or taken over from another data set.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/staging/preprocess_options.h"
#include "data/text/vocabulary.h"
#include "data/tokenizer/tokenizer.h"
#include "proto/dataset.pb.h"

namespace elman {

struct FieldCoding {
  std::string name;
  TokenizerSpec spec;
  // The first field that has this one's vocabulary: itself, or, where it is shared, one before,
  // whose the following are.
  int owner = 0;
  std::string foreign_file;  // that others made: the vocabulary, or the model, of a FOREIGN kind
  bool adopted = false;      // all of it is of another data set, the counts of its vocabulary too
  std::string vocabulary_file;  // their names in the data set
  std::string model_file;
  std::shared_ptr<const Vocabulary> vocabulary;            // counts are 0 as yet, unless adopted
  std::string model;                                       // of SentencePiece
  SourceEntry source;                                      // of the foreign file; known to rank 0
  FieldEntry::LabelOrder label_order = FieldEntry::BYTES;  // known to rank 0
  FieldEntry::TagScheme tag_scheme = FieldEntry::UNRECORDED;  // of adopted tags, at first
  TagColumns columns;                                         // of adopted tags; word 0: none
  // Likewise, of a counted vocabulary: the words of train that it does not have.
  FieldSurvey left_out;
  std::shared_ptr<const Tokenizer> tokenizer;  // null: labels

  // Whether its vocabulary is not made of train.
  bool given() const { return adopted || !foreign_file.empty(); }
};

// The fields of the task, without vocabularies.
std::vector<FieldCoding> PlanFields(const PreprocessOptions& options);

}  // namespace elman
