// GloVe (Pennington, Socher and Manning, 2014): word vectors whose products are the logarithms of
// how often words stand near each other.
//
// With w(i) and c(i) the two vectors of word i, b(i) and d(i) its two biases, x(i, j) the weight of
// a pair (data/cooccurrences), and z(i, j) = w(i) . c(j) + b(i) + d(j), the loss of a pair is that
// of both of its orders, of a word with itself that of one:
//
//   1/2 f(x) (z(i, j) - log x)^2 + 1/2 f(x) (z(j, i) - log x)^2,  f(x) = min(1, (x / x_max)^alpha)
//
// Pairs that were not seen have no x. If WordVectorSpec.zeros says so, there are besides, for each
// order of a pair, words n that are drawn for its first word i, with the loss
//
//   q(i, n) log(1 + exp(z(i, n) - log x0)),  q(i, n) = exp(-e(i, n))
//
// which bounds z softly from above (Shazeer et al., 2016, "Swivel"), where e(i, n) is the weight
// that the pair would have if words stood in any order: the factor q is about the probability that
// a pair of such frequent words was really not seen.
//
// The vector that a word is used with is w(i) + c(i). A pass computes the gradients of all its
// pairs at the values that it begins with: they are summed whatever the lanes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "proto/model.pb.h"
#include "trainer/network/math/row_products.h"
#include "trainer/network/models/model.h"
#include "trainer/network/word_vectors/alias_table.h"
#include "trainer/network/word_vectors/touched_rows.h"

namespace elman {

class Glove : public Model {
 public:
  // `counts` of words by id, 0 of what is no word. The parameters are "embedding" and "output"
  // [ids, size], of w and c, and "bias" and "output_bias" [ids, 1], of b and d.
  Glove(const ModelSpec& spec, std::span<const uint64_t> counts);

  void UseValues(const float* values) override { values_ = values; }
  int64_t carry_states() const override { return 0; }
  int64_t carry_width() const override { return 0; }
  void Begin(int64_t, float*) override {}
  void Touch(const Batch& batch, BlockSet* touched) const override;

  // Reads pairs of batch.inputs and batch.targets with batch.weights. Targets of the sums are pairs
  // in one order: two for most pairs.
  LossSums Train(const Batch& batch, const Pass& pass, float* carry, float* gradients,
                 Workspace* workspace) override;

  // The loss of every pair in both orders, without words that are drawn.
  void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                Workspace* workspace) override;

 private:
  // Terms of the loss, each of a word and a context.
  struct Terms {
    std::vector<RowPair> pairs;
    std::vector<float> weights;  // f or q
    std::vector<float> logs;     // of x; x0 has none
    std::vector<float> slopes;   // z, then the derivative of the loss by it
    std::vector<float> losses;
    void Clear();
  };
  void AddPair(const Batch& batch, int64_t element);
  void DrawFor(int32_t word, std::span<const uint32_t> random);
  void ComputeProducts(Terms* terms) const;
  void RunSeen();
  void RunDrawn();
  void AddGradients(const Terms& terms, float* gradients) const;

  const WordVectorSpec spec_;
  Parameter vectors_[2], biases_[2];  // w and c, b and d
  std::optional<AliasTable> draws_;
  std::vector<float> frequency_;  // e(i, n) is the product of those of i and n
  const float* values_ = nullptr;

  // Some terms at a time; kept for their memory.
  Terms seen_, drawn_;
  std::vector<uint32_t> random_;
  TouchedRows touched_[2];  // by the last pass: words, and contexts
};

}  // namespace elman
