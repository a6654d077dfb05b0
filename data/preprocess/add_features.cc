#include "data/preprocess/add_features.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "data/command_line/path_lists.h"
#include "data/features/feature_file.h"
#include "data/features/feature_source.h"
#include "data/features/feature_writer.h"
#include "data/io/atomic_file.h"
#include "data/io/checksum.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"
#include "data/io/temporary_name.h"
#include "data/shards/dataset.h"
#include "data/shards/example_reader.h"
#include "data/shards/manifest.h"
#include "data/staging/output_folder.h"
#include "data/staging/publish_dataset.h"
#include "data/staging/source_files.h"
#include "data/text/task_fields.h"

namespace elman {
namespace {

absl::Status CopyFile(const std::string& from, const std::string& to, uint32_t expected_crc) {
  ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> copy, AtomicFile::Create(to));
  uint32_t crc = 0;
  RETURN_IF_ERROR(VisitFile(from, [&](std::string_view part) {
    crc = Crc32c(part, crc);
    return copy->Append(part);
  }));
  if (crc != expected_crc) {
    return absl::DataLossError(
        absl::StrFormat("%s: corrupted: expected the checksum %08x, found %08x; copy the data set "
                        "again",
                        from, expected_crc, crc));
  }
  return copy->PublishProven(crc);
}

// One run. Each stage is a method, in the order of Run.
class FeatureAdder {
 public:
  FeatureAdder(const AddFeaturesOptions& options, Interruption* interruption)
      : options_(options), interruption_(interruption) {}
  ~FeatureAdder() {
    if (interruption_) interruption_->SetAction(nullptr);
  }

  absl::StatusOr<DatasetManifest> Run() {
    ASSIGN_OR_RETURN(dataset_, Dataset::Open(options_.data));
    manifest_ = dataset_->manifest();
    RETURN_IF_ERROR(CheckDataset());
    RETURN_IF_ERROR(OpenSources());
    RETURN_IF_ERROR(OpenOutput());
    for (SplitEntry& split : *manifest_.mutable_splits()) RETURN_IF_ERROR(WriteSplit(&split));
    RETURN_IF_ERROR(CopyRest());
    RETURN_IF_ERROR(PublishDataset(manifest_, output_.get()));
    return std::move(manifest_);
  }

 private:
  absl::Status CheckDataset() const;
  absl::Status OpenSources();
  absl::Status OpenOutput();
  absl::Status WriteSplit(SplitEntry* split);
  absl::StatusOr<FileEntry> WriteShard(const SplitEntry& split, int shard, uint64_t first_example,
                                       ExampleReader* examples, FeatureSource* source);
  absl::Status CopyRest();
  absl::Status Copy(const std::string& file, uint32_t crc32c);

  const AddFeaturesOptions& options_;
  Interruption* const interruption_;
  std::shared_ptr<const Dataset> dataset_;
  DatasetManifest manifest_;                                       // of the new data set
  std::map<std::string, std::unique_ptr<FeatureSource>> sources_;  // by split
  std::unique_ptr<OutputFolder> output_;
  std::set<std::string> copied_;  // names of files
};

absl::Status FeatureAdder::CheckDataset() const {
  if (!TraitsOf(manifest_.task()).layers) {
    return absl::InvalidArgumentError(
        absl::StrCat(options_.data,
                     ": data sets for word vectors (--task=embedding) cannot have feature vectors; "
                     "name a data set of another task"));
  }
  if (manifest_.has_features()) {
    return absl::InvalidArgumentError(absl::StrCat(
        options_.data,
        ": the data set already has feature vectors; name the data set that it was made from"));
  }
  for (const SplitEntry& split : manifest_.splits()) {
    if (options_.files.contains(split.name())) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--features: ", options_.data, " also has the split ", split.name(),
                     ", which needs feature vectors; add ", split.name(), ":FILE.safetensors"));
  }
  for (const auto& [name, files] : options_.files)
    RETURN_IF_ERROR(dataset_->FindSplit(name).status());
  return absl::OkStatus();
}

absl::Status FeatureAdder::OpenSources() {
  const FeatureSource* first = nullptr;
  for (SplitEntry& split : *manifest_.mutable_splits()) {
    const std::vector<std::string>& files = options_.files.at(split.name());
    ASSIGN_OR_RETURN(std::unique_ptr<FeatureSource> source, FeatureSource::Open(files));
    if (first == nullptr) first = source.get();
    if (source->size() != first->size() || source->type() != first->type()) {
      return absl::InvalidArgumentError(
          absl::StrCat(files[0], ": the feature vectors have ", source->size(),
                       " elements; those of the other splits have ", first->size(),
                       " or another type; all splits need the same"));
    }
    for (const std::string& file : files) {
      ASSIGN_OR_RETURN(*split.add_feature_sources(), DescribeSource(file, file));
    }
    sources_[split.name()] = std::move(source);
  }
  manifest_.mutable_features()->set_size(static_cast<uint32_t>(first->size()));
  manifest_.mutable_features()->set_type(FeatureTypeOf(first->type()));
  return absl::OkStatus();
}

