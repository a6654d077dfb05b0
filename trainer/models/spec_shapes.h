// What a ModelSpec means for the layers that models are made of.
#pragma once

#include "proto/model.pb.h"
#include "trainer/nn/initializer.h"
#include "trainer/nn/rnn_stack.h"

namespace elman {

// The probability at one of the three places of dropout: its own, or that of all.
float DropoutAt(float place, const ModelSpec& spec);

Initializer WeightInitializer(const InitializerSpec& spec);

// The recurrent layers, which read embeddings.
RnnStackShape StackShape(const ModelSpec& spec);

// Those of a translator's decoder, which begin in states that they are given.
RnnStackShape DecoderShape(const ModelSpec& spec);

}  // namespace elman
