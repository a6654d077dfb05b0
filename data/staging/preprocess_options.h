// What elman-preprocess is asked to do.
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

inline constexpr uint64_t kDefaultShardTokens = 10'000'000;
inline constexpr uint64_t kDefaultSubwordVocabSize = 8000;
inline constexpr uint64_t kDefaultMemoryMb = 4096;
inline constexpr uint64_t kLeastMemoryMb = 64;
inline constexpr uint64_t kDefaultSampleBytes = uint64_t{64} << 20;

struct PreprocessOptions {
  struct Split {
    std::string name;                            // train, valid or test
    std::vector<std::string> files;              // read one after the other; "-" is standard input
    std::vector<std::string> target_files = {};  // of parallel files, one for each of `files`
    CorpusPart part = {};                        // which of their examples
  };
  Task task = LANGUAGE_MODEL;
  TokenizerSpec tokenizer;
  // Of TRANSLATION: the tokenizer of the target; KIND_UNSPECIFIED: the same as of the source.
  TokenizerSpec target_tokenizer;
  bool shared_vocabulary = false;  // of TRANSLATION: one vocabulary for both sides
  // Of WORDPIECE the vocab.txt of a BERT model, of SENTENCEPIECE an existing model; else empty.
  std::string tokenizer_file;
  std::string target_tokenizer_file;
  // A data set whose tokenizers and vocabularies are taken over, in the place of `tokenizer`. Then
  // there need not be a train split. Labels that it has no vocabulary of are counted as usual.
  std::string vocabulary_of;
  // Subword tokenizers are trained on a sample of this size; smaller corpora are used whole.
  uint64_t tokenizer_sample_bytes = kDefaultSampleBytes;
  std::vector<Split> splits;  // train, if there is one, is the first
  // How much of train's files is for train, valid and test: each has that share of the examples, by
  // a hash of their texts. Empty: they are all for train.
  std::vector<uint64_t> split_weights;
  PreprocessSpec::OnInvalid on_invalid = PreprocessSpec::KEEP;
  // Most ids of a field of an example, and what becomes of those with more; 0: any number.
  uint64_t max_length = 0;
  PreprocessSpec::OnLong on_long = PreprocessSpec::DROP;
  LabelOrderSpec label_order;  // of CLASSIFICATION
  // Of TAGGING; UNRECORDED: it is recognized by the tags of train, or taken over with them.
  TagScheme tag_scheme = FieldEntry::UNRECORDED;
  ColumnChoice columns;  // of TAGGING
  std::string output;    // the data set's folder, which must not exist or be empty
  uint64_t shard_tokens = kDefaultShardTokens;
  int threads = 1;
  uint64_t memory_mb = kDefaultMemoryMb;  // of 2^20 bytes, for counting, a process
  bool quiet = false;                     // nothing is told on standard error
};

// What is wrong with the options, before anything is read; fills in defaults.
absl::Status CheckOptions(PreprocessOptions* options);

// What is wrong with how much is taken or made at a time.
absl::Status CheckResources(uint64_t shard_tokens, int threads, uint64_t memory_mb);

// The splits, with train divided by the weights, if there are any.
std::vector<PreprocessOptions::Split> DividedSplits(std::vector<PreprocessOptions::Split> splits,
                                                    const std::vector<uint64_t>& weights);

}  // namespace elman
