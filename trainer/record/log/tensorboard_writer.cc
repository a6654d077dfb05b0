#include "trainer/record/log/tensorboard_writer.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "data/io/atomic_file.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/random_access_file.h"
#include "data/io/status_macros.h"
#include "data/records/record_io.h"
#include "proto/event.pb.h"

namespace elman {
namespace {

constexpr char kPrefix[] = "events.out.tfevents.";
constexpr char kHParamsStart[] = "_hparams_/session_start_info";
constexpr char kHParamsEnd[] = "_hparams_/session_end_info";

double Now() { return absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()); }

std::vector<std::string> EventFiles(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator i(folder, error), end; !error && i != end;
       i.increment(error)) {
    if (absl::StartsWith(i->path().filename().string(), kPrefix))
      paths.push_back(i->path().string());
  }
  std::ranges::sort(paths);
  return paths;
}

// Returns the framed events of a file up to `step` (training events up to `train_step`), without
// its version record. A file that was truncated by a kill is read up to that point.
absl::StatusOr<std::string> EventsUntil(const std::string& path, int64_t step, int64_t train_step) {
  ASSIGN_OR_RETURN(const auto file, RandomAccessFile::Open(path));
  const RecordReader reader(file.get());
  std::string kept, payload;
  for (absl::StatusOr<uint64_t> next = reader.Read(0, &payload); next.ok();
       next = reader.Read(*next, &payload)) {
    Event event;
    if (!event.ParseFromString(payload)) break;
    if (!event.has_summary()) continue;
    const std::string tag = event.summary().value_size() > 0 ? event.summary().value(0).tag() : "";
    if (tag == kHParamsStart || tag == kHParamsEnd) continue;
    const bool is_train = absl::StartsWith(tag, "train/");
    if (event.step() <= (is_train ? train_step : step)) kept += FrameRecord(payload);
  }
  return kept;
}

HistogramProto ProtoOf(const Histogram& histogram) {
  HistogramProto proto;
  proto.set_min(histogram.least);
  proto.set_max(histogram.greatest);
  proto.set_num(histogram.number);
  proto.set_sum(histogram.sum);
  proto.set_sum_squares(histogram.squares);
  const auto filled = [](const Histogram::Bucket& bucket) { return bucket.count > 0; };
  const auto& buckets = histogram.buckets;
  auto first = std::ranges::find_if(buckets, filled);
  const auto end = std::find_if(buckets.rbegin(), buckets.rend(), filled).base();
  // An empty bucket in front shows where the first one begins.
  if (first < end && first != buckets.begin()) --first;
  for (; first < end; ++first) {
    proto.add_bucket_limit(first->limit);
    proto.add_bucket(first->count);
  }
  return proto;
}

std::string Host() {
  char name[256] = "";
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "localhost";
}

}  // namespace

absl::StatusOr<std::unique_ptr<TensorBoardWriter>> TensorBoardWriter::Open(
    const std::string& folder, int64_t step, int64_t train_step) {
  RETURN_IF_ERROR(CreateFolder(folder));
  const std::vector<std::string> earlier = EventFiles(folder);
  Event version;
  version.set_wall_time(Now());
  version.set_file_version("brain.Event:2");
  std::string events = FrameRecord(version.SerializeAsString());
  for (const std::string& path : earlier) {
    ASSIGN_OR_RETURN(const std::string kept, EventsUntil(path, step, train_step));
    events += kept;
  }
  const std::string path = JoinPath(
      folder,
      absl::StrCat(kPrefix, absl::ToUnixMicros(absl::Now()) / 1000000, ".", Host(), ".", getpid()));
  RETURN_IF_ERROR(WriteFile(path, events));
  for (const std::string& old : earlier) {
    std::error_code error;
    if (old != path) std::filesystem::remove(old, error);
  }
  ASSIGN_OR_RETURN(auto file, AppendFile::Open(path));
  return std::unique_ptr<TensorBoardWriter>(new TensorBoardWriter(std::move(file)));
}

