// Records named spans of time of a rank; keeps the latest ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace elman {

// Not thread-safe.
class Timeline {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Track : int32_t {
    kTraining,    // the training thread; spans are nested or disjoint
    kCheckpoint,  // checkpoints that are written in the background
  };

  struct Span {
    const char* name = nullptr;
    Track track = Track::kTraining;
    Clock::time_point begin, end;
  };

  // Keeps at most `most_spans` spans (at least 1). Memory is allocated as spans are recorded.
  explicit Timeline(size_t most_spans) : most_spans_(most_spans) {}

  // `name` must outlive the timeline.
  void Record(const char* name, Clock::time_point begin, Clock::time_point end,
              Track track = Track::kTraining);

  // The spans in the order in which they were recorded.
  std::vector<Span> Spans() const;

  int64_t forgotten() const { return forgotten_; }  // number of earlier spans that were overwritten

 private:
  const size_t most_spans_;
  std::vector<Span> spans_;  // a ring buffer once it is full
  size_t oldest_ = 0;
  int64_t forgotten_ = 0;
};

}  // namespace elman
