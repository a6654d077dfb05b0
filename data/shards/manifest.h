// The manifest of a data set: reading and writing dataset.textproto, and names and limits of the
// format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/dataset.pb.h"

namespace elman {

// Names of files in a data set, and the version of the format.
inline constexpr std::string_view kManifestName = "dataset.textproto";
inline constexpr std::string_view kVocabularyName = "vocabulary.txt";
inline constexpr std::string_view kTokenizerName = "tokenizer.model";
inline constexpr uint32_t kDatasetFormatVersion = 3;
inline constexpr uint32_t kMaxFeatureSize = 1 << 16;  // numbers per feature vector
// Number of restoration counts: kinds of operation times contexts (RestorationCounts). Operation o
// in context c has the index kRestorationKinds * c + o.
inline constexpr int kRestorationKinds = 5;
inline constexpr int kRestorationCounts = 16 * kRestorationKinds;

// The first field that has the same vocabulary as `field`; it may be `field` itself.
int VocabularyOwner(const DatasetManifest& manifest, int field);

// The existing files of a field: vocabulary, tokenizer, unseen labels.
std::vector<FileEntry> FilesOfField(const FieldEntry& field);

// Adds each number of `counts` to that of `sums`. The second form does so for each field of
// examples.
void AddCounts(const TextCounts& counts, TextCounts* sums);
void AddCounts(const google::protobuf::RepeatedPtrField<TextCounts>& counts,
               google::protobuf::RepeatedPtrField<TextCounts>* sums);

// Whether all counts are equal.
bool EqualCounts(const google::protobuf::RepeatedPtrField<TextCounts>& a,
                 const google::protobuf::RepeatedPtrField<TextCounts>& b);

// Converts a manifest to the text of dataset.textproto, whose last line is "# crc32c: ........",
// and back. Reading is strict.
std::string ManifestToText(const DatasetManifest& manifest);
absl::StatusOr<DatasetManifest> ManifestFromText(std::string_view text, const std::string& path);

}  // namespace elman
