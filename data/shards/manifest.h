// The manifest of a data set: the text of dataset.textproto, names and limits of its format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/dataset.pb.h"

namespace elman {

inline constexpr std::string_view kManifestName = "dataset.textproto";
inline constexpr std::string_view kVocabularyName = "vocabulary.txt";
inline constexpr std::string_view kTokenizerName = "tokenizer.model";
inline constexpr uint32_t kDatasetFormatVersion = 3;
inline constexpr uint32_t kMostFeatureSize = 1 << 16;  // numbers of a token's vector
// Contexts of RestorationCounts times kinds of operation; operation o in context c is number
// kRestorationKinds c + o.
inline constexpr int kRestorationKinds = 5;
inline constexpr int kRestorationCounts = 16 * kRestorationKinds;

// The field before `field` that has the same vocabulary, or `field` itself.
int VocabularyOwner(const DatasetManifest& manifest, int field);

// The files of a field: vocabulary, tokenizer, unseen labels, as far as it has them.
std::vector<FileEntry> FilesOfField(const FieldEntry& field);

// Adds each field of `counts` to that of `sums`, or those of each field of an example.
void AddCounts(const TextCounts& counts, TextCounts* sums);
void AddCounts(const google::protobuf::RepeatedPtrField<TextCounts>& counts,
               google::protobuf::RepeatedPtrField<TextCounts>* sums);

// Whether they are the same numbers.
bool EqualCounts(const google::protobuf::RepeatedPtrField<TextCounts>& a,
                 const google::protobuf::RepeatedPtrField<TextCounts>& b);

// The manifest as the text of dataset.textproto, its last line "# crc32c: ........", and back,
// strictly.
std::string ManifestToText(const DatasetManifest& manifest);
absl::StatusOr<DatasetManifest> ManifestFromText(std::string_view text, const std::string& path);

}  // namespace elman
