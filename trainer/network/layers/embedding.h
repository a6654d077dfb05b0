// An embedding layer: maps token ids to the rows of a table.
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
    kRowsRead,  // a step changes only the rows of the words it reads
    kAllRows,   // for a table that is shared with the output layer
    kNone,      // the table is frozen
  };

  // `word_dropout` is the probability that a word is dropped: all its occurrences in a step have a
  // zero vector, and the other words are scaled up (Gal and Ghahramani, 2016).
  Embedding(const std::string& name, int64_t vocabulary, int64_t size,
            const Initializer& initializer, float word_dropout, Updates updates,
            ParameterTable* table);

  // out[i] = table[ids[i]], or zero if the id is negative; out is [ids, size]. Applies word dropout
  // unless `pass` is null.
  void Forward(const float* values, std::span<const int32_t> ids, const Pass* pass,
               Matrix out) const;

  // gradient of table[ids[i]] += d_out[i], in the order of i. `pass` is that of the forward
  // computation. Does nothing if the table is frozen.
  void Backward(std::span<const int32_t> ids, const Pass& pass, ConstMatrix d_out,
                float* gradients) const;

  // Adds the blocks of a flat array that Backward changes.
  void Touch(std::span<const int32_t> ids, BlockSet* touched) const;

  int64_t size() const { return table_.cols; }
  const Parameter& table() const { return table_; }  // [vocabulary, size]

 private:
  float Factor(const Pass* pass, int32_t id) const;

  const std::string forward_name_, backward_name_;  // of spans in the timeline
  const Updates updates_;
  const Parameter table_;
  const float word_dropout_;
};

}  // namespace elman
