// Initializes the states of a decoder from the final states of an encoder (Sutskever, Vinyals and
// Le, 2014; Cho et al., 2014).
//
// Layers are matched from the top. The state s of an encoder layer, with both directions
// concatenated, is copied to its counterpart if the sizes agree; otherwise the counterpart gets
// tanh(s W). This holds for h and, if the cell has one, for c.
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
  // `to` has the same cell as `from` and one direction. Layers of `to` without a counterpart use
  // the lowest layer of `from`.
  Bridge(const std::string& name, const RnnStackShape& from, const RnnStackShape& to,
         const Initializer& initializer, ParameterTable* table);

  // What Backward needs from Forward; memory of the workspace.
  struct Tape {
    struct State {
      Matrix input, output;
    };
    std::vector<State> states;
  };

  // `from` and `to` are arrays of states as in RnnStack. Both have the same sequences, in the order
  // of their layouts.
  void Forward(const float* values, const SequenceLayout& from_layout, const float* from,
               const SequenceLayout& to_layout, float* to, Tape* tape, Workspace* workspace) const;

  // Computes the gradient of `from`, which is overwritten, from that of `to`. Adds to `gradients`.
  void Backward(const float* values, const SequenceLayout& from_layout, float* d_from,
                const SequenceLayout& to_layout, const float* d_to, const Tape& tape,
                float* gradients, Workspace* workspace) const;

 private:
  // Returns the number of the `from` state (first direction) that initializes state `number` of
  // `to`.
  int Counterpart(int number) const;

  const RnnStackShape from_, to_;
  const int states_of_layer_;      // per direction
  std::vector<TanhLayer> layers_;  // for each state of `to`; empty if sizes agree
};

}  // namespace elman
