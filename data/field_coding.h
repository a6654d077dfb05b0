// Step 1 of preprocessing: how each field of an example becomes ids. Vocabularies are made of
// train.
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
#include "data/text/vocabulary.h"
#include "data/tokenizer/tokenizer.h"
#include "data/workers/worker_group.h"
#include "proto/dataset.pb.h"

namespace elman {

// Subword tokenizers are trained on a sample of this size; smaller corpora are used whole.
inline constexpr uint64_t kTrainingSampleBytes = uint64_t{64} << 20;

struct FieldCoding {
  std::string name;
  TokenizerSpec spec;
  // The first field that has this one's vocabulary: itself, or, where it is shared, one before,
  // whose the following are.
  int owner = 0;
  std::string vocabulary_file;  // their names in the data set
  std::string model_file;
  std::shared_ptr<const Vocabulary> vocabulary;  // counts are 0 as yet
  std::string model;                             // of SentencePiece
  std::shared_ptr<const Tokenizer> tokenizer;    // null: labels
};

// The fields of the task, without vocabularies.
std::vector<FieldCoding> PlanFields(const PreprocessOptions& options);

// Steps of `progress` that MakeVocabularies takes.
int VocabularySteps(const std::vector<FieldCoding>& fields);

// Makes vocabularies, by field that owns one, and models. Collective. Rank 0 trains subword models,
// all count words and labels, with files in `folder` if need be. Of `report`, the lines sampled are
// set.
absl::StatusOr<std::vector<absl::StatusOr<Vocabulary>>> MakeVocabularies(
    const PreprocessOptions& options, const Corpus& train, const std::string& folder,
    WorkerGroup* workers, PipelineProgress* progress, std::vector<FieldCoding>* fields,
    PreprocessReport* report);

// Fills in vocabularies and tokenizers, those of the fields that share one too. Collective.
absl::Status UseVocabularies(std::vector<absl::StatusOr<Vocabulary>> made, WorkerGroup* workers,
                             std::vector<FieldCoding>* fields);

}  // namespace elman
