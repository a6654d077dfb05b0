// A model ready for use: everything from one checkpoint, nothing else needed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/text/vocabulary.h"
#include "proto/checkpoint.pb.h"
#include "trainer/models/language_model.h"

namespace elman {

struct TrainedModel {
  std::string path;  // of the checkpoint
  CheckpointHeader header;
  Vocabulary vocabulary;
  std::string tokenizer_model;
  std::vector<float> values;
  std::unique_ptr<LanguageModel> model;  // uses `values`
};

// Loads the checkpoint that `path`, a file or a run directory (its best), stands for. Everything in
// it is verified.
absl::StatusOr<std::unique_ptr<TrainedModel>> LoadTrainedModel(const std::string& path);

}  // namespace elman
