// Derives the shapes and options of layers from a ModelSpec.
#pragma once

#include <cstdint>
#include <string>

#include "data/batches/stream_batcher.h"
#include "proto/dataset.pb.h"
#include "proto/model.pb.h"
#include "trainer/network/layers/embedding.h"
#include "trainer/network/parameters/initializer.h"
#include "trainer/network/parameters/parameters.h"
#include "trainer/network/recurrent/rnn_stack.h"
#include "trainer/network/recurrent/window_context.h"

namespace elman {

// Returns the dropout probability of one of the three places: `place` if it is set, otherwise the
// common one.
float DropoutAt(float place, const ModelSpec& spec);

// Returns the initializer of weight matrices.
Initializer WeightInitializer(const InitializerSpec& spec);

// Makes the input layer for the layers of `shape`: the table `embedding`, or for ONE_HOT the first
// layer's `input_weights`. Parameter names begin with `prefix`. `tied`: an output layer also uses
// the table.
Embedding MakeEmbedding(const std::string& prefix, const ModelSpec& spec,
                        const RnnStackShape& shape, int64_t vocabulary, bool tied,
                        ParameterTable* table);

// The unit of text after which a language model resets its carried state.
TextUnit TextUnitOf(const ModelSpec& spec);

// Size of the input features per token; 0 if the model reads none.
int FeatureSize(const ModelSpec& spec);

// Returns whether the model is GloVe, which is trained on counted word pairs (COOCCURRENCE) instead
// of text. Inline, so that elman-inspect need not link the network code.
inline bool IsGlove(Task task, const ModelSpec& spec) {
  return task == EMBEDDING && spec.word_vectors().method() == WordVectorSpec::GLOVE;
}

// The recurrent layers on top of TokenInput.
RnnStackShape StackShape(const ModelSpec& spec);

// The layers of a fixed-window model, which replace the recurrent layers.
WindowShape WindowShapeOf(const ModelSpec& spec);

// The recurrent layers of a translator's decoder, whose initial states are inputs.
RnnStackShape DecoderShape(const ModelSpec& spec);

}  // namespace elman
