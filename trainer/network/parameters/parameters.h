// The table of a model's parameters. Values, gradients and each moment of the optimizer are flat
// arrays with the layout of this table. Their owner allocates them; layers get pointers to the
// arrays and find their parameters by offset.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trainer/network/math/block_set.h"
#include "trainer/network/math/matrix.h"
#include "trainer/network/parameters/initializer.h"

namespace elman {

// A parameter matrix and its position in the flat arrays.
struct Parameter {
  std::string name;  // such as "layer0.hidden_weights"
  int64_t rows = 0;
  int64_t cols = 0;
  Initializer initializer;
  bool decay = true;    // subject to weight decay
  bool sparse = false;  // gradients change in few rows per pass, which the model reports
  int64_t offset = 0;   // of the first element, in elements of the flat arrays
  int64_t size() const { return rows * cols; }

  // Returns this parameter's part of an array of the layout.
  ConstMatrix In(const float* array) const { return {array + offset, rows, cols}; }
  Matrix In(float* array) const { return {array + offset, rows, cols}; }
};

// The list of all parameters; it defines the layout of the flat arrays.
class ParameterTable {
 public:
  // Appends a parameter and returns it with its offset. Offsets are aligned to cache lines.
  Parameter Add(std::string name, int64_t rows, int64_t cols, const Initializer& initializer,
                bool decay, bool sparse = false);

  const std::vector<Parameter>& parameters() const { return parameters_; }
  int64_t size() const { return size_; }  // elements of a flat array, including padding
  int64_t count() const;  // number of parameters as reported in papers, without padding

  // Returns the blocks of a flat array that contain elements of any parameter that is not sparse.
  BlockSet DenseBlocks() const;

  // Fills an array of size() elements with initial values, which depend only on the seed and the
  // table.
  void Initialize(uint64_t seed, float* values) const;

 private:
  std::vector<Parameter> parameters_;
  int64_t size_ = 0;
};

}  // namespace elman
