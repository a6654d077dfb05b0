// The translation model: an encoder reads the source, and a decoder with attention writes the
// target (Sutskever, Vinyals and Le, 2014; Luong, Pham and Manning, 2015). The attention output is
// not fed back into the decoder, so training runs each layer over whole sequences.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/network/models/model.h"
#include "trainer/network/models/sequence_decoder.h"
#include "trainer/network/models/sequence_encoder.h"
#include "trainer/network/outputs/vocabulary_loss.h"
#include "trainer/network/parameters/rows_by_sequence.h"
#include "trainer/network/recurrent/bridge.h"

namespace elman {

class Translator : public Model {
 public:
  // Reads source ids below `source_vocabulary` and target ids below `target_vocabulary`, and
  // predicts target ids below `predicted`. Shared embeddings require equal vocabularies.
  Translator(const ModelSpec& spec, int64_t source_vocabulary, int64_t target_vocabulary,
             int64_t predicted);

  int64_t carry_states() const override { return 0; }  // pairs are independent
  int64_t carry_width() const override { return 0; }
  void Begin(int64_t, float*) override {}

  void UseValues(const float* values) override;
  void Touch(const Batch& batch, BlockSet* touched) const override;
  LossSums Train(const Batch& batch, const Pass& pass, float* carry, float* gradients,
                 Workspace* workspace) override;
  void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                Workspace* workspace) override;

  Translator* AsTranslator() override { return this; }

  // Encoded sources, ready to be translated; all memory is in the workspace.
  struct Sources {
    Attention::Memory memory;  // one vector per word, ordered by source
    float* state = nullptr;    // the decoder's initial states, decoder_states() matrices
  };

  // Encodes inputs and lengths of the batch. The result refers to the model, which must not read
  // another batch while the result is in use.
  Sources Read(const Batch& batch, Workspace* workspace);

  // The state of hypotheses: decoder_states() matrices [hypotheses, decoder_size()].
  int decoder_states() const { return decoder_.states(); }
  int64_t decoder_size() const { return decoder_.hidden_size(); }

  // Extends each hypothesis by one step. The hypotheses of source b are the rows [begins[b],
  // begins[b + 1]). Reads their last words, updates `state`, and returns the logits of the next
  // words, [hypotheses, predicted]. Unless it is null, `*weights` is set to the attention weights,
  // one matrix [hypotheses, words] per source, in the workspace, or to null if there is no
  // attention.
  void Predict(const Sources& sources, std::span<const int32_t> tokens,
               std::span<const int64_t> begins, float* state, Matrix logits, const float** weights,
               Workspace* workspace);

  int64_t predicted() const { return output_.vocabulary(); }

 private:
  double TrainOutput(const Pass& pass, ConstMatrix hidden, Matrix d_hidden, float* gradients,
                     Workspace* workspace);
  VocabularyLoss MakeOutput(const ModelSpec& spec, int64_t predicted);
  Attention::Memory Remember(ConstMatrix encoded, Workspace* workspace);
  // Returns the decoder's initial state, for sequences in the order of `layout`.
  float* BeginState(const SequenceLayout& layout, Workspace* workspace);
  int64_t StateSize(const SequenceLayout& layout) const {
    return decoder_.states() * layout.batch() * decoder_.hidden_size();
  }

  SequenceEncoder encoder_;
  Bridge bridge_;
  SequenceDecoder decoder_;
  VocabularyLoss output_;
  const float* values_ = nullptr;
  // Of the current batch; members, so that their memory is reused.
  RowsBySequence source_rows_;
  Bridge::Tape bridge_tape_;
  std::vector<int32_t> targets_;
  std::vector<double> losses_;
};

}  // namespace elman