absl::Status TensorBoardWriter::Write(int64_t step,
                                      const std::vector<std::pair<std::string, double>>& scalars) {
  Event event;
  event.set_wall_time(Now());
  event.set_step(step);
  for (const auto& [tag, value] : scalars) {
    Summary::Value* scalar = event.mutable_summary()->add_value();
    scalar->set_tag(std::string(tag));
    scalar->set_simple_value(static_cast<float>(value));
  }
  return file_->Append(FrameRecord(event.SerializeAsString()));
}

absl::Status TensorBoardWriter::WriteHistograms(
    int64_t step, const std::vector<std::pair<std::string, Histogram>>& histograms) {
  Event event;
  event.set_wall_time(Now());
  event.set_step(step);
  for (const auto& [tag, histogram] : histograms) {
    if (histogram.number == 0) continue;
    Summary::Value* value = event.mutable_summary()->add_value();
    value->set_tag(tag);
    *value->mutable_histo() = ProtoOf(histogram);
  }
  if (!event.has_summary()) return absl::OkStatus();
  return file_->Append(FrameRecord(event.SerializeAsString()));
}

absl::Status TensorBoardWriter::WriteTexts(
    int64_t step, const std::vector<std::pair<std::string, std::string>>& texts) {
  Event event;
  event.set_wall_time(Now());
  event.set_step(step);
  for (const auto& [tag, markdown] : texts) {
    Summary::Value* text = event.mutable_summary()->add_value();
    text->set_tag(tag);
    text->mutable_metadata()->mutable_plugin_data()->set_plugin_name("text");
    text->mutable_metadata()->set_data_class(SummaryMetadata::DATA_CLASS_TENSOR);
    text->mutable_tensor()->set_dtype(TensorProto::DT_STRING);
    text->mutable_tensor()->mutable_tensor_shape()->add_dim()->set_size(1);
    text->mutable_tensor()->add_string_val(markdown);
  }
  return file_->Append(FrameRecord(event.SerializeAsString()));
}

absl::Status TensorBoardWriter::WriteHParams(const std::string& tag,
                                             const HParamsPluginData& data) {
  Event event;
  event.set_wall_time(Now());
  Summary::Value* const value = event.mutable_summary()->add_value();
  value->set_tag(tag);
  auto* const plugin = value->mutable_metadata()->mutable_plugin_data();
  plugin->set_plugin_name("hparams");
  plugin->set_content(data.SerializeAsString());
  // TensorBoard expects a tensor, and this one from its own API: no floats.
  value->mutable_tensor()->set_dtype(TensorProto::DT_FLOAT);
  value->mutable_tensor()->mutable_tensor_shape()->add_dim();
  return file_->Append(FrameRecord(event.SerializeAsString()));
}

absl::Status TensorBoardWriter::WriteHyperparameters(
    const std::vector<Hyperparameter>& hyperparameters) {
  HParamsPluginData data;
  SessionStartInfo* const start = data.mutable_session_start_info();
  start->set_start_time_secs(Now());
  for (const Hyperparameter& hyperparameter : hyperparameters) {
    SessionStartInfo::Value& value = (*start->mutable_hparams())[hyperparameter.name];
    if (const auto* truth = std::get_if<bool>(&hyperparameter.value)) value.set_bool_value(*truth);
    if (const auto* number = std::get_if<double>(&hyperparameter.value))
      value.set_number_value(*number);
    if (const auto* text = std::get_if<std::string>(&hyperparameter.value))
      value.set_string_value(*text);
  }
  return WriteHParams(kHParamsStart, data);
}

absl::Status TensorBoardWriter::WriteEnd() {
  HParamsPluginData data;
  data.mutable_session_end_info()->set_status(SessionEndInfo::STATUS_SUCCESS);
  data.mutable_session_end_info()->set_end_time_secs(Now());
  return WriteHParams(kHParamsEnd, data);
}

}  // namespace elman
