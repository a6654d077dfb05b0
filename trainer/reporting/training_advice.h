// Finds what is likely to be wrong with a run, for people who train their first models, and names
// the fields that help. Advice never changes a run.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "proto/dataset.pb.h"
#include "proto/training.pb.h"
#include "trainer/record/log/run_record.h"

namespace elman {

// The size of a run relative to its data.
struct RunSize {
  uint64_t examples = 0;  // of an epoch; 0 if rows are streams of tokens
  uint64_t tokens = 0;    // of the training data
  int64_t steps_per_epoch = 0;
  int64_t total_steps = 0;
};

// Returns what is wrong with the size of a new run: a batch that is larger than the data, or too
// few steps to learn from it; for word vectors, which are trained pair by pair, too little text. A
// run that max_steps ends is meant to be short.
std::vector<std::string> AdviseOnSize(Task task, const TrainingConfig& config, const RunSize& size);

// Returns advice on a learning rate that is usual for another optimizer; empty if there is none.
std::string AdviseOnRate(Task task, const TrainingConfig& config);

// Follows the losses of a run. Each problem is reported once, when it begins.
class TrainingAdvice {
 public:
  TrainingAdvice(Task task, const TrainingConfig& config) : task_(task), config_(config) {}

  // Call with the mean loss of every train line. Returns a warning if the loss has risen far above
  // its lowest value; empty otherwise. If lines are of few steps, the mean of several lines counts,
  // because the loss of a single batch varies.
  std::string AfterTrainLine(double loss, double learning_rate);

  // Call after every validation. Epochs count from 1. Returns a remark if the best validation is
  // long ago: 5, 10, 20 ... epochs; empty otherwise.
  std::string AfterValidation(int64_t epoch, const RecordedLine* best);

  // Returns a remark on the length of a finished run if the validation loss still fell; otherwise
  // empty. AfterValidation has reported a best validation that was long before the end.
  std::string AtEnd(const RunRecord& record) const;

 private:
  bool LearnsNothingMore() const;  // because the learning rate has fallen to almost nothing
  std::string Rate() const;

  const Task task_;
  const TrainingConfig config_;
  std::deque<double> losses_;            // of the last lines
  std::optional<double> learning_rate_;  // of the last line
  std::optional<double> lowest_;
  bool risen_ = false;
  int64_t next_age_ = 5;  // epochs since the best validation that are reported next
};

}  // namespace elman
