// Token ids to vectors: row `id` of a table, which is the product of a one-hot vector with it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "trainer/network/math/matrix.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/network/parameters/pass.h"

namespace elman {

class Embedding {
 public:
  enum class Updates {
    kRowsRead,  // a step changes the rows of the words it reads
    kAllRows,   // an output layer uses the table too
    kNone,      // the table stays as it begins
  };

  // With `word_dropout` whole words are dropped: every occurrence of a dropped word in a step has a
  // zero vector, the others are scaled up (Gal and Ghahramani, 2016).
  Embedding(const std::string& name, int64_t vocabulary, int64_t size,
            const Initializer& initializer, float word_dropout, Updates updates,
            ParameterTable* table);

  // out[i] = table[ids[i]], out [ids, size], or zero where the id is negative; dropped as `pass`
  // says where there is one.
  void Forward(const float* values, std::span<const int32_t> ids, const Pass* pass,
               Matrix out) const;

  // gradient of table[ids[i]] += d_out[i], in the order of i, in the pass of the forward
  // computation; nothing where the table stays as it is.
  void Backward(std::span<const int32_t> ids, const Pass& pass, ConstMatrix d_out,
                float* gradients) const;

  // Adds the blocks of a flat array that Backward changes.
  void Touch(std::span<const int32_t> ids, BlockSet* touched) const;

  int64_t size() const { return table_.cols; }
  const Parameter& table() const { return table_; }  // [vocabulary, size]

 private:
  float Factor(const Pass* pass, int32_t id) const;

  const std::string forward_name_, backward_name_;  // of spans of time
  const Updates updates_;
  const Parameter table_;
  const float word_dropout_;
};

}  // namespace elman
