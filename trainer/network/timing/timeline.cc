#include "trainer/network/timing/timeline.h"

#include <algorithm>

namespace elman {

void Timeline::Record(const char* name, Clock::time_point begin, Clock::time_point end,
                      Track track) {
  const Span span{name, track, begin, end};
  if (spans_.size() < most_spans_) {
    spans_.push_back(span);
    return;
  }
  spans_[oldest_] = span;
  oldest_ = (oldest_ + 1) % most_spans_;
  ++forgotten_;
}

std::vector<Timeline::Span> Timeline::Spans() const {
  std::vector<Span> spans = spans_;
  std::rotate(spans.begin(), spans.begin() + static_cast<int64_t>(oldest_), spans.end());
  return spans;
}

}  // namespace elman
