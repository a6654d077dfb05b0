// The options of elman-preprocess.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "data/text/example_rules.h"
#include "data/text/label_order.h"
#include "data/text/tag_scheme.h"
#include "data/text/tagged_columns.h"
#include "proto/dataset.pb.h"

namespace elman {

// Defaults and limits of options.
inline constexpr uint64_t kDefaultShardTokens = 10'000'000;
inline constexpr uint64_t kDefaultSubwordVocabSize = 8000;
inline constexpr uint64_t kDefaultMemoryMb = 4096;
inline constexpr uint64_t kMinMemoryMb = 64;
inline constexpr uint64_t kDefaultSampleBytes = uint64_t{64} << 20;

// Options of a run that converts text.
struct PreprocessOptions {
  struct Split {
    std::string name;                            // train, valid or test
    std::vector<std::string> files;              // read in order; "-" is standard input
    std::vector<std::string> target_files = {};  // for parallel files, one for each of `files`
    CorpusPart part = {};  // the part of the examples that belongs to the split
  };
  Task task = LANGUAGE_MODEL;
  TokenizerSpec tokenizer;
  // Only for TRANSLATION: tokenizer of the target; KIND_UNSPECIFIED: the same as for the source.
  TokenizerSpec target_tokenizer;
  bool shared_vocabulary = false;  // only for TRANSLATION: one vocabulary for both sides
  // The vocab.txt of a BERT model for WORDPIECE, the model for SENTENCEPIECE; otherwise empty.
  std::string tokenizer_file;
  std::string target_tokenizer_file;
  // A data set whose tokenizers and vocabularies are used instead of `tokenizer`. Then the split
  // train is optional. Labels for which it has no vocabulary are counted as usual.
  std::string vocabulary_of;
  // Size of the sample on which subword tokenizers are trained. Smaller corpora are used
  // completely.
  uint64_t tokenizer_sample_bytes = kDefaultSampleBytes;
  std::vector<Split> splits;  // train, if present, is first
  // Proportions in which train's files are divided into train, valid and test, by a hash of the
  // texts. Empty: all examples are in train.
  std::vector<uint64_t> split_weights;
  PreprocessSpec::OnInvalid on_invalid = PreprocessSpec::KEEP;
  // Maximum number of ids per field of an example; on_long applies to longer ones. 0: unlimited.
  uint64_t max_length = 0;
  PreprocessSpec::OnLong on_long = PreprocessSpec::DROP;
  LabelOrderSpec label_order;  // for CLASSIFICATION
  // Only for TAGGING. UNRECORDED: recognized from the tags of train, or adopted with their
  // vocabulary.
  TagScheme tag_scheme = FieldEntry::UNRECORDED;
  ColumnChoice columns;  // for TAGGING
  std::string output;    // folder of the data set; it must be empty or not exist
  uint64_t shard_tokens = kDefaultShardTokens;
  int threads = 1;
  uint64_t memory_mb = kDefaultMemoryMb;  // MiB per process for counting
  bool quiet = false;                     // print nothing to standard error
};

// Checks the options without reading files, and fills in defaults.
absl::Status CheckOptions(PreprocessOptions* options);

// Checks the resource limits.
absl::Status CheckResources(uint64_t shard_tokens, int threads, uint64_t memory_mb);

// The splits, after train is divided according to `weights`, if there are any.
std::vector<PreprocessOptions::Split> DividedSplits(std::vector<PreprocessOptions::Split> splits,
                                                    const std::vector<uint64_t>& weights);

}  // namespace elman
