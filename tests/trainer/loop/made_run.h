// Trains a small model (by default a language model) on a generated data set, with threads as
// ranks.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/shards/dataset.h"
#include "data/text/task_fields.h"
#include "tests/data/shards/made_dataset.h"
#include "tests/support/scratch.h"
#include "trainer/comm/thread_group.h"
#include "trainer/config/run_config.h"
#include "trainer/eval/evaluators/evaluator_factory.h"
#include "trainer/loop/training_loop.h"
#include "trainer/network/factory/model_factory.h"
#include "trainer/optim/optimizer_factory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/run/run_start.h"
#include "trainer/run/training_data.h"

namespace elman {

inline constexpr char kMadeRunConfig[] =
    "model { layers: 2 hidden_size: 9 embedding_size: 7 dropout: 0.3 weight_dropout: 0.2 }"
    "optimizer { kind: ADAM learning_rate: 0.01 clip_norm: 1 }"
    "lanes: 4 batch_size: 6 sequence_length: 5 max_epochs: 2 seed: 3 evaluation { batch_size: 20 }";

class MadeRun : public testing::Test {
 protected:
  explicit MadeRun(Task task = LANGUAGE_MODEL) {
    WriteMadeDataset(data_.path(), task, {RandomTaskExamples(task, 60, 8, 12)}, 12);
    const auto dataset = Dataset::Open(data_.path());
    EXPECT_THAT(dataset, IsOk());
    dataset_ = *dataset;
  }

  // Trains with `ranks` ranks into `output`, starting from the checkpoint `from` if it is not
  // empty. If `stop_after` is positive, requests a stop after this number of steps of rank 0.
  // Returns the content hash of the last checkpoint.
  std::string Run(int ranks, const std::string& output, int64_t max_steps,
                  bool shares_memory = true, const std::string& from = "", int64_t stop_after = 0) {
    std::vector<std::string> overrides = overrides_;
    overrides.push_back("max_steps=" + std::to_string(max_steps));
    const TrainingConfig config = *ParseRunConfig(kMadeRunConfig, "test", overrides);
    const auto rank_main = [&](Communicator* communicator) {
      // Like PrepareRun without its checks, because these runs are validated on their training
      // split.
      const DatasetManifest& manifest = dataset_->manifest();
      std::vector<VocabularySpec> vocabularies = VocabulariesOf(manifest.fields());
      vocabularies.resize(FieldsOfModel(manifest.task()));
      auto model = *CreateModel(TaskOfModel(manifest.task()), config.model(), vocabularies,
                                dataset_->vocabulary().counts());
      const auto optimizer = CreateOptimizer(config.optimizer());
      const auto source = *CreateTrainingSource({dataset_}, config);
      const auto exchange = std::make_unique<GradientExchange>(
          communicator, PlanExchange(communicator, *model, *optimizer, config));
      if (wrap_model_) model = wrap_model_(std::move(model));
      TrainingState state(communicator, model.get(), exchange.get(), optimizer.get(), source.get());
      Checkpoint checkpoint;
      if (!from.empty()) {
        checkpoint = *ReadCheckpoint(from);
        EXPECT_THAT(state.Scatter(&checkpoint), IsOk());
      } else {
        EXPECT_THAT(state.Initialize(config.seed()), IsOk());
      }
      *checkpoint.header.mutable_config() = config;
      DescribeParameters(model->parameters(), &checkpoint.header);
      const Task task = dataset_->manifest().task();
      std::unique_ptr<Evaluator> evaluator;  // co-occurrences have no validation
      if (task != COOCCURRENCE) evaluator = *CreateEvaluator(dataset_, "train", config);
      std::unique_ptr<ValidationSamples> samples;
      if (shows_samples_ && communicator->rank() == 0)
        samples = *CreateValidationSamples(dataset_, "train", config, model.get());
      CheckpointDirectory checkpoints(scratch_.Path(output));
      PhaseClock clock;
      std::unique_ptr<RunDirectory> directory;
      std::unique_ptr<ProgressReporter> reporter;
      if (communicator->rank() == 0) {
        directory = *RunDirectory::Open(scratch_.Path(output));
        reporter = *ProgressReporter::Create(directory.get(), TaskOfModel(task), config,
                                             checkpoint.header.progress(),
                                             TotalSteps(config, *source), /*peak=*/0, &clock);
      }
      RankHeartbeat heartbeat(&clock);
      int64_t asked = 0;
      TrainingLoop loop(
          {.communicator = communicator,
           .learner = {model.get(), optimizer.get(), source.get(), exchange.get(), &state},
           .validation = {.evaluator = evaluator.get(), .samples = samples.get()},
           .record = {.checkpoints = &checkpoints, .reporter = reporter.get()},
           .watch = {.clock = &clock, .heartbeat = &heartbeat},
           .hooks = {.stop_requested =
                         [&] {
                           if (on_step_) on_step_(communicator->rank());
                           if (tamper_) {
                             tamper_(communicator->rank(), exchange->values(),
                                     checkpoint.header.mutable_progress());
                           }
                           return communicator->rank() == 0 && ++asked == stop_after;
                         }},
           .retry_pause = absl::ZeroDuration(),
           .checkpoint = &checkpoint});
      if (before_training_) before_training_();
      const absl::Status trained = loop.Run();
      if (reporter) reporter->FinishTraining();
      EXPECT_EQ(trained.code(), ends_with_) << trained;
      EXPECT_EQ(loop.stopped(), stop_after > 0);
      if (after_training_) after_training_();
      if (communicator->rank() == 0) {
        ended_ = trained;
        save_failed_ = loop.save_failed();
      }
    };
    if (nodes_.empty()) {
      RunThreadGroup(ranks, rank_main, shares_memory);
    } else {
      RunThreadGroup(nodes_, rank_main);
    }
    return HashOfLatest(output);
  }

