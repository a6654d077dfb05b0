// From the states in which recurrent layers leave a sequence to those in which other layers begin
// another: of an encoder, to a decoder (Sutskever, Vinyals and Le, 2014; Cho et al., 2014).
//
// The uppermost layers meet. A layer gets what its counterpart has, both directions side by side,
// as it is where sizes agree, otherwise tanh(s W), for h and, where cells have one, for c.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trainer/network/layers/tanh_layer.h"
#include "trainer/network/math/matrix.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/sequence_layout.h"
#include "trainer/network/recurrent/rnn_stack.h"

namespace elman {

class Bridge {
 public:
  // `to`, of the same cell, reads in one direction. Layers of it that have no counterpart take the
  // lowest of the others.
  Bridge(const std::string& name, const RnnStackShape& from, const RnnStackShape& to,
         const Initializer& initializer, ParameterTable* table);

  // What Forward leaves for Backward; memory of the workspace.
  struct Tape {
    struct State {
      Matrix input, output;
    };
    std::vector<State> states;
  };

  // Arrays of states as RnnStack has them, of the same sequences in the order of each layout.
  void Forward(const float* values, const SequenceLayout& from_layout, const float* from,
               const SequenceLayout& to_layout, float* to, Tape* tape, Workspace* workspace) const;

  // From the gradient of `to` to that of `from`, which is overwritten; adds to `gradients`.
  void Backward(const float* values, const SequenceLayout& from_layout, float* d_from,
                const SequenceLayout& to_layout, const float* d_to, const Tape& tape,
                float* gradients, Workspace* workspace) const;

 private:
  // The number of the state, of the first direction, that state `number` of `to` is made of.
  int Counterpart(int number) const;

  const RnnStackShape from_, to_;
  const int states_of_layer_;      // in one direction
  std::vector<TanhLayer> layers_;  // for each state of `to`, or none at all
};

}  // namespace elman
