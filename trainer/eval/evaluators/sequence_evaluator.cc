#include "trainer/eval/evaluators/sequence_evaluator.h"

#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/batches/sequence_batcher.h"
#include "data/format/number_text.h"
#include "data/io/status_macros.h"
#include "trainer/eval/evaluators/closed_text.h"
#include "trainer/eval/evaluators/label_metrics.h"
#include "trainer/network/math/workspace.h"
#include "trainer/network/models/labeler.h"

namespace elman {
namespace {

struct TargetSums {
  double loss = 0;  // nats
  double targets = 0;
};

class SequenceEvaluator : public Evaluator {
 public:
  // `metrics` is null if targets are not labels.
  SequenceEvaluator(std::shared_ptr<const Dataset> dataset, const SplitEntry& split,
                    std::unique_ptr<BatchSource> source, std::unique_ptr<LabelMetrics> metrics)
      : dataset_(std::move(dataset)),
        text_(split.counts(0)),
        targets_(split.counts(1)),
        source_(std::move(source)),
        metrics_(std::move(metrics)) {}

  int64_t parts() const override { return source_->batches_per_epoch(); }

  absl::StatusOr<EvaluationSums> EvaluatePart(Model* model, int64_t part,
                                              const std::function<bool()>& interrupted) override {
    if (interrupted && interrupted()) return absl::CancelledError("evaluation was interrupted");
    RETURN_IF_ERROR(source_->Read(/*epoch=*/0, part, /*lane=*/0, &batch_));
    losses_.assign(batch_.targets.size(), 0);
    workspace_.Reset();
    model->Evaluate(batch_, /*carry=*/nullptr, losses_, &workspace_);
    TargetSums of_targets;
    for (size_t i = 0; i < losses_.size(); ++i) Add(batch_.targets[i], losses_[i], &of_targets);
    EvaluationSums sums{.real = ArrayOf<double>(of_targets)};
    if (metrics_) {
      predicted_.resize(batch_.targets.size());
      workspace_.Reset();
      model->AsLabeler()->Predict(batch_, predicted_, /*probabilities=*/{}, &workspace_);
      sums.whole.resize(metrics_->width());
      metrics_->Count(batch_, predicted_, sums.whole);
    }
    for (int row = 0; observed() && row < batch_.rows; ++row) NotifyOfRow(row);
    return sums;
  }

  Evaluation ComputeMetrics(const EvaluationSums& total) const override {
    const auto of_targets = NamedOf<TargetSums, double>(total.real);
    const double loss = of_targets.loss / of_targets.targets;
    Evaluation evaluation{.loss = loss, .score = -loss};
    evaluation.metrics = {{"loss", loss, "nats per target", /*is_main=*/true}};
    if (metrics_) {
      metrics_->ComputeMetrics(total.whole, &evaluation);
    } else {
      evaluation.metrics.push_back(
          {"perplexity", std::exp(loss), "per target token", /*is_main=*/true});
      evaluation.metrics.push_back({"tokens", of_targets.targets, "", false, /*count=*/true});
    }
    evaluation.metrics.push_back(
        {"examples", static_cast<double>(text_.examples()), "", false, /*count=*/true});
    evaluation.metrics.push_back(
        {"unknown_rate", static_cast<double>(text_.unknown()) / static_cast<double>(text_.tokens()),
         "of the tokens read are <unk>"});
    if (!metrics_) AddUnknownTargets(&evaluation);
    return evaluation;
  }

 private:
  // Unknown words in translations are targets whose spelling costs nothing.
  void AddUnknownTargets(Evaluation* evaluation) const {
    const double rate =
        static_cast<double>(targets_.unknown()) / static_cast<double>(targets_.tokens());
    evaluation->metrics.push_back({"target_unknown_rate", rate, "of the target tokens are <unk>"});
    if (rate <= kMaxUnknownToCompare) return;
    evaluation->remarks.push_back(absl::StrCat(
        FixedText(100 * rate, 2),
        " % of the target tokens are unknown words, whose spelling is not included in loss and "
        "perplexity: they cannot be compared with those of other vocabularies"));
  }

  void Add(int32_t target, double loss, TargetSums* sums) const {
    const auto predictable = static_cast<int32_t>(dataset_->vocabulary(1).predicted_size());
    sums->loss += loss;
    sums->targets += target >= 0 && target < predictable;
  }

  // Notifies observers of the example in a row of the current batch.
  void NotifyOfRow(int row) {
    alone_.rows = 1;
    alone_.steps = batch_.steps;
    alone_.lengths.clear();
    if (!batch_.lengths.empty()) alone_.lengths.push_back(batch_.lengths[row]);
    alone_.targets.clear();
    alone_losses_.clear();
    alone_predicted_.clear();
    TargetSums of_targets;
    for (size_t i = row; i < losses_.size(); i += batch_.rows) {
      Add(batch_.targets[i], losses_[i], &of_targets);
      alone_.targets.push_back(batch_.targets[i]);
      alone_losses_.push_back(losses_[i]);
      if (metrics_) alone_predicted_.push_back(predicted_[i]);
    }
    EvaluationSums sums{.real = ArrayOf<double>(of_targets)};
    if (metrics_) {
      sums.whole.resize(metrics_->width());
      metrics_->Count(alone_, alone_predicted_, sums.whole);
    }
    NotifyObservers({.example = batch_.examples[row],
                     .line = 0,
                     .first_target = 0,
                     .targets = alone_.targets,
                     .losses = alone_losses_,
                     .sums = sums});
  }

  const std::shared_ptr<const Dataset> dataset_;
  const TextCounts text_, targets_;  // of the input; of the targets
  const std::unique_ptr<BatchSource> source_;
  const std::unique_ptr<LabelMetrics> metrics_;
  Workspace workspace_;
  Batch batch_;
  std::vector<double> losses_;
  std::vector<int32_t> predicted_;
  Batch alone_;  // one row of the batch, for observers
  std::vector<double> alone_losses_;
  std::vector<int32_t> alone_predicted_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Evaluator>> CreateSequenceEvaluator(
    std::shared_ptr<const Dataset> dataset, std::string_view split, int batch_size,
    int feature_size, const EntitySpec& entities) {
  ASSIGN_OR_RETURN(const SplitEntry* entry, dataset->FindSplit(split));
  const Task task = dataset->manifest().task();
  std::unique_ptr<LabelMetrics> metrics;
  if (task == TAGGING) {
    ASSIGN_OR_RETURN(const TagScheme scheme, TagSchemeOf(*dataset, entities));
    metrics = CreateTagMetrics(dataset->vocabulary(1), {scheme, entities.mode});
  }
  if (task == CLASSIFICATION) metrics = CreateClassMetrics(dataset->vocabulary(1));
  ASSIGN_OR_RETURN(auto source, CreateSequenceBatcher(dataset, split, batch_size, /*lanes=*/1,
                                                      {.feature_size = feature_size}));
  return std::make_unique<SequenceEvaluator>(std::move(dataset), *entry, std::move(source),
                                             std::move(metrics));
}

}  // namespace elman
