// Loads a trained model with all that it needs from one file, a checkpoint or a baseline.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/text/vocabulary.h"
#include "proto/checkpoint.pb.h"
#include "trainer/network/models/model.h"
#include "trainer/record/checkpoint/checkpoint.h"

namespace elman {

struct TrainedModel {
  std::string path;  // of the file
  // For a baseline, which was not trained, the header has the task, the fields and how to read a
  // split.
  CheckpointHeader header;
  bool is_baseline = false;
  std::vector<Vocabulary> vocabularies;  // one per entry of header.fields()
  std::vector<FieldTables> tables;       // one per entry of header.fields()
  std::vector<float> values;
  std::unique_ptr<Model> model;  // a model for header.task(), which uses `values`
};

// Loads a checkpoint or a baseline. `path` is a checkpoint file, a run directory (its best
// checkpoint) or a file of elman-baseline. The whole content is verified.
absl::StatusOr<std::unique_ptr<TrainedModel>> LoadTrainedModel(const std::string& path);

}  // namespace elman
