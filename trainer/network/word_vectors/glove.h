// GloVe (Pennington, Socher and Manning, 2014): word vectors whose dot products approximate the
// logarithms of co-occurrence counts.
//
// Let w(i) and c(i) be the two vectors of word i, b(i) and d(i) its two biases, x(i, j) the weight
// of a pair (data/cooccurrences), and z(i, j) = w(i) . c(j) + b(i) + d(j). The loss of a pair is
// the sum of the losses of both orders; a pair of equal words has one order:
//
//   1/2 f(x) (z(i, j) - log x)^2 + 1/2 f(x) (z(j, i) - log x)^2,  f(x) = min(1, (x / x_max)^alpha)
//
// Unseen pairs have no x. If WordVectorSpec.zeros is set, that number of words n is drawn for the
// first word i of each order of a pair, with the loss
//
//   q(i, n) log(1 + exp(z(i, n) - log x0)),  q(i, n) = exp(-e(i, n))
//
// which is a soft upper bound of z (Shazeer et al., 2016, "Swivel"). e(i, n) is the expected weight
// of the pair if the words were in random order, so the factor q is about the probability that the
// pair is unseen by chance.
//
// The resulting vector of a word is w(i) + c(i). A pass computes the gradients of all its pairs at
// the values at its start, so the sum does not depend on the lanes.
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
  // `counts` of words by id; 0 for ids that are not words. The parameters are "embedding" and
  // "output" [ids, size] for w and c, and "bias" and "output_bias" [ids, 1] for b and d.
  Glove(const ModelSpec& spec, std::span<const uint64_t> counts);

  void UseValues(const float* values) override { values_ = values; }
  int64_t carry_states() const override { return 0; }
  int64_t carry_width() const override { return 0; }
  void Begin(int64_t, float*) override {}
  void Touch(const Batch& batch, BlockSet* touched) const override;

  // Reads pairs of batch.inputs and batch.targets with batch.weights. Targets in the sums are pairs
  // in one order: two for most pairs.
  LossSums Train(const Batch& batch, const Pass& pass, float* carry, float* gradients,
                 Workspace* workspace) override;

  // Writes the loss of every pair, both orders added, without drawn words.
  void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                Workspace* workspace) override;

  // Adds both vectors of the word.
  void AddWordVector(int64_t word, std::span<float> vector) const override;

 private:
  // Terms of the loss; each has a word and a context.
  struct Terms {
    std::vector<RowPair> pairs;
    std::vector<float> weights;  // f or q
    std::vector<float> logs;     // of x; not used for x0
    std::vector<float> slopes;   // first z, then the derivative of the loss with respect to z
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
  std::vector<float> frequency_;  // e(i, n) = frequency_[i] * frequency_[n]
  const float* values_ = nullptr;

  // A block of terms; members, so that their memory is reused.
  Terms seen_, drawn_;
  std::vector<uint32_t> random_;
  TouchedRows touched_[2];  // by the last pass: words, contexts
};

}  // namespace elman
