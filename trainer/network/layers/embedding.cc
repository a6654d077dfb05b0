#include "trainer/network/layers/embedding.h"

#include <algorithm>

#include "trainer/network/math/check.h"
#include "trainer/network/math/random.h"

namespace elman {

Embedding::Embedding(const std::string& name, int64_t vocabulary, int64_t size,
                     const Initializer& initializer, float word_dropout, Updates updates,
                     ParameterTable* table)
    : forward_name_(name + " forward"),
      backward_name_(name + " backward"),
      updates_(updates),
      table_(table->Add(name, vocabulary, size, initializer, /*decay=*/updates != Updates::kNone,
                        /*sparse=*/updates != Updates::kAllRows)),
      word_dropout_(word_dropout) {}

// Returns the factor of a word's vector. A word is dropped or kept in all rows of the global batch.
float Embedding::Factor(const Pass* pass, int32_t id) const {
  if (pass == nullptr || word_dropout_ == 0) return 1;
  const RandomKey key{pass->seed, RandomPurpose::kEmbeddingDropout};
  const float uniform = UniformFloat(RandomWord(key, pass->step, /*row=*/0, id));
  return uniform < word_dropout_ ? 0 : 1 / (1 - word_dropout_);
}

void Embedding::Forward(const float* values, std::span<const int32_t> ids, const Pass* pass,
                        Matrix out) const {
  const TimedSpan span(pass ? pass->clock : nullptr, forward_name_.c_str());
  CHECK_EQ(out.rows, static_cast<int64_t>(ids.size()));
  CHECK_EQ(out.cols, table_.cols);
  const ConstMatrix table = table_.In(values);
  for (size_t i = 0; i < ids.size(); ++i) {
    float* to = out.row(i);
    if (ids[i] < 0) {
      std::fill_n(to, table.cols, 0.0f);
      continue;
    }
    CHECK_LT(ids[i], table.rows);
    const float factor = Factor(pass, ids[i]);
    const float* from = table.row(ids[i]);
    for (int64_t j = 0; j < table.cols; ++j) to[j] = factor * from[j];
  }
}

void Embedding::Touch(std::span<const int32_t> ids, BlockSet* touched) const {
  if (updates_ != Updates::kRowsRead) return;
  for (const int32_t id : ids) {
    if (id >= 0) touched->Insert(table_.offset + id * table_.cols, table_.cols);
  }
}

void Embedding::Backward(std::span<const int32_t> ids, const Pass& pass, ConstMatrix d_out,
                         float* gradients) const {
  const TimedSpan span(pass.clock, backward_name_.c_str());
  CHECK_EQ(d_out.rows, static_cast<int64_t>(ids.size()));
  if (updates_ == Updates::kNone) return;
  const Matrix table = table_.In(gradients);
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0) continue;
    const float factor = Factor(&pass, ids[i]);
    float* to = table.row(ids[i]);
    const float* from = d_out.row(i);
    for (int64_t j = 0; j < table.cols; ++j) to[j] += factor * from[j];
  }
}

}  // namespace elman
