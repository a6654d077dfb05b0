// A data set on disk: its manifest, checked, and its vocabulary and tokenizer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/text/vocabulary.h"
#include "proto/dataset.pb.h"

namespace elman {

inline constexpr std::string_view kManifestName = "dataset.textproto";
inline constexpr std::string_view kVocabularyName = "vocabulary.txt";
inline constexpr std::string_view kTokenizerName = "tokenizer.model";
inline constexpr uint32_t kDatasetFormatVersion = 1;

// Immutable once opened.
class Dataset {
 public:
  // Reads and verifies dataset.textproto, vocabulary.txt and tokenizer.model (checksums, sizes,
  // fingerprint, file names that stay inside the folder) and that every shard has its size. Shard
  // contents are verified as they are read.
  static absl::StatusOr<std::shared_ptr<const Dataset>> Open(const std::string& folder);

  const std::string& folder() const { return folder_; }
  const DatasetManifest& manifest() const { return manifest_; }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  const std::string& vocabulary_text() const {
    return vocabulary_text_;
  }  // the bytes of vocabulary.txt
  const std::string& tokenizer_model() const {
    return tokenizer_model_;
  }  // the bytes of tokenizer.model, or empty

  // NotFound names the splits there are.
  absl::StatusOr<const SplitEntry*> FindSplit(std::string_view name) const;

 private:
  Dataset(std::string folder, DatasetManifest manifest, Vocabulary vocabulary,
          std::string vocabulary_text, std::string tokenizer_model);
  const std::string folder_;
  const DatasetManifest manifest_;
  const Vocabulary vocabulary_;
  const std::string vocabulary_text_;
  const std::string tokenizer_model_;
};

// The fingerprint of a tokenizer with its vocabulary: what VocabularySpec.fingerprint holds.
std::string VocabularyFingerprint(const TokenizerSpec& tokenizer, std::string_view vocabulary_text,
                                  std::string_view tokenizer_model);

// The specification of a vocabulary, with the fingerprint above.
VocabularySpec SpecOf(const Vocabulary& vocabulary, const std::string& fingerprint);

// Adds each field of `counts` to that of `sums`.
void AddCounts(const TextCounts& counts, TextCounts* sums);

// The manifest as the text of dataset.textproto, its last line "# crc32c: ........", and back,
// strictly.
std::string ManifestToText(const DatasetManifest& manifest);
absl::StatusOr<DatasetManifest> ManifestFromText(std::string_view text, const std::string& path);

}  // namespace elman
