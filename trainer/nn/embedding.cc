#include "trainer/nn/embedding.h"

#include <algorithm>

#include "trainer/math/check.h"

namespace elman {

Embedding::Embedding(const std::string& name, int64_t vocabulary, int64_t size, float range,
                     ParameterTable* table)
    : table_(table->Add(name, vocabulary, size, {.range = range}, /*decay=*/true)) {}

void Embedding::Forward(const float* values, std::span<const int32_t> ids, Matrix out) const {
  CHECK_EQ(out.rows, static_cast<int64_t>(ids.size()));
  CHECK_EQ(out.cols, table_.cols);
  const ConstMatrix table = table_.In(values);
  for (size_t i = 0; i < ids.size(); ++i) {
    CHECK_LT(static_cast<uint32_t>(ids[i]), static_cast<uint32_t>(table.rows));
    std::copy_n(table.row(ids[i]), table.cols, out.row(i));
  }
}

void Embedding::Backward(std::span<const int32_t> ids, ConstMatrix d_out, float* gradients) const {
  CHECK_EQ(d_out.rows, static_cast<int64_t>(ids.size()));
  const Matrix table = table_.In(gradients);
  for (size_t i = 0; i < ids.size(); ++i) {
    float* to = table.row(ids[i]);
    const float* from = d_out.row(i);
    for (int64_t j = 0; j < table.cols; ++j) to[j] += from[j];
  }
}

}  // namespace elman
