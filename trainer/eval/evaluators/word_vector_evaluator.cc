#include "trainer/eval/evaluators/word_vector_evaluator.h"

#include <limits>
#include <utility>
#include <vector>

#include "data/batches/stream_batcher.h"
#include "data/io/status_macros.h"
#include "trainer/eval/evaluators/stream_evaluator.h"

namespace elman {
namespace {

class WordVectorEvaluator : public Evaluator {
 public:
  WordVectorEvaluator(const TextCounts& text, std::unique_ptr<BatchSource> source)
      : text_(text), source_(std::move(source)) {}

  int64_t parts() const override { return source_->lanes(); }

  absl::StatusOr<EvaluationSums> EvaluatePart(Model* model, int64_t part,
                                              const std::function<bool()>& interrupted) override {
    double loss = 0;
    int64_t predictions = 0;
    for (int64_t step = 0; step < source_->batches_per_epoch(); ++step) {
      if (interrupted && interrupted()) return absl::CancelledError("evaluation was interrupted");
      RETURN_IF_ERROR(source_->Read(/*epoch=*/0, step, static_cast<int>(part), &batch_));
      losses_.resize(batch_.targets.size());
      model->Evaluate(batch_, /*carry=*/nullptr, losses_, /*workspace=*/nullptr);
      loss += LossByRow();
      predictions += model->Predictions(batch_);
    }
    return EvaluationSums{.real = {loss}, .whole = {predictions}};
  }

  Evaluation ComputeMetrics(const EvaluationSums& total) const override {
    const auto predicted = static_cast<double>(total.whole.front());
    // Without predictions there is no loss, which would be the best there can be if it were 0.
    const double loss =
        predicted > 0 ? total.real.front() / predicted : std::numeric_limits<double>::quiet_NaN();
    const auto count = [](uint64_t number) { return static_cast<double>(number); };
    Evaluation evaluation{.loss = loss, .score = -loss};
    evaluation.metrics = {
        {"loss", loss, "nats per predicted word, including its negative samples or tree nodes",
         /*is_main=*/true},
        {"predictions", predicted, "", false, /*count=*/true},
        {"tokens", count(text_.tokens()), "", false, /*count=*/true},
        {"unknown_rate", count(text_.unknown()) / count(text_.tokens()), "of the tokens are <unk>"},
    };
    if (predicted == 0) {
      evaluation.remarks.emplace_back(
          "the split has no predictions: no two words of a line are left to predict each other "
          "after subsampling (model.word_vectors.subsample); use a larger split");
    }
    return evaluation;
  }

 private:
  // Sums by row (text by text), in the order in which the model reads them.
  double LossByRow() const {
    double sum = 0;
    for (int row = 0; row < batch_.rows; ++row)
      for (size_t i = row; i < losses_.size(); i += batch_.rows) sum += losses_[i];
    return sum;
  }

  const TextCounts text_;
  const std::unique_ptr<BatchSource> source_;
  Batch batch_;
  std::vector<double> losses_;  // of the batch's targets
};

}  // namespace

absl::StatusOr<std::unique_ptr<Evaluator>> CreateWordVectorEvaluator(
    const std::shared_ptr<const Dataset>& dataset, std::string_view split,
    const TrainingConfig& config) {
  ASSIGN_OR_RETURN(const SplitEntry* entry, dataset->FindSplit(split));
  const TextCounts text = entry->counts(0);
  // Windows do not cross the ends of lines.
  ASSIGN_OR_RETURN(std::vector<TokenStream> streams,
                   EvaluationStreams(dataset, split, config, TextUnit::kLine));
  const int groups = GroupsOf(streams.size());
  ASSIGN_OR_RETURN(auto source, CreateStreamBatcher(
                                    dataset, split,
                                    {.sequence_length = config.sequence_length(), .lanes = groups},
                                    std::move(streams)));
  return std::make_unique<WordVectorEvaluator>(text, std::move(source));
}

}  // namespace elman
