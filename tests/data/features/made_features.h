// Makes data sets with feature vectors for tests.
#pragma once

#include <algorithm>
#include <string>

#include "data/preprocess/add_features.h"
#include "data/shards/dataset.h"
#include "data/shards/example_reader.h"
#include "tests/data/vectors/made_safetensors.h"
#include "tests/support/scratch.h"

namespace elman {

// Copies the data set in `from` to `to` and adds vectors of `size` numbers made by MadeMatrix for
// the tokens of train, counted without </s>. Returns for each token of the split the number of its
// vector, or -1 for </s>.
inline std::vector<int64_t> WriteMadeFeatures(const std::string& from, const std::string& to,
                                              int64_t size) {
  const Scratch scratch;
  const auto dataset = *Dataset::Open(from);
  const auto end = static_cast<int32_t>(dataset->vocabulary().end_id());
  const auto reader = *ExampleReader::Open(dataset, "train", 0);
  std::vector<int64_t> numbers;
  int64_t vectors = 0;
  for (uint64_t i = 0; i < reader->examples(); ++i) {
    const ExampleView example = *reader->Read(i);
    for (const int32_t id : example.fields[0])
      numbers.push_back(TextsEnd(dataset->manifest().task()) && id == end ? -1 : vectors++);
  }
  const std::string file = scratch.Write("f", SafetensorsOf({MadeMatrix("x", vectors, size)}));
  EXPECT_THAT(AddFeatures({.data = from, .files = {{"train", {file}}}, .output = to}, nullptr),
              IsOk());
  return numbers;
}

// The vector with this number.
inline std::vector<float> MadeVector(int64_t number, int64_t size) {
  std::vector<float> vector(size, 0);
  for (int64_t j = 0; number >= 0 && j < size; ++j)
    vector[j] = static_cast<float>(number) + static_cast<float>(j) / 1024;
  return vector;
}

}  // namespace elman
