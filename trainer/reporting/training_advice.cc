#include "trainer/reporting/training_advice.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "data/format/number_text.h"
#include "data/text/task_fields.h"

namespace elman {
namespace {

// With fewer steps, hardly any model learns more than how frequent each outcome is.
constexpr int64_t kFewSteps = 100;
// The number of steps per epoch that advice aims at for small data.
constexpr uint64_t kGoodStepsPerEpoch = 16;
// A best validation that is more recent is normal.
constexpr int64_t kOldBest = 5;
// The number of steps whose mean loss is compared with that of others.
constexpr int64_t kStepsOfMean = 20;

std::string EarlyStopping(const TrainingConfig& config) {
  if (config.evaluation().patience() > 0) return "";
  return absl::StrCat("; evaluation.patience=", kOldBest, " ends such a run early");
}

// Returns a learning rate to try instead of one that is too high.
double LowerRate(const TrainingConfig& config, double learning_rate) {
  // Adam divides by the size of the gradients, so that the same rates suit most models.
  constexpr double kUsualOfAdam = 0.001, kHighForAdam = 0.02;
  const bool adam = config.optimizer().kind() == OptimizerSpec::ADAM;
  return adam && learning_rate > kHighForAdam ? kUsualOfAdam : learning_rate / 4;
}

}  // namespace

std::vector<std::string> AdviseOnSize(Task task, const TrainingConfig& config,
                                      const RunSize& size) {
  std::vector<std::string> advice;
  if (!TraitsOf(task).layers) {
    constexpr uint64_t kFewTokens = 200'000;
    const bool glove = config.model().word_vectors().method() == WordVectorSpec::GLOVE;
    if (!glove && size.tokens < kFewTokens) {
      advice.push_back(absl::StrCat(
          "the training data has ", GroupedText(size.tokens), " tokens",
          ", which are too few for useful word vectors; the nearest words will be arbitrary. Use a "
          "text of a million tokens or more"));
    }
    return advice;
  }
  const uint64_t batch = uint64_t{static_cast<uint32_t>(config.batch_size())} *
                         static_cast<uint32_t>(config.micro_batches());
  // A row of a batch is an example, or sequence_length tokens of a stream.
  const uint64_t rows = size.examples > 0
                            ? size.examples
                            : size.tokens / static_cast<uint32_t>(config.sequence_length());
  const uint64_t smaller = std::max<uint64_t>(1, rows / kGoodStepsPerEpoch);
  const bool whole = batch > rows;
  if (whole && smaller < batch) {
    advice.push_back(absl::StrCat(
        "the batch is larger than the training data: ", GroupedText(batch),
        " sequences per step, of ",
        size.examples > 0 ? CountText(size.examples, "example") : CountText(size.tokens, "token"),
        ", so that an epoch is a single step; batch_size=", smaller, " gives about ",
        rows / smaller, " steps per epoch"));
  }
  const bool by_epochs = config.max_steps() == 0 || size.total_steps < config.max_steps();
  if (by_epochs && size.total_steps < kFewSteps) {
    std::string remedy;
    if (!whole && smaller < batch)
      absl::StrAppend(&remedy, "batch_size=", smaller, " makes steps smaller, and ");
    const int64_t epochs =
        (kFewSteps * 5 + size.steps_per_epoch - 1) / std::max<int64_t>(1, size.steps_per_epoch);
    absl::StrAppend(&remedy, "max_epochs=", epochs, " makes the run longer");
    advice.push_back(absl::StrCat("the run has ", CountText(size.total_steps, "step"), " in ",
                                  CountText(config.max_epochs(), "epoch"),
                                  ", which are few to learn from; ", remedy));
  }
  return advice;
}

std::string AdviseOnRate(Task task, const TrainingConfig& config) {
  const OptimizerSpec& optimizer = config.optimizer();
  if (!TraitsOf(task).layers || config.loss().normalization() == LossSpec::SUM) return "";
  // Rates that suit the other optimizer.
  constexpr double kLowForSgd = 0.01, kHighForAdam = 0.1;
  const bool sgd = optimizer.kind() == OptimizerSpec::SGD;
  const bool adam = optimizer.kind() == OptimizerSpec::ADAM;
  const bool low = sgd && optimizer.momentum() == 0 && optimizer.learning_rate() < kLowForSgd;
  const bool high = adam && optimizer.learning_rate() >= kHighForAdam;
  if (!low && !high) return "";
  return absl::StrCat(
      "optimizer.learning_rate=", SignificantText(optimizer.learning_rate(), 3),
      low ? " is low for SGD, which then learns very slowly; usual rates are about 1"
          : " is high for ADAM, with which training may diverge; usual rates are "
            "about 0.001");
}

std::string TrainingAdvice::AfterTrainLine(double loss, double learning_rate) {
  // The loss of word vectors depends on how words are drawn.
  learning_rate_ = learning_rate;
  if (!TraitsOf(task_).layers || !std::isfinite(loss)) return "";
  const int64_t every = std::max<int64_t>(1, config_.logging().every_steps());
  const auto lines = static_cast<size_t>((kStepsOfMean + every - 1) / every);
  losses_.push_back(loss);
  if (losses_.size() > lines) losses_.pop_front();
  if (losses_.size() < lines) return "";
  loss = std::accumulate(losses_.begin(), losses_.end(), 0.0) / static_cast<double>(lines);
  if (!lowest_ || loss < *lowest_) lowest_ = loss;
  const double margin = std::max(0.5, 0.5 * *lowest_);
  if (risen_ && loss < *lowest_ + margin / 2) risen_ = false;
  if (risen_ || loss <= *lowest_ + margin) return "";
  risen_ = true;
  return absl::StrCat("the training loss rises: it is ", SignificantText(loss, 4), ", and was ",
                      SignificantText(*lowest_, 4),
                      "; the learning rate is probably too high: try optimizer.learning_rate=",
                      SignificantText(LowerRate(config_, learning_rate), 2),
                      config_.optimizer().clip_norm() > 0 ? "" : " or optimizer.clip_norm=1");
}

std::string TrainingAdvice::AfterValidation(int64_t epoch, const RecordedLine* best) {
  if (best == nullptr) return "";
  const int64_t age = epoch - static_cast<int64_t>(best->Number("epoch").value_or(epoch));
  if (age < kOldBest) next_age_ = kOldBest;
  if (age < next_age_) return "";
  while (next_age_ <= age) next_age_ *= 2;
  return absl::StrCat("the best validation was ", age, " epochs ago, at step ", best->step,
                      LearnsNothingMore() ? Rate() : ": the model may overfit its training data",
                      EarlyStopping(config_));
}

bool TrainingAdvice::LearnsNothingMore() const {
  constexpr double kNothing = 1e-3;  // of the base learning rate
  return learning_rate_ && *learning_rate_ < kNothing * config_.optimizer().learning_rate();
}

std::string TrainingAdvice::Rate() const {
  return absl::StrCat(": the learning rate has fallen to ", SignificantText(*learning_rate_, 2),
                      ", with which the model hardly changes; set schedule.constant_epochs or "
                      "schedule.factor higher in a new run");
}

std::string TrainingAdvice::AtEnd(const RunRecord& record) const {
  const RecordedLine* const best = record.BestValidation();
  std::vector<const RecordedLine*> validations;
  for (const RecordedLine& line : record.lines()) {
    if (line.kind == "valid") validations.push_back(&line);
  }
  if (best == nullptr || validations.size() < 2) return "";
  const RecordedLine& last = *validations.back();
  const auto epoch = [](const RecordedLine& line) {
    return static_cast<int64_t>(line.Number("epoch").value_or(0));
  };
  const double before = validations[validations.size() - 2]->Number("loss").value_or(0);
  const double now = last.Number("loss").value_or(before);
  constexpr double kStillFalls = 0.01;
  // A model that hardly makes an error does not become better.
  constexpr double kSmallLoss = 0.02, kHighScore = 0.995;
  const double score = std::max(last.Number("f1").value_or(0), last.Number("accuracy").value_or(0));
  if (now < kSmallLoss || score >= kHighScore) return "";
  const bool by_epochs = epoch(last) >= config_.max_epochs();
  if (best->step != last.step || !by_epochs || now <= 0 || now > (1 - kStillFalls) * before)
    return "";
  return absl::StrCat(
      "the validation loss still fell at the end; max_epochs=", 2 * config_.max_epochs(),
      config_.schedule().kind() == ScheduleSpec::LINEAR_DECAY
          ? " in a new run may give a better model"
          : " with the same command continues this run");
}

}  // namespace elman