absl::Status FeatureAdder::OpenOutput() {
  ASSIGN_OR_RETURN(output_, OutputFolder::Open(options_.output));
  if (interruption_) interruption_->SetAction([output = output_.get()] { output->Leave(); });
  bool discarded = false;
  // A unique name, because unfinished runs are not continued.
  return output_->Begin(TemporaryName("features"), &discarded).status();
}

absl::Status FeatureAdder::WriteSplit(SplitEntry* split) {
  ASSIGN_OR_RETURN(const auto examples,
                   ExampleReader::Open(dataset_, split->name(), /*cache_bytes=*/0));
  FeatureSource* const source = sources_[split->name()].get();
  uint64_t first_example = 0;
  for (int shard = 0; shard < split->shards_size(); ++shard) {
    ASSIGN_OR_RETURN(*split->add_features(),
                     WriteShard(*split, shard, first_example, examples.get(), source));
    first_example += split->shards(shard).counts(0).examples();
    RETURN_IF_ERROR(Copy(split->shards(shard).file(), split->shards(shard).crc32c()));
  }
  for (const FileEntry& texts : split->raw_texts())
    RETURN_IF_ERROR(Copy(texts.file(), texts.crc32c()));
  return source->ExpectEnd();
}

absl::StatusOr<FileEntry> FeatureAdder::WriteShard(const SplitEntry& split, int shard,
                                                   uint64_t first_example, ExampleReader* examples,
                                                   FeatureSource* source) {
  const FeatureEntry& features = manifest_.features();
  FeatureHeader header;
  header.set_format_version(kFeatureFormatVersion);
  header.set_split(split.name());
  header.set_shard(static_cast<uint32_t>(shard));
  header.set_shard_crc32c(split.shards(shard).crc32c());
  *header.mutable_features() = features;
  header.set_vectors(split.shards(shard).counts(0).tokens());
  header.set_block_vectors(VectorsPerBlock(features));
  Fingerprint fingerprint;
  fingerprint.Add(header.SerializeAsString());
  for (const SourceEntry& file : split.feature_sources()) fingerprint.Add(file.xxh3());

  const std::string name =
      absl::StrFormat("%s-%05d-of-%05d.features", split.name(), shard, split.shards_size());
  ASSIGN_OR_RETURN(const auto writer, FeatureWriter::Create(JoinPath(output_->work_path(), name),
                                                            header, fingerprint.Low64()));
  const bool ends = TextsEnd(manifest_.task());
  const auto end_id = static_cast<int32_t>(dataset_->vocabulary().end_id());
  const std::string zeros(VectorBytes(features), '\0');
  std::string numbers;
  for (uint64_t i = 0; i < split.shards(shard).counts(0).examples(); ++i) {
    ASSIGN_OR_RETURN(const ExampleView example, examples->Read(first_example + i));
    const std::span<const int32_t> ids = example.fields[0];
    const bool ended = ends && ids.back() == end_id;
    uint64_t left = ids.size() - (ended ? 1 : 0);
    RETURN_IF_ERROR(source->BeginText(left));
    while (left > 0) {
      const uint64_t count = std::min<uint64_t>(left, header.block_vectors());
      numbers.clear();
      RETURN_IF_ERROR(source->Read(count, &numbers));
      RETURN_IF_ERROR(writer->Add(numbers));
      left -= count;
    }
    if (ended) RETURN_IF_ERROR(writer->Add(zeros));
  }
  return writer->Finish();
}

absl::Status FeatureAdder::Copy(const std::string& file, uint32_t crc32c) {
  if (file.empty() || !copied_.insert(file).second) return absl::OkStatus();
  return CopyFile(JoinPath(options_.data, file), JoinPath(output_->work_path(), file), crc32c);
}

absl::Status FeatureAdder::CopyRest() {
  for (const FieldEntry& field : manifest_.fields()) {
    for (const FileEntry& entry : FilesOfField(field))
      RETURN_IF_ERROR(Copy(entry.file(), entry.crc32c()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::map<std::string, std::vector<std::string>>> ParseFeatureFiles(
    const std::string& text) {
  std::map<std::string, std::vector<std::string>> files;
  // Whether `part` is SPLIT:FILE and the file exists.
  const auto is_there = [](const std::string& part) {
    const size_t colon = part.find(':');
    return colon != std::string::npos && FileExists(part.substr(colon + 1));
  };
  ASSIGN_OR_RETURN(const std::vector<std::string> split, SplitPaths("--features", text, is_there));
  for (const absl::string_view part : split) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(part, absl::MaxSplits(':', 1));
    if (parts.first.empty() || parts.second.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--features: expected SPLIT:FILE, for example train:train.safetensors, found '", part,
          "'"));
    }
    files[std::string(parts.first)].emplace_back(parts.second);
  }
  return files;
}

absl::StatusOr<DatasetManifest> AddFeatures(const AddFeaturesOptions& options,
                                            Interruption* interruption) {
  return FeatureAdder(options, interruption).Run();
}

}  // namespace elman
