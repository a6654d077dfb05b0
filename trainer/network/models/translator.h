// A sequence to another of its own length: an encoder reads the source, a decoder that attends to
// it writes the target (Sutskever, Vinyals and Le, 2014; Luong, Pham and Manning, 2015). What is
// attended with is not fed back, so that training runs each layer over whole sequences.
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
  // Reads ids below `source_vocabulary`, and of its own writing below `target_vocabulary`, of which
  // the first `predicted` can be written. Shared embeddings want the same vocabulary twice.
  Translator(const ModelSpec& spec, int64_t source_vocabulary, int64_t target_vocabulary,
             int64_t predicted);

  int64_t carry_states() const override { return 0; }  // every pair is one by itself
  int64_t carry_width() const override { return 0; }
  void Begin(int64_t, float*) override {}

  void UseValues(const float* values) override;
  void Touch(const Batch& batch, BlockSet* touched) const override;
  LossSums Train(const Batch& batch, const Pass& pass, float* carry, float* gradients,
                 Workspace* workspace) override;
  void Evaluate(const Batch& batch, float* carry, std::span<double> losses,
                Workspace* workspace) override;

  Translator* AsTranslator() override { return this; }

  // Sources that have been read, ready to be translated; all of it in the workspace.
  struct Sources {
    Attention::Memory memory;  // word by word, source after source
    float* state = nullptr;    // a decoder's before its first word, as decoder_states() says
  };

  // Reads inputs and lengths of the batch. What it gives refers to the model, which must not read
  // another batch while it is used.
  Sources Read(const Batch& batch, Workspace* workspace);

  // The state of hypotheses: decoder_states() matrices [hypotheses, decoder_size()].
  int decoder_states() const { return decoder_.states(); }
  int64_t decoder_size() const { return decoder_.hidden_size(); }

  // One word more of each hypothesis: those of source b are the rows [begins[b], begins[b + 1]).
  // Reads their last words, moves `state` on, and gives the logits of the next, [hypotheses,
  // predicted]. Unless null, `*weights` is set to how they attend: of source after source a matrix
  // [hypotheses, words], in the workspace; null where there is no attention.
  void Predict(const Sources& sources, std::span<const int32_t> tokens,
               std::span<const int64_t> begins, float* state, Matrix logits, const float** weights,
               Workspace* workspace);

  int64_t predicted() const { return output_.vocabulary(); }

 private:
  double TrainOutput(const Pass& pass, ConstMatrix hidden, Matrix d_hidden, float* gradients,
                     Workspace* workspace);
  VocabularyLoss MakeOutput(const ModelSpec& spec, int64_t predicted);
  Attention::Memory Remember(ConstMatrix encoded, Workspace* workspace);
  // The decoder's state before its first word, for sequences in the order of `layout`.
  float* BeginState(const SequenceLayout& layout, Workspace* workspace);
  int64_t StateSize(const SequenceLayout& layout) const {
    return decoder_.states() * layout.batch() * decoder_.hidden_size();
  }

  SequenceEncoder encoder_;
  Bridge bridge_;
  SequenceDecoder decoder_;
  VocabularyLoss output_;
  const float* values_ = nullptr;
  // Of the batch in hand; kept for their memory.
  RowsBySequence source_rows_;
  Bridge::Tape bridge_tape_;
  std::vector<int32_t> targets_;
  std::vector<double> losses_;
};

}  // namespace elman
