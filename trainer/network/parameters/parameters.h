// The one table of a model's parameters. Values, gradients and each optimizer moment are flat
// arrays of its layout, which live wherever their owner puts them: layers are handed the arrays and
// find their part by the table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trainer/network/math/block_set.h"
#include "trainer/network/math/matrix.h"
#include "trainer/network/parameters/initializer.h"

namespace elman {

struct Parameter {
  std::string name;  // "layer0.hidden_weights"
  int64_t rows = 0;
  int64_t cols = 0;
  Initializer initializer;
  bool decay = true;    // subject to weight decay
  bool sparse = false;  // a training pass adds to the gradients of few rows, which the model names
  int64_t offset = 0;   // of the first element in the flat arrays
  int64_t size() const { return rows * cols; }

  // This parameter's part of an array of the layout.
  ConstMatrix In(const float* array) const { return {array + offset, rows, cols}; }
  Matrix In(float* array) const { return {array + offset, rows, cols}; }
};

class ParameterTable {
 public:
  // Appends a parameter and returns it with its offset. Offsets begin on cache lines.
  Parameter Add(std::string name, int64_t rows, int64_t cols, const Initializer& initializer,
                bool decay, bool sparse = false);

  const std::vector<Parameter>& parameters() const { return parameters_; }
  int64_t size() const { return size_; }  // elements of a flat array, padding included
  int64_t count() const;                  // parameters in the sense of papers: without padding

  // The blocks of a flat array that hold elements of any parameter that is not sparse.
  BlockSet DenseBlocks() const;

  // Fills an array of size() elements with initial values, which depend on the seed and the table
  // only.
  void Initialize(uint64_t seed, float* values) const;

 private:
  std::vector<Parameter> parameters_;
  int64_t size_ = 0;
};

}  // namespace elman
