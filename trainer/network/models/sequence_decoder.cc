#include "trainer/network/models/sequence_decoder.h"

#include <algorithm>

#include "trainer/network/math/check.h"
#include "trainer/network/math/sums.h"
#include "trainer/network/models/spec_shapes.h"
#include "trainer/network/parameters/columns.h"

namespace elman {
namespace {

std::optional<Embedding> TargetEmbedding(const ModelSpec& spec, int64_t vocabulary,
                                         const Embedding* shared, ParameterTable* table) {
  if (shared) return std::nullopt;
  return MakeEmbedding("target_", spec, DecoderShape(spec), vocabulary, spec.tied_embeddings(),
                       table);
}

std::optional<Attention> MakeAttention(const ModelSpec& spec, int64_t memory_size,
                                       ParameterTable* table) {
  Attention::Kind kind = Attention::Kind::kGeneral;
  switch (spec.translation().attention()) {
    case TranslationSpec::NONE:
      return std::nullopt;
    case TranslationSpec::GENERAL:
      break;
    case TranslationSpec::DOT:
      kind = Attention::Kind::kDot;
      break;
    case TranslationSpec::CONCAT:
      kind = Attention::Kind::kConcat;
      break;
  }
  return Attention("attention", kind, DecoderShape(spec).hidden_size, memory_size,
                   WeightInitializer(spec.initializer()), table);
}

}  // namespace

SequenceDecoder::SequenceDecoder(const ModelSpec& spec, int64_t vocabulary, int64_t memory_size,
                                 const Embedding* shared, ParameterTable* table)
    : own_embedding_(TargetEmbedding(spec, vocabulary, shared, table)),
      embedding_(shared ? *shared : *own_embedding_),
      rnn_("decoder", DecoderShape(spec), table),
      attention_(MakeAttention(spec, memory_size, table)),
      output_size_(spec.tied_embeddings() ? spec.embedding_size() : rnn_.hidden_size()),
      output_("attended", rnn_.hidden_size() + (attention_ ? memory_size : 0), output_size_,
              WeightInitializer(spec.initializer()), table),
      output_dropout_(DropoutAt(spec.output_dropout(), spec), spec.variational_dropout(),
                      /*site=*/DecoderShape(spec).first_site + DecoderShape(spec).layers) {}

void SequenceDecoder::UseValues(const float* values) {
  values_ = values;
  rnn_.UseValues(values);
}

void SequenceDecoder::Touch(const Batch& batch, BlockSet* touched) const {
  embedding_.Touch(batch.decoder.ids, touched);
}

Attention::Memory SequenceDecoder::Remember(ConstMatrix encoded, Attention::Begins begins,
                                            Workspace* workspace) const {
  if (attention_) return attention_->Remember(values_, encoded, begins, workspace);
  return {.values = encoded, .keys = encoded, .begins = begins};
}

const SequenceLayout& SequenceDecoder::Begin(const Batch& batch) {
  layout_.Assign(batch.decoder.lengths);
  rows_.Assign(layout_);
  layout_.PackInto(batch.decoder.ids, &ids_);
  return layout_;
}

int64_t SequenceDecoder::Multiplications(const Attention::Memory& memory) const {
  const int64_t width = memory.values.cols, hidden = rnn_.hidden_size();
  int64_t of_row = rnn_.shape().multiplications() + hidden * output_size_;
  if (!attention_) return layout_.rows() * of_row;
  of_row += width * output_size_;
  // Second term: keys of the memory. Third term: scores and contexts.
  return layout_.rows() * of_row + memory.values.rows * width * hidden +
         AttentionWeights(memory.begins, rows_.begins) * (hidden + width);
}

ConstMatrix SequenceDecoder::Forward(const Pass& pass, const Attention::Memory& memory,
                                     float* state, Workspace* workspace) {
  const Matrix x = workspace->Take(layout_.rows(), embedding_.size());
  embedding_.Forward(values_, ids_, &pass, x);
  const ConstMatrix hidden = rnn_.Forward(pass, layout_, x, state, &rnn_tape_, workspace);
  {
    const TimedSpan span(pass.clock, "attention forward");
    attended_ = Attend(memory, hidden, Attention::Keep::kForBackward, workspace);
  }
  return output_dropout_.Forward(pass, layout_, attended_, &mask_, workspace);
}

ConstMatrix SequenceDecoder::Infer(const Attention::Memory& memory, float* state,
                                   Workspace* workspace) {
  const Matrix x = workspace->Take(layout_.rows(), embedding_.size());
  embedding_.Forward(values_, ids_, /*pass=*/nullptr, x);
  return Attend(memory, rnn_.Infer(layout_, x, state, workspace), Attention::Keep::kNone,
                workspace);
}

// Returns tanh(W [context; h]), in packed rows.
ConstMatrix SequenceDecoder::Attend(const Attention::Memory& memory, ConstMatrix hidden,
                                    Attention::Keep keep, Workspace* workspace) {
  joined_ = hidden;
  if (attention_) {
    queries_ = rows_.Gather(hidden, workspace);
    const Matrix context = workspace->Take(hidden.rows, memory.values.cols);
    attention_->Forward(values_, memory, queries_, rows_.begins, context, keep, &attention_tape_,
                        workspace);
    joined_ = JoinColumns(rows_.Scatter(context, workspace), hidden, workspace);
  }
  const Matrix attended = workspace->Take(hidden.rows, output_size_);
  output_.Forward(values_, joined_, attended);
  return attended;
}

ConstMatrix SequenceDecoder::Step(std::span<const int32_t> ids, Attention::Begins begins,
                                  const Attention::Memory& memory, float* state,
                                  const float** weights, Workspace* workspace) {
  const auto count = static_cast<int64_t>(ids.size());
  CHECK_EQ(begins.back(), count);
  const SequenceLayout step(/*steps=*/1, count);
  const Matrix x = workspace->Take(count, embedding_.size());
  embedding_.Forward(values_, ids, /*pass=*/nullptr, x);
  const ConstMatrix hidden = rnn_.Infer(step, x, state, workspace);
  // The rows of one step are already in the order of sequences.
  rows_.Assign(step);
  rows_.begins.assign(begins.begin(), begins.end());
  const ConstMatrix attended =
      Attend(memory, hidden, weights ? Attention::Keep::kAll : Attention::Keep::kNone, workspace);
  if (weights) *weights = attention_ ? attention_tape_.weights : nullptr;
  return attended;
}

void SequenceDecoder::Backward(const Pass& pass, const Attention::Memory& memory, Matrix d_output,
                               Matrix d_memory, float* d_state, float* gradients,
                               Workspace* workspace) {
  Dropout::Backward(mask_, d_output);
  const Matrix d_hidden = AttendBackward(pass, memory, d_output, d_memory, gradients, workspace);
  const Matrix d_x = rnn_.Backward(rnn_tape_, layout_, d_hidden, /*begun=*/false, gradients,
                                   workspace, {.last = nullptr, .before = d_state});
  embedding_.Backward(ids_, pass, d_x, gradients);
}

// Turns the gradient of Attend's output into those of its input and of the memory.
Matrix SequenceDecoder::AttendBackward(const Pass& pass, const Attention::Memory& memory,
                                       Matrix d_output, Matrix d_memory, float* gradients,
                                       Workspace* workspace) {
  const TimedSpan span(pass.clock, "attention backward");
  Matrix d_hidden = workspace->Take(d_output.rows, joined_.cols);
  output_.Backward(values_, joined_, attended_, d_output, d_hidden, gradients, workspace);
  if (attention_) {
    const Matrix d_joined = d_hidden;
    const Matrix d_context = workspace->Take(d_output.rows, memory.values.cols);
    const Matrix d_queries = workspace->Take(d_output.rows, rnn_.hidden_size());
    d_hidden = workspace->Take(d_output.rows, rnn_.hidden_size());
    SplitColumns(d_joined, d_context, d_hidden);
    attention_->Backward(values_, memory, queries_, rows_.begins,
                         rows_.Gather(d_context, workspace), attention_tape_, d_queries, d_memory,
                         gradients, workspace);
    const Matrix d_asked = rows_.Scatter(d_queries, workspace);
    Add({d_asked.data, static_cast<size_t>(d_asked.size())},
        {d_hidden.data, static_cast<size_t>(d_hidden.size())});
  } else {
    std::fill_n(d_memory.data, d_memory.size(), 0.0f);
  }
  return d_hidden;
}

}  // namespace elman
