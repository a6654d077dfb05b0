// Skip-gram and CBOW (Mikolov et al., 2013): word vectors that predict the words around a word, or
// it from them, by negative sampling or in a hierarchical softmax.
//
// A row of tokens is trained on a block of some words at a time. With x(i) the vector of word i of
// a block or, in CBOW, the mean over its window, y(j) the output vectors of what is to be
// predicted, N the block's negatives [shared, size] and P the pairs (i, j),
//
//   loss = sum over P of -log s(x(i) . y(j)) - sum over i of w(i) sum over n of log s(-x(i) . N(n))
//
// with the logistic function s and w(i) = negatives * (pairs of i) / shared. The second sum is
// three products of matrices, forward and backward; the first has few terms and is taken pair by
// pair. A draw that is the very word to be predicted counts as any other. In a hierarchical softmax
// there is only the first sum, over the nodes of paths.
//
// Each block sees what the blocks before it in the same pass have changed (Pass::rate): a lane
// trains as one process of word2vec would, however much it reads in a step. Without a rate the
// gradients are those of the values that the pass began with.
//
// What lanes have changed is added up. That is right of a row that few of them have changed a
// little. A row that is in hand all the time has in every lane gone most of the way to where the
// text pulls it, and as many ways added up would lead far beyond: these are averaged. In between, a
// row that has moved the part m of its way is added up with the weight 1 / (1 + (lanes - 1) m),
// where m = 1 - exp(-kPull * rate * terms) and `terms` is how many terms of the loss the row is
// expected to have in what a lane reads.
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
  // `counts` of words by id, 0 of what is no word; there are at least two words. Lines end in
  // end_id. The parameters are "embedding" [ids, size] and "output" [ids, or inner nodes, size].
  WordVectors(const ModelSpec& spec, std::span<const uint64_t> counts, int32_t end_id);

  void UseValues(const float* values) override { values_ = values; }
  int64_t carry_states() const override { return 0; }
  int64_t carry_width() const override { return 0; }
  void Begin(int64_t, float*) override {}
  void Touch(const Batch& batch, BlockSet* touched) const override;
  double ExpectedUse(const Parameter& parameter, int64_t row, double tokens) const override;

  // Reads batch.targets, each column by itself. Targets are the words that were predicted.
  LossSums Train(const Batch& batch, const Pass& pass, float* carry, float* gradients,
                 Workspace* workspace) override;

  // The loss of each word over its window, of random numbers that are the same for all models.
  void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                Workspace* workspace) override;
  // Of words around a word, or of it from them.
  int64_t Predictions(const Batch& /*batch*/) const override { return predictions_; }

 private:
  // The words [first, last) of windows_ and what they are trained on.
  struct Block {
    int64_t first = 0, last = 0;
    int64_t number = 0;  // in the row
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

  // Of the row and the block in hand; kept for their memory.
  std::vector<int32_t> tokens_;
  WordWindows windows_;
  Workspace space_;
  std::vector<int32_t> inputs_, outputs_, drawn_;  // rows of the tables
  std::vector<RowPair> means_;                     // of CBOW: (word, input), with what it counts
  std::vector<float> mean_factors_;
  std::vector<RowPair> pairs_;  // (word, output)
  std::vector<float> labels_, scores_, pair_losses_;
  std::vector<int32_t> predicted_;     // how many words each predicts
  std::vector<double> losses_;         // of each
  int64_t predictions_ = 0;            // of the last Evaluate
  std::vector<size_t> output_begins_;  // of each word to be predicted, among outputs_
  std::vector<float> turns_;           // of each of outputs_, in a tree
  std::vector<uint32_t> random_;
  TouchedRows touched_inputs_, touched_outputs_;  // of the last pass
  // Terms of the loss that each row of the tables is expected to have, for every word read; and
  // how often it is expected to be in hand.
  std::vector<float> input_terms_, output_terms_, input_uses_, output_uses_;
};

}  // namespace elman
