// Interface of all models: parameters, and a training pass over the batch of one lane. A model does
// not depend on ranks, optimizers or files.
#pragma once

#include <cstdint>
#include <span>

#include "data/batches/batch.h"
#include "trainer/network/math/block_set.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/network/parameters/pass.h"

namespace elman {

// Results of passes, which are added over batches, lanes and steps.
struct LossSums {
  double loss = 0;  // nats, summed over all targets
  int64_t targets = 0;
  int64_t positions = 0;  // time steps of sequences, without padding
  int64_t computed = 0;   // the same, with padding
  // Multiplications in the matrix products of the forward pass, without padding. The backward pass
  // has twice as many.
  int64_t multiplications = 0;
  // Number of tokens for the speed in tokens/s. Tagging and classification: the tokens that are
  // read. Other tasks: the targets; word vectors have several targets per token.
  int64_t tokens = 0;

  LossSums& operator+=(const LossSums& other) {
    loss += other.loss;
    targets += other.targets;
    positions += other.positions;
    computed += other.computed;
    multiplications += other.multiplications;
    tokens += other.tokens;
    return *this;
  }
};

class Classifier;
class Labeler;
class LanguageModel;
class Translator;

// Not thread-safe.
class Model {
 public:
  virtual ~Model() = default;

  const ParameterTable& parameters() const { return parameters_; }

  // Sets the parameter values of the following passes, an array of parameters().size(). The array
  // must stay valid. Call it again after every change of the values.
  virtual void UseValues(const float* values) = 0;

  // The state that a lane of `rows` sequences carries from one batch to the next: carry_states()
  // consecutive matrices [rows, carry_width()].
  virtual int64_t carry_states() const = 0;
  virtual int64_t carry_width() const = 0;
  int64_t carry_size(int64_t rows) const { return carry_states() * rows * carry_width(); }

  // Fills `carry` with the state before the first batch, outside training.
  virtual void Begin(int64_t rows, float* carry) = 0;

  // Adds the blocks of a flat array in which Train changes gradients of sparse parameters. Called
  // after Train with the same batch, because some models only know the blocks then.
  virtual void Touch(const Batch& batch, BlockSet* touched) const = 0;

  // Returns the estimated probability that a step over `tokens` tokens of all lanes changes a row
  // of a sparse parameter. Used only to divide work between ranks; results do not depend on it.
  virtual double ExpectedUse(const Parameter& /*parameter*/, int64_t /*row*/,
                             double /*tokens*/) const {
    return 1.0 / 16;
  }

  // One forward and backward pass. Adds the gradient of the summed loss to `gradients`, an array of
  // parameters().size(), and advances `carry` to the end of the batch. A batch that starts an epoch
  // ignores the carry.
  virtual LossSums Train(const Batch& batch, const Pass& pass, float* carry, float* gradients,
                         Workspace* workspace) = 0;

  // Writes the loss of every target, in the layout of batch.targets, without dropout; 0 for
  // positions without a target.
  virtual void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                        Workspace* workspace) = 0;

  // Returns the number of predictions that the losses of Evaluate cover. Called after Evaluate with
  // the same batch.
  virtual int64_t Predictions(const Batch& batch) const { return batch.target_count; }

  // Adds the vector of a word to `vector`. Only for models that consist of word vectors; fails a
  // CHECK if the model does not.
  virtual void AddWordVector(int64_t word, std::span<float> vector) const;

  // Casts to the class of the model's task, for task-specific functions. Fails a CHECK if the model
  // belongs to another task.
  virtual Classifier* AsClassifier();
  virtual Labeler* AsLabeler();
  virtual LanguageModel* AsLanguageModel();
  virtual Translator* AsTranslator();

 protected:
  ParameterTable parameters_;
};

}  // namespace elman
