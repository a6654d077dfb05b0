// Skip-gram and CBOW (Mikolov et al., 2013): word vectors that predict the words around a word, or
// a word from the words around it, with negative sampling or a hierarchical softmax.
//
// A row of tokens is processed in blocks of words. Let x(i) be the vector of word i of a block (for
// CBOW the mean over its window), y(j) the output vectors of the predicted words, N the block's
// negatives [shared, size], and P the pairs (i, j):
//   loss = sum over P of -log s(x(i) . y(j)) - sum over i of w(i) sum over n of log s(-x(i) . N(n))
//
// where s is the logistic function and w(i) = negatives * (pairs of i) / shared. The second sum is
// three matrix products, forward and backward; the first has few terms and is computed pair by
// pair. A negative that equals the predicted word is not removed. A hierarchical softmax has only
// the first sum, over the nodes of the paths.
//
// Each block uses values that include the changes by earlier blocks of the same pass (Pass::rate):
// a lane trains like one process of word2vec, however much it reads per step. If the rate is 0, all
// gradients are computed at the values at the start of the pass.
//
// The changes of all lanes are added. This is correct for rows that few lanes change a little. But
// a row that every lane changes often has already moved most of the way to its optimum in each
// lane; the sum of such changes would overshoot, so they are averaged. In between, the changes of a
// row that has moved the fraction m of its way have the weight 1 / (1 + (lanes - 1) m), where m = 1
// - exp(-kPull * rate * terms) and `terms` is the expected number of loss terms of the row in what
// a lane reads per step.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "proto/model.pb.h"
#include "trainer/network/math/row_products.h"
#include "trainer/network/models/model.h"
#include "trainer/network/word_vectors/alias_table.h"
#include "trainer/network/word_vectors/huffman_code.h"
#include "trainer/network/word_vectors/touched_rows.h"
#include "trainer/network/word_vectors/word_windows.h"

namespace elman {

class WordVectors : public Model {
 public:
  // `counts` of words by id, 0 for ids that are not words; at least two words. Lines end with
  // end_id. The parameters are "embedding" [ids, size] and "output" [ids, or inner nodes, size].
  WordVectors(const ModelSpec& spec, std::span<const uint64_t> counts, int32_t end_id);

  void UseValues(const float* values) override { values_ = values; }
  int64_t carry_states() const override { return 0; }
  int64_t carry_width() const override { return 0; }
  void Begin(int64_t, float*) override {}
  void Touch(const Batch& batch, BlockSet* touched) const override;
  double ExpectedUse(const Parameter& parameter, int64_t row, double tokens) const override;

  // Reads batch.targets; columns are independent texts. Targets in the sums are the predicted
  // words.
  LossSums Train(const Batch& batch, const Pass& pass, float* carry, float* gradients,
                 Workspace* workspace) override;

  // Writes the loss of each word over its window. The random numbers are the same for all models.
  void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                Workspace* workspace) override;
  // Skip-gram: words around a word. CBOW: words predicted from their context.
  int64_t Predictions(const Batch& /*batch*/) const override { return predictions_; }

  void AddWordVector(int64_t word, std::span<float> vector) const override;

 private:
  // The words [first, last) of windows_, which are processed together.
  struct Block {
    int64_t first = 0, last = 0;
    int64_t number = 0;  // of the block in the row
    uint32_t row = 0;    // of the global batch
    int64_t size() const { return last - first; }
  };
  void ExpectTerms(std::span<const uint64_t> counts);
  void Weigh(const Pass& pass, int64_t tokens, float* gradients) const;
  LossSums Run(const Batch& batch, const Pass& pass, float* gradients, std::span<double> losses);
  void RunBlock(const Block& block, const Pass& pass, float* gradients);
  void Plan(const Block& block);
  void PlanOutputs(int64_t first, int64_t last);
  void AddPair(int64_t word, int64_t output);
  void Gather(const Parameter& table, const Pass& pass, const float* gradients,
              std::span<const int32_t> rows, Matrix to) const;
  void DrawNegatives(const Block& block, const Pass& pass);
  void RunPairs(ConstMatrix x, ConstMatrix y, Matrix d_x, Matrix d_y);
  void RunNegatives(Matrix x, Matrix n, Matrix d_x, Matrix d_n);
  static void Scatter(ConstMatrix from, const Parameter& table, std::span<const int32_t> rows,
                      float* gradients, TouchedRows* touched);
  Matrix Take(int64_t rows) { return space_.Take(rows, padded_size_); }
  Matrix Zeros(int64_t rows);

  const WordVectorSpec spec_;
  const int64_t size_, padded_size_;
  int64_t block_size_ = 1;
  WindowChooser chooser_;
  std::optional<AliasTable> negatives_;
  std::optional<HuffmanCode> tree_;
  Parameter input_, output_;
  const float* values_ = nullptr;

  // Of the current row and block; members, so that their memory is reused.
  std::vector<int32_t> tokens_;
  WordWindows windows_;
  Workspace space_;
  std::vector<int32_t> inputs_, outputs_, drawn_;  // rows of the tables
  std::vector<RowPair> means_;                     // CBOW: (word, input); weights are mean_factors_
  std::vector<float> mean_factors_;
  std::vector<RowPair> pairs_;  // (word, output)
  std::vector<float> labels_, scores_, pair_losses_;
  std::vector<int32_t> predicted_;     // number of predictions per word
  std::vector<double> losses_;         // of each word
  int64_t predictions_ = 0;            // of the last Evaluate
  std::vector<size_t> output_begins_;  // of each predicted word, in outputs_
  std::vector<float> turns_;           // of each of outputs_, for a tree
  std::vector<uint32_t> random_;
  TouchedRows touched_inputs_, touched_outputs_;  // of the last pass
  // By row of each table: the expected number of loss terms per word read, and the expected number
  // of uses.
  std::vector<float> input_terms_, output_terms_, input_uses_, output_uses_;
};

}  // namespace elman