  // Returns the lines of metrics.jsonl of this kind, without the times at which they were written.
  std::vector<std::string> LinesOfKind(const std::string& kind, const std::string& output) {
    std::vector<std::string> lines;
    const std::string metrics = scratch_.Read(output + "/metrics.jsonl");
    for (const auto line : absl::StrSplit(metrics, '\n')) {
      if (absl::StartsWith(line, "{\"kind\": \"" + kind + "\""))
        lines.push_back(absl::StrCat(line.substr(0, line.rfind(", \"time\"")), "}"));
    }
    return lines;
  }

  // Returns the losses of the train lines of metrics.jsonl.
  std::vector<double> TrainLosses(const std::string& output) {
    std::vector<double> losses;
    for (const auto line : absl::StrSplit(scratch_.Read(output + "/metrics.jsonl"), '\n')) {
      const std::vector<absl::string_view> parts = absl::StrSplit(line, "\"loss\": ");
      if (absl::StrContains(line, "\"train\"") && parts.size() == 2)
        losses.push_back(std::strtod(std::string(parts[1]).c_str(), nullptr));
    }
    return losses;
  }

  std::string HashOfLatest(const std::string& output) {
    const auto path = ResolveCheckpoint(scratch_.Path(output), kLatest);
    if (!path.ok()) return "";
    const auto latest = ReadCheckpoint(*path);
    EXPECT_THAT(latest, IsOk());
    return latest.ok() ? ContentHash(*latest) : "";
  }

  std::string Latest(const std::string& output) {
    return *ResolveCheckpoint(scratch_.Path(output), kLatest);
  }

  Scratch data_, scratch_;
  std::shared_ptr<const Dataset> dataset_;
  std::vector<std::string> overrides_;  // overrides of the configuration
  bool shows_samples_ = false;  // whether samples of the data set are shown at every validation
  std::vector<int> nodes_;      // nodes of the ranks; empty: all on one node
  std::function<void()> before_training_;  // called by every rank
  std::function<void()> after_training_;   // called by every rank
  std::function<void(int rank)> on_step_;  // called by every rank in every step
  // Called on every rank.
  std::function<std::unique_ptr<Model>(std::unique_ptr<Model>)> wrap_model_;
  // Called by every rank in every step, before the ranks compare; may corrupt what the rank holds.
  std::function<void(int rank, std::span<float> values, Progress* progress)> tamper_;
  absl::StatusCode ends_with_ = absl::StatusCode::kOk;
  absl::Status ended_;        // status of the last run
  bool save_failed_ = false;  // whether its last save failed
};

}  // namespace elman
