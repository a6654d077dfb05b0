#include "data/features/feature_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/features/feature_file.h"
#include "data/format/shell_word.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

// Opens the feature file of a shard and checks that it is the one in the manifest.
absl::StatusOr<std::unique_ptr<FeatureFile>> OpenFile(const Dataset& dataset,
                                                      const SplitEntry& split, int shard) {
  const FeatureEntry& features = dataset.manifest().features();
  ASSIGN_OR_RETURN(std::unique_ptr<FeatureFile> file,
                   FeatureFile::Open(JoinPath(dataset.folder(), split.features(shard).file())));
  FeatureHeader expected = file->header();
  expected.set_split(split.name());
  expected.set_shard(static_cast<uint32_t>(shard));
  expected.set_shard_crc32c(split.shards(shard).crc32c());
  *expected.mutable_features() = features;
  expected.set_vectors(split.shards(shard).counts(0).tokens());
  if (file->header().SerializeAsString() == expected.SerializeAsString()) return file;
  return absl::DataLossError(
      absl::StrCat(file->path(), ": expected the vectors of ", expected.vectors(), " tokens of ",
                   split.shards(shard).file(), ", found { ", file->header().ShortDebugString(),
                   " }; the file belongs to another data set; copy the data set again"));
}

}  // namespace

absl::Status CheckFeatures(const Dataset& dataset, int size) {
  const DatasetManifest& manifest = dataset.manifest();
  if (!manifest.has_features()) {
    return absl::FailedPreconditionError(
        absl::StrCat(dataset.folder(),
                     ": the data set has no feature vectors, which the model reads "
                     "(model.features); add them with:"
                     " elman-preprocess --data=",
                     ShellWord(dataset.folder()),
                     " --features=SPLIT:FILE.safetensors,... --output=NEW_DATASET_DIR"));
  }
  if (manifest.features().size() == static_cast<uint32_t>(size)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(dataset.folder(), ": the feature vectors have ", manifest.features().size(),
                   " elements, but the model reads ", size,
                   " (model.features.size); use the feature vectors that the model was trained "
                   "with, or train a new model"));
}

absl::StatusOr<std::unique_ptr<FeatureReader>> FeatureReader::Open(const Dataset& dataset,
                                                                   std::string_view split_name,
                                                                   int size) {
  if (size == 0) return nullptr;
  RETURN_IF_ERROR(CheckFeatures(dataset, size));
  ASSIGN_OR_RETURN(const SplitEntry* split, dataset.FindSplit(split_name));
  std::unique_ptr<FeatureReader> reader(
      new FeatureReader(size, VectorBytes(dataset.manifest().features())));
  for (int shard = 0; shard < split->shards_size(); ++shard) {
    ASSIGN_OR_RETURN(std::unique_ptr<FeatureFile> file, OpenFile(dataset, *split, shard));
    const uint64_t vectors = file->header().vectors();
    reader->files_.push_back({std::move(file), reader->tokens_});
    reader->tokens_ += vectors;
  }
  return reader;
}

absl::Status FeatureReader::Read(uint64_t position, std::span<float> vectors) {
  if (position > tokens_ || vectors.size() / size_ > tokens_ - position) {
    return absl::OutOfRangeError(absl::StrCat("vectors ", position, " to ",
                                              position + vectors.size() / size_,
                                              " of a split that has ", tokens_));
  }
  while (!vectors.empty()) {
    const auto after = std::ranges::upper_bound(files_, position, {}, &File::first_token);
    const size_t file = static_cast<size_t>(after - files_.begin()) - 1;
    const FeatureHeader& header = files_[file].vectors->header();
    const uint64_t row = position - files_[file].first_token;
    const uint64_t number = row / header.block_vectors(), first = row % header.block_vectors();
    ASSIGN_OR_RETURN(const std::string* block, ReadBlock(file, number));
    const uint64_t count =
        std::min<uint64_t>(vectors.size() / size_, block->size() / vector_bytes_ - first);
    ToFloats(NumberTypeOf(header.features().type()),
             std::string_view(*block).substr(first * vector_bytes_), vectors.first(count * size_));
    vectors = vectors.subspan(count * size_);
    position += count;
  }
  return absl::OkStatus();
}

absl::StatusOr<const std::string*> FeatureReader::ReadBlock(size_t file, uint64_t number) {
  const std::pair<size_t, uint64_t> key{file, number};
  if (const auto found = cached_.find(key); found != cached_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return &by_use_.front().numbers;
  }
  if (reading_) reading_->store(static_cast<int32_t>(file), std::memory_order_relaxed);
  ASSIGN_OR_RETURN(std::string numbers, files_[file].vectors->ReadBlock(number));
  if (reading_) reading_->store(-1, std::memory_order_relaxed);
  while (by_use_.size() >= std::max<size_t>(1, cache_blocks_)) {
    cached_.erase(by_use_.back().key);
    by_use_.pop_back();
  }
  by_use_.push_front({key, std::move(numbers)});
  cached_[key] = by_use_.begin();
  return &by_use_.front().numbers;
}

}  // namespace elman
