// A data set on disk: the verified manifest, and the vocabularies and tokenizers of its fields.
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

struct SplitIndex;  // defined in split_blocks.h

// Immutable after Open and safe for concurrent use.
class Dataset {
 public:
  // Reads and verifies dataset.textproto and the vocabulary and tokenizer of each field (checksums,
  // sizes, fingerprint, file names inside the folder), and checks the size of every shard. The
  // contents of shards are verified when they are read.
  static absl::StatusOr<std::shared_ptr<const Dataset>> Open(const std::string& folder);

  const std::string& folder() const { return folder_; }
  const DatasetManifest& manifest() const { return manifest_; }

  // The vocabulary of manifest().fields(field). Field 0 is the input of models.
  const Vocabulary& vocabulary(int field = 0) const { return tables_[field]->vocabulary; }
  // The bytes of vocabulary.txt, and of tokenizer.model (empty if there is none).
  const std::string& vocabulary_text(int field = 0) const { return tables_[field]->text; }
  const std::string& tokenizer_model(int field = 0) const { return tables_[field]->model; }

  // NotFound lists the existing splits.
  absl::StatusOr<const SplitEntry*> FindSplit(std::string_view name) const;

  // The index of a split. The first call gets it from `read`; it is kept for later calls, so that
  // the shards are opened only once.
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
  // By field. Fields with a shared vocabulary share their tables.
  const std::vector<std::shared_ptr<const Tables>> tables_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, Index> indices_;  // indices read so far, by split
};

}  // namespace elman
