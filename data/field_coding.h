// Step 1 of preprocessing: how each field of an example becomes ids. Vocabularies are made of
// train, read from files of other programs, or taken over from another data set.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/pipeline_progress.h"
#include "data/preprocess_options.h"
#include "data/preprocess_report.h"
#include "data/text/corpus_reader.h"
#include "data/text/example_rules.h"
#include "data/text/vocabulary.h"
#include "data/tokenizer/tokenizer.h"
#include "data/workers/worker_group.h"
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
  std::shared_ptr<const Vocabulary> vocabulary;  // counts are 0 as yet, unless adopted
  std::string model;                             // of SentencePiece
  SourceEntry source;                            // of the foreign file; known to rank 0
  // Likewise, of a counted vocabulary: the words of train that it does not have.
  FieldSurvey left_out;
  std::shared_ptr<const Tokenizer> tokenizer;  // null: labels

  // Whether its vocabulary is not made of train.
  bool given() const { return adopted || !foreign_file.empty(); }
};

// The fields of the task, without vocabularies.
std::vector<FieldCoding> PlanFields(const PreprocessOptions& options);

// Steps of `progress` that MakeVocabularies takes.
int VocabularySteps(const std::vector<FieldCoding>& fields);

// Makes the vocabularies, by field that owns one, and models that are not given. Collective. Rank 0
// trains subword models, all count words and labels of the examples that `rules` leave of `train`,
// with files in `folder` if need be. Of `report`, the lines sampled are set.
absl::StatusOr<std::vector<absl::StatusOr<Vocabulary>>> MakeVocabularies(
    const PreprocessOptions& options, const Corpus& train, const ExampleRules& rules,
    const std::string& folder, WorkerGroup* workers, PipelineProgress* progress,
    std::vector<FieldCoding>* fields, PreprocessReport* report);

// Fills in vocabularies and tokenizers, those of the fields that share one too. Collective.
absl::Status UseVocabularies(std::vector<absl::StatusOr<Vocabulary>> made, WorkerGroup* workers,
                             std::vector<FieldCoding>* fields);

}  // namespace elman
