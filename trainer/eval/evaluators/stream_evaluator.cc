#include "trainer/eval/evaluators/stream_evaluator.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "data/batches/stream_batcher.h"
#include "data/batches/text_streams.h"
#include "data/io/status_macros.h"
#include "data/shards/token_reader.h"
#include "trainer/eval/evaluators/closed_text.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/models/spec_shapes.h"

namespace elman {
namespace {

struct TokenSums {
  double loss = 0, tokens = 0;                  // nats; includes </s> of each line
  double unknown_loss = 0, unknown_tokens = 0;  // only of <unk>
};

// Room for one block per stream of a group.
constexpr uint64_t kLineCacheBytes = kStreamsPerGroup * (uint64_t{5} << 19);

class StreamEvaluator : public Evaluator {
 public:
  StreamEvaluator(std::shared_ptr<const Dataset> dataset, const SplitEntry& split,
                  std::unique_ptr<BatchSource> source, StreamPlan plan,
                  const std::optional<ClosedText>& closed)
      : dataset_(std::move(dataset)),
        split_(split.name()),
        source_(std::move(source)),
        plan_(std::move(plan)),
        text_(split.counts(0)),
        closed_(closed),
        unknown_(static_cast<int32_t>(dataset_->vocabulary().unknown_id())) {}

  int64_t parts() const override { return source_->lanes(); }

  absl::StatusOr<EvaluationSums> EvaluatePart(Model* model, int64_t part,
                                              const std::function<bool()>& interrupted) override {
    const int group = static_cast<int>(part);
    const int rows = source_->end_row(group) - source_->first_row(group);
    TokenSums sums;
    carry_.resize(model->carry_size(rows));
    model->Begin(rows, carry_.data());
    for (int64_t step = 0; step < source_->batches_per_epoch(); ++step) {
      if (interrupted && interrupted()) return absl::CancelledError("evaluation was interrupted");
      RETURN_IF_ERROR(source_->Read(/*epoch=*/0, step, group, &batch_));
      losses_.assign(batch_.targets.size(), 0);
      workspace_.Reset();
      model->Evaluate(batch_, carry_.data(), losses_, &workspace_);
      for (size_t i = 0; i < losses_.size(); ++i) Add(batch_.targets[i], losses_[i], &sums);
      for (int row = 0; observed() && row < rows; ++row)
        RETURN_IF_ERROR(NotifyOfRow(row, source_->first_row(group) + row, step));
    }
    return EvaluationSums{.real = ArrayOf<double>(sums)};
  }

  Evaluation ComputeMetrics(const EvaluationSums& total) const override {
    const auto count = [](uint64_t number) { return static_cast<double>(number); };
    const auto sums = NamedOf<TokenSums, double>(total.real);
    const double loss = sums.loss, targets = sums.tokens;
    // For the whole split, bytes and words are its own counts. For some of its lines they are
    // assumed to be proportional to tokens.
    const double share = targets / count(text_.tokens());
    const double bytes = share * count(text_.bytes());
    const double words = share * count(text_.words() + text_.examples());
    const double known_targets = targets - sums.unknown_tokens;
    Evaluation evaluation{.loss = loss / targets, .score = -loss / targets};
    evaluation.metrics = {
        {"loss", loss / targets, "nats per token", /*is_main=*/true},
        {"perplexity", std::exp(loss / targets), "per token", /*is_main=*/true},
        {"bits_per_byte", loss / std::numbers::ln2 / bytes,
         "of the tokens, with <unk> as one of them",
         /*is_main=*/true},
        {"word_perplexity", std::exp(loss / words), "per word or end of line, including <unk>"},
        {"known_perplexity", std::exp((loss - sums.unknown_loss) / known_targets),
         "per token that is not <unk>"},
        {"tokens", count(text_.tokens()), "", false, /*count=*/true},
        {"words", count(text_.words()), "", false, /*count=*/true},
        {"lines", count(text_.examples()), "", false, /*count=*/true},
        {"bytes", count(text_.bytes()), "", false, /*count=*/true},
        {"unknown_rate", count(text_.unknown()) / count(text_.tokens()), "of the tokens are <unk>"},
        {"streams", count(static_cast<uint64_t>(plan_.streams())),
         "in which the split was read in parallel", false, /*count=*/true},
    };
    const double unknown = text_.unknown() == 0 ? 0 : sums.unknown_tokens / count(text_.unknown());
    AddClosedMetrics(text_, dataset_->manifest().fields(0).tokenizer(), closed_,
                     {loss / std::numbers::ln2, share, unknown}, &evaluation);
    return evaluation;
  }

 private:
  void Add(int32_t target, double loss, TokenSums* sums) const {
    if (target == kNoTarget) return;
    sums->loss += loss;
    sums->tokens += 1;
    if (target != unknown_) return;
    sums->unknown_loss += loss;
    sums->unknown_tokens += 1;
  }

