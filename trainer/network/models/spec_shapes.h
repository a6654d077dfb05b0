// What a ModelSpec means for the layers that models are made of.
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

// The probability at one of the three places of dropout: its own, or that of all.
float DropoutAt(float place, const ModelSpec& spec);

Initializer WeightInitializer(const InitializerSpec& spec);

// What gives the layers of `shape` their input: the table of vectors `embedding` or, of ONE_HOT,
// the first layer's `input_weights`; names begin with `prefix`. A `tied` table is an output layer's
// too.
Embedding MakeEmbedding(const std::string& prefix, const ModelSpec& spec,
                        const RnnStackShape& shape, int64_t vocabulary, bool tied,
                        ParameterTable* table);

// Where the state that a language model carries begins anew.
TextUnit TextUnitOf(const ModelSpec& spec);

// Numbers of the vectors that it reads with tokens; 0: it reads none.
int FeatureSize(const ModelSpec& spec);

// Whether a model of the task is one of GloVe, which learns from counted pairs of words
// (COOCCURRENCE) in the place of text. Inline, so that elman-inspect links no network for it.
inline bool IsGlove(Task task, const ModelSpec& spec) {
  return task == EMBEDDING && spec.word_vectors().method() == WordVectorSpec::GLOVE;
}

// The recurrent layers, which read what TokenInput gives.
RnnStackShape StackShape(const ModelSpec& spec);

// What stands in their place for a fixed window.
WindowShape WindowShapeOf(const ModelSpec& spec);

// Those of a translator's decoder, which begin in states that they are given.
RnnStackShape DecoderShape(const ModelSpec& spec);

}  // namespace elman
