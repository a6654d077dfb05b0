// What a rank did when: spans of time with names, the latest of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace elman {

// Not for concurrent use.
class Timeline {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Track : int32_t {
    kTraining,    // what the rank itself does; spans lie within each other or apart
    kCheckpoint,  // what is written beside it
  };

  struct Span {
    const char* name = nullptr;
    Track track = Track::kTraining;
    Clock::time_point begin, end;
  };

  // Keeps at most `most_spans`, at least 1, for which memory is taken as they come.
  explicit Timeline(size_t most_spans) : most_spans_(most_spans) {}

  // `name` must outlive the timeline.
  void Record(const char* name, Clock::time_point begin, Clock::time_point end,
              Track track = Track::kTraining);

  // In the order in which they were recorded.
  std::vector<Span> Spans() const;

  int64_t forgotten() const { return forgotten_; }  // earlier spans that had to make room

 private:
  const size_t most_spans_;
  std::vector<Span> spans_;  // a ring, once it is full
  size_t oldest_ = 0;
  int64_t forgotten_ = 0;
};

}  // namespace elman
