#include "trainer/trace/run_trace.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "trainer/comm/agreement.h"
#include "trainer/comm/host.h"
#include "trainer/network/math/check.h"
#include "trainer/trace/trace_file.h"

namespace elman {
namespace {

using std::chrono_literals::operator""s;

// For all ranks together: about 30 MB of file, regardless of the number of ranks.
constexpr int kMaxSpans = 1 << 18;
constexpr int kMinSpans = 1 << 12;  // per rank
constexpr int kClockRounds = 5;
constexpr std::chrono::seconds kFirstPause = 2s, kLongestPause = 64s;

size_t SpansOfARank(int ranks) { return std::max(kMinSpans, kMaxSpans / ranks); }

int64_t Nanoseconds(Timeline::Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

// A span as it is sent.
struct PackedSpan {
  int64_t begin, duration;  // in microseconds
  int32_t name;             // index of the name among the rank's names
  int32_t track;
};

const char* TrackName(Timeline::Track track) {
  return track == Timeline::Track::kTraining ? "training" : "writing checkpoints";
}

struct Packed {
  std::string head;  // lines: host, number of forgotten spans, number of spans, names
  std::vector<PackedSpan> spans;
};

// Packs the spans of a timeline, sorted by track and time, with each span before those nested in
// it. `trace_begin`, in nanoseconds, becomes time 0. Times are rounded to microseconds; spans
// remain nested or disjoint. Spans that become 0 microseconds long are left out.
Packed Pack(const Timeline& timeline, int64_t trace_begin) {
  std::vector<PackedSpan> packed;
  std::map<std::string_view, int32_t> places;
  std::vector<std::string_view> names;
  for (const Timeline::Span& span : timeline.Spans()) {
    const int64_t begin = std::max<int64_t>(0, Nanoseconds(span.begin) - trace_begin) / 1000;
    const int64_t end = std::max<int64_t>(0, Nanoseconds(span.end) - trace_begin) / 1000;
    if (begin == end) continue;
    const auto [place, added] = places.try_emplace(span.name, static_cast<int32_t>(names.size()));
    if (added) names.push_back(place->first);
    packed.push_back({begin, end - begin, place->second, static_cast<int32_t>(span.track)});
  }
  std::ranges::stable_sort(packed, {}, [](const PackedSpan& span) {
    return std::tuple(span.track, span.begin, -span.duration);
  });
  Packed result{absl::StrCat(HostName(), "\n", timeline.forgotten(), "\n", packed.size()),
                std::move(packed)};
  for (const std::string_view name : names)
    absl::StrAppend(&result.head, "\n", absl::string_view(name.data(), name.size()));
  return result;
}

}  // namespace

RunTrace::RunTrace(Communicator* communicator, PhaseClock* clock, const std::string& path)
    : communicator_(communicator),
      clock_(clock),
      path_(path),
      timeline_(SpansOfARank(communicator->size())),
      published_(Timeline::Clock::now()),
      pause_(kFirstPause) {
  CompareClocks();
  clock->RecordIn(&timeline_);
}

RunTrace::~RunTrace() { clock_->RecordIn(nullptr); }

// All ranks read their clocks after a barrier. The ranks of a node share a clock, so the result of
// its first rank applies to all of them. The median of several rounds is the least disturbed.
void RunTrace::CompareClocks() {
  const int ranks = communicator_->size();
  const std::vector<int> nodes = communicator_->NodeOfRank();
  const int node = nodes[communicator_->rank()];
  const auto first = std::ranges::find(nodes, node) - nodes.begin();
  std::vector<int64_t> now(ranks), differences;
  for (int round = 0; round < kClockRounds; ++round) {
    communicator_->Barrier();
    const int64_t mine = Nanoseconds(Timeline::Clock::now());
    communicator_->AllGather(std::as_bytes(std::span(&mine, 1)),
                             std::as_writable_bytes(std::span(now)));
    if (round == 0) begin_ = now[0];
    differences.push_back(now[first] - now[0]);
  }
  std::ranges::sort(differences);
  begin_ += differences[kClockRounds / 2];
}

bool RunTrace::Due() const {
  return communicator_->rank() == 0 && Timeline::Clock::now() - published_ >= pause_;
}

namespace {

void AddRank(int rank, const std::vector<std::string>& head, std::span<const PackedSpan> packed,
             TraceFile* file) {
  constexpr size_t kNames = 3;  // number of lines before the names
  file->AddRank(rank, absl::StrCat("rank ", rank, " on ", head[0]),
                head[1] == "0" ? "" : absl::StrCat(head[1], " earlier spans are left out"));
  std::vector<TraceEvent> events;
  for (const PackedSpan& span : packed) {
    if (events.empty() || events.back().track != span.track)
      file->AddTrack(rank, span.track, TrackName(static_cast<Timeline::Track>(span.track)));
    events.push_back({head[kNames + span.name], span.track, span.begin, span.duration});
  }
  file->AddEvents(rank, events);
}

int64_t SpansOf(const std::vector<std::string>& head) {
  int64_t spans = 0;
  CHECK_EQ(absl::SimpleAtoi(head[2], &spans), true);
  return spans;
}

}  // namespace

// Rank 0 holds the spans of one rank at a time.
absl::Status RunTrace::Publish() {
  const int me = communicator_->rank();
  pause_ = std::min<Timeline::Clock::duration>(2 * pause_, kLongestPause);
  Packed mine = Pack(timeline_, begin_);
  const std::vector<std::string> heads = communicator_->AllGather(mine.head);
  absl::Status status;
  std::unique_ptr<TraceFile> file;
  if (me == 0) {
    auto created = TraceFile::Create(path_);
    status = created.status();
    if (created.ok()) file = *std::move(created);
  }
  for (int rank = 0; rank < communicator_->size(); ++rank) {
    const std::vector<std::string> head = absl::StrSplit(heads[rank], '\n');
    std::vector<PackedSpan> theirs(me == 0 ? SpansOf(head) : 0);
    std::vector<Communicator::Piece> sends, receives;
    if (rank > 0 && me == rank)
      sends.emplace_back(0, std::as_writable_bytes(std::span(mine.spans)));
    if (rank > 0 && me == 0) receives.emplace_back(rank, std::as_writable_bytes(std::span(theirs)));
    communicator_->Exchange(sends, receives);
    if (file) AddRank(rank, head, rank == 0 ? mine.spans : theirs, file.get());
  }
  if (file) status = file->Publish();
  published_ = Timeline::Clock::now();
  return AgreeWithRoot(communicator_, status);
}

}  // namespace elman
