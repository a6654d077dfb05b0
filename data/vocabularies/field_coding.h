// How each field of an example is converted to ids. A vocabulary is counted in train, imported from
// a file of another program, or adopted from another data set.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/staging/preprocess_options.h"
#include "data/text/vocabulary.h"
#include "data/tokenizer/tokenizer.h"
#include "proto/dataset.pb.h"

namespace elman {

// A field with its vocabulary and tokenizer.
struct FieldCoding {
  std::string name;
  TokenizerSpec spec;
  // Index of the first field that has the same vocabulary: this field, or an earlier one if the
  // vocabulary is shared.
  int owner = 0;
  std::string imported_file;    // imported file: the vocabulary or the model of an imported kind
  bool adopted = false;         // everything, with counts, is adopted from another data set
  std::string vocabulary_file;  // file names in the data set
  std::string model_file;
  std::shared_ptr<const Vocabulary> vocabulary;  // without counts at first, unless adopted
  std::string model;                             // SentencePiece model
  SourceEntry source;                            // describes foreign_file; only on rank 0
  FieldEntry::LabelOrder label_order = FieldEntry::BYTES;     // only on rank 0
  FieldEntry::TagScheme tag_scheme = FieldEntry::UNRECORDED;  // at first, that of adopted tags
  TagColumns columns;                                         // of adopted tags; word 0: none
  // Only on rank 0, for a counted vocabulary: the words of train that are not in it.
  FieldStatistics left_out;
  std::shared_ptr<const Tokenizer> tokenizer;  // null for labels

  // Whether its vocabulary is imported or adopted instead of counted in train.
  bool given() const { return adopted || !imported_file.empty(); }
};

// The fields of the task, without vocabularies.
std::vector<FieldCoding> PlanFields(const PreprocessOptions& options);

}  // namespace elman
