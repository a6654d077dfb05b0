// A data set on disk: its manifest, checked, and the vocabularies and tokenizers of its fields.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/text/vocabulary.h"
#include "proto/dataset.pb.h"

namespace elman {

struct SplitIndex;  // of split_blocks.h

// Immutable once opened, for any number of threads.
class Dataset {
 public:
  // Reads and verifies dataset.textproto and the vocabulary and tokenizer of each field (checksums,
  // sizes, fingerprint, file names that stay inside the folder) and that every shard has its size.
  // Shard contents are verified as they are read.
  static absl::StatusOr<std::shared_ptr<const Dataset>> Open(const std::string& folder);

  const std::string& folder() const { return folder_; }
  const DatasetManifest& manifest() const { return manifest_; }

  // Of one of manifest().fields(); the first is what a model reads.
  const Vocabulary& vocabulary(int field = 0) const { return tables_[field]->vocabulary; }
  // The bytes of vocabulary.txt, and of tokenizer.model or empty.
  const std::string& vocabulary_text(int field = 0) const { return tables_[field]->text; }
  const std::string& tokenizer_model(int field = 0) const { return tables_[field]->model; }

  // NotFound names the splits there are.
  absl::StatusOr<const SplitEntry*> FindSplit(std::string_view name) const;

  // The index of a split of this data set: what `read` returns at the first call, kept for those
  // that follow, so that the shards are opened once.
  using Index = std::shared_ptr<const SplitIndex>;
  absl::StatusOr<Index> IndexOf(const SplitEntry& split,
                                const std::function<absl::StatusOr<Index>()>& read) const;

 private:
  struct Tables {
    Vocabulary vocabulary;
    std::string text;
    std::string model;
  };
  static absl::StatusOr<std::shared_ptr<const Tables>> ReadTables(const std::string& folder,
                                                                  const FieldEntry& field);

  Dataset(std::string folder, DatasetManifest manifest,
          std::vector<std::shared_ptr<const Tables>> tables)
      : folder_(std::move(folder)), manifest_(std::move(manifest)), tables_(std::move(tables)) {}
  const std::string folder_;
  const DatasetManifest manifest_;
  const std::vector<std::shared_ptr<const Tables>> tables_;  // by field; shared where they are
  mutable std::mutex mutex_;
  mutable std::map<std::string, Index> indices_;  // by split, of those read
};

}  // namespace elman
