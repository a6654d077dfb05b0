// A checkpoint made on the spot.
#pragma once

#include <cstdint>
#include <vector>

#include "trainer/checkpoint/checkpoint.h"

namespace elman {

inline Checkpoint SmallCheckpoint(int64_t step, float first_value = 0.5f) {
  Checkpoint checkpoint;
  checkpoint.header.set_task(LANGUAGE_MODEL);
  checkpoint.header.mutable_progress()->set_step(step);
  checkpoint.header.mutable_config()->set_seed(7);
  ParameterTable table;
  table.Add("weights", 3, 5, {}, true);
  DescribeParameters(table, &checkpoint.header);
  checkpoint.vocabulary_text = "<unk>\t0\n</s>\t3\nword\t2\n";
  checkpoint.tokenizer_model = "model bytes";
  checkpoint.arrays.push_back({"values", std::vector<float>(table.size(), first_value)});
  checkpoint.arrays.push_back({"moment1", std::vector<float>(table.size(), -1)});
  checkpoint.arrays.push_back({"carry", {1, 2, 3}});
  return checkpoint;
}

}  // namespace elman
