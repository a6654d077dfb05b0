// Global attention (Luong, Pham and Manning, 2015): of a memory, one vector m(s) for every word of
// a sentence, the mean by weights that a query q, the state of a decoder, gives them.
//
//   a(s) = softmax over s of score(q, m(s)),   context = sum of a(s) m(s)
//   dot      score = q . m            sizes must agree
//   general  score = q . (m W)
//   concat   score = v . tanh(q W_q + m W_m)     also Bahdanau, Cho and Bengio, 2015
//
// Rows of memory and of queries come sentence by sentence (RowsBySequence): nothing is padded, and
// a query never sees the words of another sentence.
//
// The weights of a sentence are a matrix [queries, words], which of two long texts is larger than
// everything else. So they are computed for a chunk of queries at a time, and only as many as
// Limits allows are kept from Forward to Backward; Backward computes the others once more, in the
// same chunks and therefore with the same bits.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "trainer/network/layers/linear.h"
#include "trainer/network/math/matrix.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/parameters/parameters.h"

namespace elman {

class Attention {
 public:
  enum class Kind { kDot, kGeneral, kConcat };

  // The rows of sentence b are [begins[b], begins[b + 1]).
  using Begins = std::span<const int64_t>;

  // What bounds the memory of one pass, in numbers of weights (4 bytes each).
  struct Limits {
    // Of the queries of a sentence that are compared at a time; at least one is. A sentence with no
    // more weights, such as one of 1,024 words translated to as many, is computed at once.
    int64_t chunk = int64_t{1} << 20;
    // Kept for Backward, sentence by sentence as far as they fit. It changes no bit.
    int64_t kept = int64_t{1} << 24;
  };

  Attention(const std::string& name, Kind kind, int64_t query_size, int64_t memory_size,
            const Initializer& initializer, ParameterTable* table)
      : Attention(name, kind, query_size, memory_size, initializer, table, Limits()) {}
  Attention(const std::string& name, Kind kind, int64_t query_size, int64_t memory_size,
            const Initializer& initializer, ParameterTable* table, Limits limits);

  struct Memory {
    ConstMatrix values;  // [words, memory_size]
    ConstMatrix keys;    // what a query is compared with [words, query_size]
    Begins begins;
  };

  // The memory of `values`, which must stay, as must `begins`; keys are in the workspace.
  Memory Remember(const float* parameters, ConstMatrix values, Begins begins,
                  Workspace* workspace) const;

  // Which weights stay in the tape.
  enum class Keep { kNone, kForBackward, kAll };

  // What Forward leaves for Backward; memory of the workspace.
  struct Tape {
    ConstMatrix queries;  // as they are compared with keys
    // a, sentence by sentence, of each that is kept a matrix [queries, words].
    float* weights = nullptr;
  };

  // queries [queries, query_size] to context [queries, memory_size].
  void Forward(const float* parameters, const Memory& memory, ConstMatrix queries,
               Begins query_begins, Matrix context, Keep keep, Tape* tape,
               Workspace* workspace) const;

  // From the gradient of `context` to those of the queries and of memory.values, which are
  // overwritten; adds to `gradients`. The tape is one of Keep::kForBackward.
  void Backward(const float* parameters, const Memory& memory, ConstMatrix queries,
                Begins query_begins, ConstMatrix d_context, const Tape& tape, Matrix d_queries,
                Matrix d_values, float* gradients, Workspace* workspace) const;

 private:
  struct Chunk;
  // The part of everything that belongs to one chunk after another. `scratch` has room for the
  // weights of the largest chunk; those of the first `kept` weights are in tape.weights.
  template <typename Visit>
  void ForEachChunk(const Memory& memory, Begins query_begins, const Tape& tape, int64_t kept,
                    float* scratch, const Visit& visit) const;
  int64_t LargestChunk(Begins words, Begins queries) const;
  void Weigh(const float* parameters, const Chunk& chunk, Matrix hidden) const;
  void Score(const float* parameters, const Chunk& chunk, Matrix hidden) const;
  void ScoreBackward(const float* parameters, const Chunk& chunk, ConstMatrix d_scores,
                     Matrix d_queries, Matrix d_keys, float* d_direction, Matrix hidden) const;

  const Kind kind_;
  const int64_t query_size_, memory_size_;
  const Limits limits_;
  std::optional<Linear> of_memory_;     // W or W_m [memory_size, query_size]
  std::optional<Linear> of_query_;      // W_q [query_size, query_size]
  std::optional<Parameter> direction_;  // v [1, query_size]
};

// How many weights there are, kept or not.
int64_t AttentionWeights(Attention::Begins words, Attention::Begins queries);

}  // namespace elman
