// Global attention (Luong, Pham and Manning, 2015). The memory has one vector m(s) per word of a
// sentence; the context of a query q (a decoder state) is their weighted mean.
//
//   a(s) = softmax over s of score(q, m(s)),   context = sum of a(s) m(s)
//   dot      score = q . m            sizes must agree
//   general  score = q . (m W)
//   concat   score = v . tanh(q W_q + m W_m)     also Bahdanau, Cho and Bengio, 2015
//
// Rows of memory and of queries are ordered by sentence (RowsBySequence). There is no padding, and
// a query never sees the words of another sentence.
//
// The weights of a sentence are a matrix [queries, words], which for long texts is larger than all
// other arrays. So they are computed for one chunk of queries at a time, and Limits bounds the
// number that is kept from Forward to Backward. Backward recomputes the others in the same chunks,
// with the same bits.
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

  // Limits the memory of one pass, in numbers of weights (4 bytes each).
  struct Limits {
    // Weights per chunk; a chunk has at least one query. A sentence with no more weights than this,
    // such as 1,024 source and 1,024 target words, is one chunk.
    int64_t chunk = int64_t{1} << 20;
    // Weights kept for Backward, as many sentences as fit. The results do not depend on it.
    int64_t kept = int64_t{1} << 24;
  };

  Attention(const std::string& name, Kind kind, int64_t query_size, int64_t memory_size,
            const Initializer& initializer, ParameterTable* table)
      : Attention(name, kind, query_size, memory_size, initializer, table, Limits()) {}
  Attention(const std::string& name, Kind kind, int64_t query_size, int64_t memory_size,
            const Initializer& initializer, ParameterTable* table, Limits limits);

  struct Memory {
    ConstMatrix values;  // [words, memory_size]
    ConstMatrix keys;    // compared with the queries [words, query_size]
    Begins begins;
  };

  // Computes the keys, in the workspace. `values` and `begins` must outlive the result.
  Memory Remember(const float* parameters, ConstMatrix values, Begins begins,
                  Workspace* workspace) const;

  // Which weights are kept in the tape.
  enum class Keep { kNone, kForBackward, kAll };

  // What Backward needs from Forward; memory of the workspace.
  struct Tape {
    ConstMatrix queries;  // as compared with the keys
    // The kept weights a, sentence by sentence, each a matrix [queries, words].
    float* weights = nullptr;
  };

  // Maps queries [queries, query_size] to context [queries, memory_size].
  void Forward(const float* parameters, const Memory& memory, ConstMatrix queries,
               Begins query_begins, Matrix context, Keep keep, Tape* tape,
               Workspace* workspace) const;

  // Turns the gradient of `context` into those of the queries and of memory.values, which are
  // overwritten; adds to `gradients`. The tape must have been made with Keep::kForBackward.
  void Backward(const float* parameters, const Memory& memory, ConstMatrix queries,
                Begins query_begins, ConstMatrix d_context, const Tape& tape, Matrix d_queries,
                Matrix d_values, float* gradients, Workspace* workspace) const;

 private:
  struct Chunk;
  // Calls `visit` for each chunk in order. `scratch` has room for the weights of the largest chunk;
  // the first `kept` weights are in tape.weights.
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

// Returns the total number of weights, kept or not.
int64_t AttentionWeights(Attention::Begins words, Attention::Begins queries);

}  // namespace elman
