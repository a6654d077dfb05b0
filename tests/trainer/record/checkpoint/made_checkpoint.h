// Small generated checkpoints.
#pragma once

#include <string>
#include <vector>

#include "data/shards/vocabulary_spec.h"
#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

inline void AddMadeField(TokenizerSpec::Kind kind, const std::string& vocabulary_text,
                         const std::string& tokenizer_model, Checkpoint* checkpoint) {
  CheckpointField* field = checkpoint->header.add_fields();
  field->mutable_tokenizer()->set_kind(kind);
  field->mutable_vocabulary()->set_fingerprint(
      VocabularyFingerprint(field->tokenizer(), vocabulary_text, tokenizer_model));
  checkpoint->tables.push_back({vocabulary_text, tokenizer_model});
}

// Returns a valid checkpoint of `step`; `best_step` 0: the run has no best.
inline Checkpoint MadeCheckpoint(int64_t step, int64_t best_step = 0, float first_value = 0.5f) {
  Checkpoint checkpoint;
  CheckpointHeader& header = checkpoint.header;
  header.set_task(LANGUAGE_MODEL);
  header.mutable_progress()->set_step(step);
  if (best_step > 0) {
    header.mutable_progress()->set_has_best(true);
    header.mutable_progress()->set_best_loss(1.5);
    header.mutable_progress()->set_best_step(best_step);
  }
  header.mutable_config()->set_seed(7);
  ParameterTable table;
  table.Add("weights", 3, 5, {}, true);
  DescribeParameters(table, &header);
  AddMadeField(TokenizerSpec::WORD, "<unk>\t0\n</s>\t3\nword\t2\n<s>\t0\n<pad>\t0\n", "model bytes",
               &checkpoint);
  checkpoint.arrays.push_back({"values", std::vector<float>(table.size(), first_value)});
  checkpoint.arrays.push_back({"moment1", std::vector<float>(table.size(), -1)});
  checkpoint.arrays.push_back({"carry", {1, 2, 3}});
  return checkpoint;
}

}  // namespace elman
