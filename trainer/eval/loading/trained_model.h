// A model ready for use: everything from one file, a checkpoint or a floor, nothing else needed.
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
  // Of a floor, which was not trained: task, fields, and how a split is read for it.
  CheckpointHeader header;
  bool floor = false;
  std::vector<Vocabulary> vocabularies;  // of each of header.fields()
  std::vector<FieldTables> tables;       // likewise
  std::vector<float> values;
  std::unique_ptr<Model> model;  // of header.task(); uses `values`
};

// Loads the checkpoint that `path`, a file or a run directory (its best), stands for, or the floor
// in a file of elman-baseline. Everything in it is verified.
absl::StatusOr<std::unique_ptr<TrainedModel>> LoadTrainedModel(const std::string& path);

}  // namespace elman
