#include "trainer/trace/trace_file.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "data/format/json_writer.h"
#include "data/io/status_macros.h"

namespace elman {

absl::StatusOr<std::unique_ptr<TraceFile>> TraceFile::Create(const std::string& path) {
  ASSIGN_OR_RETURN(auto file, AtomicFile::Create(path));
  return std::unique_ptr<TraceFile>(new TraceFile(std::move(file)));
}

TraceFile::TraceFile(std::unique_ptr<AtomicFile> file) : file_(std::move(file)) {
  failure_ = file_->Append("{\"displayTimeUnit\": \"ms\", \"traceEvents\": [");
}

void TraceFile::Add(std::string_view event) {
  if (failure_.ok()) failure_ = file_->Append(empty_ ? "\n" : ",\n");
  if (failure_.ok()) failure_ = file_->Append(event);
  empty_ = false;
}

void TraceFile::AddNames(int rank, int32_t track, std::string_view what, std::string_view key,
                         std::string_view name) {
  JsonObject event;
  event.Add("ph", "M").Add("pid", rank).Add("tid", track).Add("name", what);
  Add(event.Add("args", JsonObject().Add(key, name)).ToString());
}

void TraceFile::AddRank(int rank, std::string_view name, std::string_view remark) {
  AddNames(rank, 0, "process_name", "name", name);
  if (!remark.empty()) AddNames(rank, 0, "process_labels", "labels", remark);
  JsonObject order;
  order.Add("ph", "M").Add("pid", rank).Add("tid", 0).Add("name", "process_sort_index");
  Add(order.Add("args", JsonObject().Add("sort_index", rank)).ToString());
}

void TraceFile::AddTrack(int rank, int32_t track, std::string_view name) {
  AddNames(rank, track, "thread_name", "name", name);
}

void TraceFile::AddEvents(int rank, std::span<const TraceEvent> events) {
  for (const TraceEvent& event : events) {
    JsonObject line;
    line.Add("ph", "X").Add("pid", rank).Add("tid", event.track).Add("ts", event.begin);
    Add(line.Add("dur", event.duration).Add("name", event.name).ToString());
  }
}

absl::Status TraceFile::Publish() {
  if (failure_.ok()) failure_ = file_->Append("\n]}\n");
  RETURN_IF_ERROR(failure_);
  return file_->Publish();
}

}  // namespace elman
