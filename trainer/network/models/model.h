// A model: parameters, and a training pass over one lane's batch. It knows nothing of ranks,
// optimizers or files.
#pragma once

#include <cstdint>
#include <span>

#include "data/batches/batch.h"
#include "trainer/network/math/block_set.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/network/parameters/pass.h"

namespace elman {

// Results that add up over batches, lanes and steps.
struct LossSums {
  double loss = 0;  // nats, over all targets
  int64_t targets = 0;
  int64_t positions = 0;  // time steps of sequences
  int64_t computed = 0;   // the same with padding
  // What the forward pass multiplied of it, padding aside, in matrix products; going back takes
  // twice as many.
  int64_t multiplications = 0;
  // Tokens of text that the batches train on: of tagging and classification, those that are read;
  // of other tasks, their targets, of which word vectors predict several for each.
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

// Not for concurrent use.
class Model {
 public:
  virtual ~Model() = default;

  const ParameterTable& parameters() const { return parameters_; }

  // Names the parameter values, an array of parameters().size(), that the following passes use.
  // They must stay; call again after every change.
  virtual void UseValues(const float* values) = 0;

  // The state carried from one batch to the next, for a lane of `rows` sequences: carry_states()
  // matrices [rows, carry_width()], one after another.
  virtual int64_t carry_states() const = 0;
  virtual int64_t carry_width() const = 0;
  int64_t carry_size(int64_t rows) const { return carry_states() * rows * carry_width(); }

  // The state before the first batch, outside training.
  virtual void Begin(int64_t rows, float* carry) = 0;

  // Adds the blocks of a flat array in which Train adds to gradients of sparse parameters, or, if
  // that is not known before, has added: it is called after Train, with the same batch.
  virtual void Touch(const Batch& batch, BlockSet* touched) const = 0;

  // The part of the gradients in a row of a sparse parameter that a step over so many tokens of all
  // lanes is expected to add to. For shares of work only: nothing of the result depends on it.
  virtual double ExpectedUse(const Parameter& /*parameter*/, int64_t /*row*/,
                             double /*tokens*/) const {
    return 1.0 / 16;
  }

  // One pass forward and backward through time. Adds the gradient of the summed loss to
  // `gradients`, an array of parameters().size(), and moves `carry` to the end of the batch. A
  // batch that starts an epoch does not depend on the carry.
  virtual LossSums Train(const Batch& batch, const Pass& pass, float* carry, float* gradients,
                         Workspace* workspace) = 0;

  // The loss of every target of the batch, laid out like batch.targets, without dropout; 0 where
  // there is none.
  virtual void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                        Workspace* workspace) = 0;

  // The number of predictions that the losses of Evaluate are of: it is called after Evaluate, with
  // the same batch.
  virtual int64_t Predictions(const Batch& batch) const { return batch.target_count; }

  // The model as what its task makes it, for what it does besides training and evaluation. Callers
  // know the task: a model that is no such thing fails a CHECK.
  virtual Classifier* AsClassifier();
  virtual Labeler* AsLabeler();
  virtual LanguageModel* AsLanguageModel();
  virtual Translator* AsTranslator();

 protected:
  ParameterTable parameters_;
};

}  // namespace elman
