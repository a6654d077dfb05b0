// A language model that is a table of n-grams.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "proto/dataset.pb.h"
#include "trainer/eval/loading/fixed_model.h"
#include "trainer/eval/ngrams/ngram_table.h"

namespace elman {

// A line is a sentence: the context of its first token is <s>, whatever the previous line was. The
// carry of a row is its context, the newest token first; -1 where there is none.
class NgramModel : public FixedModel<Model> {
 public:
  NgramModel(NgramTable table, const VocabularySpec& vocabulary)
      : table_(std::move(table)), end_id_(vocabulary.end_id()), start_id_(vocabulary.start_id()) {}

  int64_t carry_states() const override { return 1; }
  int64_t carry_width() const override { return table_.order(); }
  void Begin(int64_t rows, float* carry) override;
  void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                Workspace* workspace) override;

 private:
  const NgramTable table_;
  const uint32_t end_id_;
  const uint32_t start_id_;
};

}  // namespace elman
