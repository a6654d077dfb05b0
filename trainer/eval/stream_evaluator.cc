#include "trainer/eval/stream_evaluator.h"

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "data/batches/stream_batcher.h"
#include "data/io/status_macros.h"
#include "trainer/math/workspace.h"

namespace elman {
namespace {

// Losses in nats and their numbers, of all tokens, each line's </s> included, and of <unk> alone.
enum Sum { kLoss, kTargets, kUnknownLoss, kUnknownTargets, kSums };

class StreamEvaluator : public Evaluator {
 public:
  StreamEvaluator(std::unique_ptr<BatchSource> source, const TextCounts& text, int32_t unknown)
      : source_(std::move(source)), text_(text), unknown_(unknown) {}

  int64_t parts() const override { return source_->lanes(); }

  absl::StatusOr<EvaluationSums> EvaluatePart(Model* model, int64_t part,
                                              const std::function<bool()>& interrupted) override {
    const int group = static_cast<int>(part);
    const int rows = source_->end_row(group) - source_->first_row(group);
    EvaluationSums sums{.real = std::vector<double>(kSums)};
    carry_.resize(model->carry_size(rows));
    model->Begin(rows, carry_.data());
    for (int64_t step = 0; step < source_->batches_per_epoch(); ++step) {
      if (interrupted && interrupted()) return absl::CancelledError("evaluation was interrupted");
      RETURN_IF_ERROR(source_->Read(/*epoch=*/0, step, group, &batch_));
      losses_.assign(batch_.targets.size(), 0);
      workspace_.Reset();
      model->Evaluate(batch_, carry_.data(), losses_, &workspace_);
      for (size_t i = 0; i < losses_.size(); ++i) {
        if (batch_.targets[i] == kNoTarget) continue;
        sums.real[kLoss] += losses_[i];
        sums.real[kTargets] += 1;
        if (batch_.targets[i] != unknown_) continue;
        sums.real[kUnknownLoss] += losses_[i];
        sums.real[kUnknownTargets] += 1;
      }
    }
    return sums;
  }

  Evaluation Conclude(const EvaluationSums& total) const override {
    const double loss = total.real[kLoss], targets = total.real[kTargets];
    const double known_targets = targets - total.real[kUnknownTargets];
    const auto count = [](uint64_t number) { return static_cast<double>(number); };
    Evaluation evaluation{.loss = loss / targets, .score = -loss / targets};
    evaluation.figures = {
        {"loss", loss / targets, "nats per token", /*headline=*/true},
        {"perplexity", std::exp(loss / targets), "per token", /*headline=*/true},
        {"bits_per_byte", loss / std::numbers::ln2 / count(text_.bytes()),
         "comparable between tokenizers", /*headline=*/true},
        {"word_perplexity", std::exp(loss / count(text_.words() + text_.examples())),
         "per word or end of line, comparable between tokenizers"},
        {"known_perplexity", std::exp((loss - total.real[kUnknownLoss]) / known_targets),
         "per token that is not <unk>"},
        {"tokens", count(text_.tokens()), "", false, /*count=*/true},
        {"words", count(text_.words()), "", false, /*count=*/true},
        {"lines", count(text_.examples()), "", false, /*count=*/true},
        {"bytes", count(text_.bytes()), "", false, /*count=*/true},
        {"unknown_rate", count(text_.unknown()) / count(text_.tokens()), "of the tokens are <unk>"},
    };
    return evaluation;
  }

 private:
  const std::unique_ptr<BatchSource> source_;
  const TextCounts text_;
  const int32_t unknown_;
  Workspace workspace_;
  Batch batch_;
  std::vector<float> carry_;
  std::vector<double> losses_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Evaluator>> CreateStreamEvaluator(
    std::shared_ptr<const Dataset> dataset, std::string_view split, int batch_size,
    int sequence_length) {
  const int groups = (batch_size + kStreamsPerGroup - 1) / kStreamsPerGroup;
  ASSIGN_OR_RETURN(const SplitEntry* entry, dataset->FindSplit(split));
  const auto unknown = static_cast<int32_t>(dataset->vocabulary().unknown_id());
  const TextCounts& text = entry->counts(0);
  ASSIGN_OR_RETURN(auto source,
                   CreateStreamBatcher(dataset, split, batch_size, sequence_length, groups));
  return std::make_unique<StreamEvaluator>(std::move(source), text, unknown);
}

}  // namespace elman
