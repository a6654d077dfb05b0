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

  Attention(const std::string& name, Kind kind, int64_t query_size, int64_t memory_size,
            const Initializer& initializer, ParameterTable* table);

  struct Memory {
    ConstMatrix values;  // [words, memory_size]
    ConstMatrix keys;    // what a query is compared with [words, query_size]
    Begins begins;
  };

  // The memory of `values`, which must stay, as must `begins`; keys are in the workspace.
  Memory Remember(const float* parameters, ConstMatrix values, Begins begins,
                  Workspace* workspace) const;

  // What Forward leaves for Backward; memory of the workspace.
  struct Tape {
    ConstMatrix queries;  // as they are compared with keys
    // a, sentence by sentence, of each a matrix [queries, words].
    float* weights = nullptr;
  };

  // queries [queries, query_size] to context [queries, memory_size].
  void Forward(const float* parameters, const Memory& memory, ConstMatrix queries,
               Begins query_begins, Matrix context, Tape* tape, Workspace* workspace) const;

  // From the gradient of `context` to those of the queries and of memory.values, which are
  // overwritten; adds to `gradients`.
  void Backward(const float* parameters, const Memory& memory, ConstMatrix queries,
                Begins query_begins, ConstMatrix d_context, const Tape& tape, Matrix d_queries,
                Matrix d_values, float* gradients, Workspace* workspace) const;

 private:
  struct Sentence;
  // The part of everything that belongs to one sentence after another.
  template <typename Visit>
  static void ForEachSentence(const Memory& memory, Begins query_begins, const Tape& tape,
                              const Visit& visit);
  void Score(const float* parameters, const Sentence& sentence, Matrix hidden) const;
  void ScoreBackward(const float* parameters, const Sentence& sentence, ConstMatrix d_scores,
                     Matrix d_queries, Matrix d_keys, float* d_direction, Matrix hidden) const;

  const Kind kind_;
  const int64_t query_size_, memory_size_;
  std::optional<Linear> of_memory_;     // W or W_m [memory_size, query_size]
  std::optional<Linear> of_query_;      // W_q [query_size, query_size]
  std::optional<Parameter> direction_;  // v [1, query_size]
};

// How many weights there are.
int64_t AttentionWeights(Attention::Begins words, Attention::Begins queries);

}  // namespace elman
