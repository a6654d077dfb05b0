// The language model: P(next token | previous tokens). With x(t) the embedding of token t, dropout
// D, context layers R (recurrent, or with a fixed window of tokens), and a projection to the
// vocabulary:
//
//   y(t) = softmax(W D(R(D(x(1)), ..., D(x(t)))) + b)        (Bengio et al., 2003; Mikolov et al.,
//   2010; Zaremba et al., 2014)
//
// W is a parameter or, with tied embeddings, the embedding table, after a linear layer if the sizes
// differ.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "proto/model.pb.h"
#include "trainer/network/layers/dropout.h"
#include "trainer/network/layers/linear.h"
#include "trainer/network/models/model.h"
#include "trainer/network/models/token_input.h"
#include "trainer/network/outputs/vocabulary_loss.h"
#include "trainer/network/recurrent/context_layers.h"

namespace elman {

class LanguageModel : public Model {
 public:
  // Reads ids below `vocabulary` and predicts ids below `predicted`.
  LanguageModel(const ModelSpec& spec, int64_t vocabulary, int64_t predicted);

  void UseValues(const float* values) override;
  int64_t carry_states() const override { return context_->carry_states(); }
  int64_t carry_width() const override { return context_->carry_width(); }
  void Begin(int64_t rows, float* carry) override;
  void Touch(const Batch& batch, BlockSet* touched) const override;
  LossSums Train(const Batch& batch, const Pass& pass, float* carry, float* gradients,
                 Workspace* workspace) override;
  void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                Workspace* workspace) override;

  LanguageModel* AsLanguageModel() override { return this; }

  // One time step of text generation, for models without input features. Reads one token per row
  // and returns the input of Logits, in the workspace.
  ConstMatrix Read(std::span<const int32_t> tokens, float* carry, Workspace* workspace);
  // Writes the logits of the next token of each row, [rows, predicted].
  void Logits(ConstMatrix output, Matrix logits) const;

  int64_t predicted() const { return output_.vocabulary(); }

 private:
  VocabularyLoss MakeOutput(const ModelSpec& spec, int64_t predicted);
  // Chooses where the carried state is reset: where the batch requests it, and at random at its
  // start.
  void ChooseRestarts(const Batch& batch, const Pass& pass);
  ConstMatrix Project(ConstMatrix hidden, Workspace* workspace) const;
  ConstMatrix Infer(int64_t steps, int64_t rows, std::span<const int32_t> inputs,
                    std::span<const float> features, std::span<const int32_t> restarts,
                    float* carry, Workspace* workspace);
  Matrix TrainOutput(const Batch& batch, const Pass& pass, ConstMatrix hidden, double* loss,
                     float* gradients, Workspace* workspace);

  const float reset_probability_;
  const float activation_regularization_;
  const float temporal_activation_regularization_;
  TokenInput input_;
  std::unique_ptr<ContextLayers> context_;
  Dropout output_dropout_;
  std::optional<Linear>
      projection_;  // from context to embedding size, if tied embeddings have another size
  VocabularyLoss output_;
  const int64_t multiplications_;  // per row
  // Of the current batch; members, so that their memory is reused.
  SequenceLayout layout_;
  // The tokens whose vectors the last training pass read.
  std::span<const int32_t> read_;
  std::vector<int32_t> restarts_;
  const float* values_ = nullptr;
};

}  // namespace elman
