// The second pass over a corpus: converts its splits to examples of ids in spools.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/splits/split_statistics.h"
#include "data/splits/tokenize_chunk.h"
#include "data/staging/example_spool.h"
#include "data/staging/pipeline_progress.h"
#include "data/staging/preprocess_options.h"
#include "data/staging/spooled_split.h"
#include "data/text/corpus_reader.h"
#include "data/text/example_rules.h"
#include "data/vocabularies/field_coding.h"
#include "trainer/comm/communicator.h"

namespace elman {

// Which raw text of a split is kept. Splits for evaluation have what the metrics of the task need.
RawTextHeader::Content RawTextOf(Task task, const std::string& split);

// Tokenizes splits. Spools are in a folder that all ranks see, one per split and rank. Complete
// chunks in existing spools, of any number of ranks, are not tokenized again.
class SplitTokenizer {
 public:
  // All arguments must outlive the tokenizer. The fields must have vocabularies and tokenizers.
  SplitTokenizer(const PreprocessOptions& options, const std::vector<FieldCoding>& fields,
                 const std::string& folder, Communicator* workers, PipelineProgress* progress);

  // Tokenizes the examples of a corpus that `rules` do not leave out. Collective; the result is the
  // same on all ranks. For train, ids are counted.
  absl::StatusOr<SpooledSplit> Tokenize(const std::string& name, const Corpus& corpus,
                                        const ExampleRules& rules);

  // The statistics of each split so far, over all ranks. Collective. Complete on rank 0.
  absl::StatusOr<std::vector<SplitStatistics>> ShareStatistics();
  std::vector<std::vector<uint64_t>> ShareIdCounts();  // by field that owns its vocabulary

  uint64_t kept_chunks() const { return kept_chunks_; }  // chunks found in existing spools

 private:
  using IdCounts = std::vector<std::vector<uint64_t>>;

  ExampleCoding CodingOf(const std::string& name, const ExampleRules& rules) const;
  absl::StatusOr<SplitStatistics> CreateStatistics(const std::string& name) const;
  std::vector<std::string> ShareSpoolPaths(const std::string& name);
  absl::StatusOr<std::vector<SpooledChunk>> ShareKept(const std::string& name,
                                                      const std::vector<std::string>& paths);
  absl::Status AddKept(const std::string& name, const SpooledExamples& examples);
  absl::Status TokenizeShare(const std::string& name, const Corpus& corpus,
                             const ExampleRules& rules, const std::vector<SpooledChunk>& kept,
                             SpoolWriter* spool);
  std::vector<SpooledChunk> ShareChunks(const std::vector<SpooledChunk>& mine);
  absl::Status CountIds(const SpooledExamples& examples, IdCounts* counts) const;
  // The parts of one corpus cannot have a text in common.
  bool MayOverlap() const { return options_.splits.size() > 1; }

  const PreprocessOptions& options_;
  const std::vector<FieldCoding>& fields_;
  const std::string& folder_;
  Communicator* const workers_;
  PipelineProgress* const progress_;
  std::vector<SplitStatistics> statistics_;  // by split; the last is the current split
  IdCounts id_counts_;
  uint64_t kept_chunks_ = 0;
};

}  // namespace elman
