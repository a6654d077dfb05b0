// Token ids to vectors: row `id` of a table, which is the product of a one-hot vector with it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "trainer/math/matrix.h"
#include "trainer/nn/parameters.h"

namespace elman {

class Embedding {
 public:
  Embedding(const std::string& name, int64_t vocabulary, int64_t size, float range,
            ParameterTable* table);

  // out[i] = table[ids[i]]; out [ids, size].
  void Forward(const float* values, std::span<const int32_t> ids, Matrix out) const;

  // gradient of table[ids[i]] += d_out[i], in the order of i.
  void Backward(std::span<const int32_t> ids, ConstMatrix d_out, float* gradients) const;

  int64_t size() const { return table_.cols; }

 private:
  Parameter table_;  // [vocabulary, size]
};

}  // namespace elman