  // Notifies observers of the pieces of lines in a row of the current batch, which is window `step`
  // of a stream.
  absl::Status NotifyOfRow(int row, int stream, int64_t step) {
    row_targets_.clear();
    row_losses_.clear();
    for (size_t i = row; i < losses_.size(); i += batch_.rows) {
      if (batch_.targets[i] == kNoTarget) continue;  // context only, or after the end of the stream
      row_targets_.push_back(batch_.targets[i]);
      row_losses_.push_back(losses_[i]);
    }
    if (!lines_) {
      ASSIGN_OR_RETURN(lines_, TokenReader::Open(dataset_, split_, kLineCacheBytes));
    }
    const uint64_t begin = std::max(plan_.first(stream, step), plan_.stream(stream).begin);
    for (size_t done = 0, size = 0; done < row_losses_.size(); done += size) {
      const uint64_t position = begin + done;
      ASSIGN_OR_RETURN(const TokenReader::Extent line, lines_->ExampleAt(position));
      size = std::min<uint64_t>(row_losses_.size() - done, line.end - position);
      TokenSums of_piece;
      for (size_t i = done; i < done + size; ++i) Add(row_targets_[i], row_losses_[i], &of_piece);
      const EvaluationSums sums{.real = ArrayOf<double>(of_piece)};
      NotifyObservers({.example = line.example,
                       .line = line.line,
                       .first_target = position - line.begin,
                       .targets = std::span(row_targets_).subspan(done, size),
                       .losses = std::span(row_losses_).subspan(done, size),
                       .sums = sums});
    }
    return absl::OkStatus();
  }

  const std::shared_ptr<const Dataset> dataset_;
  const std::string split_;
  const std::unique_ptr<BatchSource> source_;
  const StreamPlan plan_;
  std::unique_ptr<TokenReader> lines_;  // finds the start of lines; opened for the first observer
  const TextCounts text_;
  const std::optional<ClosedText> closed_;  // cost of the text in addition to its tokens
  const int32_t unknown_;
  Workspace workspace_;
  Batch batch_;
  std::vector<float> carry_;
  std::vector<double> losses_;
  std::vector<int32_t> row_targets_;
  std::vector<double> row_losses_;
};

}  // namespace

absl::StatusOr<std::vector<TokenStream>> EvaluationStreams(
    const std::shared_ptr<const Dataset>& dataset, std::string_view split,
    const TrainingConfig& config, TextUnit unit) {
  const EvaluationSpec& evaluation = config.evaluation();
  ASSIGN_OR_RETURN(const SplitEntry* entry, dataset->FindSplit(split));
  // Checkpoints of Elman 0.1.0 do not have the field.
  if (evaluation.streams() != EvaluationSpec::CONTEXT)
    return EqualStreams(entry->counts(0).tokens(), evaluation.batch_size());
  ASSIGN_OR_RETURN(const std::unique_ptr<TokenReader> reader,
                   TokenReader::Open(dataset, split, /*cache_bytes=*/0));
  return CutAtTexts({.most = evaluation.batch_size(),
                     .least_tokens = static_cast<uint64_t>(evaluation.stream_tokens()),
                     .context_tokens = static_cast<uint64_t>(evaluation.context_tokens()),
                     .unit = unit},
                    static_cast<int32_t>(dataset->vocabulary().end_id()), reader.get());
}

int GroupsOf(size_t streams) {
  return static_cast<int>((streams + kStreamsPerGroup - 1) / kStreamsPerGroup);
}

absl::StatusOr<std::unique_ptr<Evaluator>> CreateStreamEvaluator(
    std::shared_ptr<const Dataset> dataset, std::string_view split, const TrainingConfig& config) {
  const TextUnit unit = TextUnitOf(config.model());
  ASSIGN_OR_RETURN(const SplitEntry* entry, dataset->FindSplit(split));
  ASSIGN_OR_RETURN(std::vector<TokenStream> streams,
                   EvaluationStreams(dataset, split, config, unit));
  const int groups = GroupsOf(streams.size());
  StreamPlan plan(streams, config.sequence_length());
  ASSIGN_OR_RETURN(auto source, CreateStreamBatcher(dataset, split,
                                                    {.sequence_length = config.sequence_length(),
                                                     .lanes = groups,
                                                     .unit = unit,
                                                     .feature_size = FeatureSize(config.model())},
                                                    std::move(streams)));
  ASSIGN_OR_RETURN(const std::optional<ClosedText> closed, ReadClosedText(dataset, split));
  return std::make_unique<StreamEvaluator>(std::move(dataset), *entry, std::move(source),
                                           std::move(plan), closed);
}

}  // namespace elman
