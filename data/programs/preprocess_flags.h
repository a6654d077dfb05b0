// The flags of elman-preprocess, defined in preprocess_main.cc, and functions shared by its three
// commands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/flags/declare.h"
#include "absl/status/status.h"
#include "data/command_line/command_line.h"
#include "proto/dataset.pb.h"
#include "trainer/comm/communicator.h"

ABSL_DECLARE_FLAG(std::string, task);
ABSL_DECLARE_FLAG(std::string, train);
ABSL_DECLARE_FLAG(std::string, valid);
ABSL_DECLARE_FLAG(std::string, test);
ABSL_DECLARE_FLAG(std::string, split);
ABSL_DECLARE_FLAG(std::string, on_invalid);
ABSL_DECLARE_FLAG(uint64_t, max_length);
ABSL_DECLARE_FLAG(std::string, on_long);
ABSL_DECLARE_FLAG(std::string, label_order);
ABSL_DECLARE_FLAG(std::string, tag_scheme);
ABSL_DECLARE_FLAG(std::string, word_column);
ABSL_DECLARE_FLAG(std::string, tag_column);
ABSL_DECLARE_FLAG(std::string, output);
ABSL_DECLARE_FLAG(std::string, tokenizer);
ABSL_DECLARE_FLAG(std::string, vocabulary);
ABSL_DECLARE_FLAG(std::string, tokenizer_model);
ABSL_DECLARE_FLAG(std::string, vocabulary_of);
ABSL_DECLARE_FLAG(std::string, data);
ABSL_DECLARE_FLAG(std::string, features);
ABSL_DECLARE_FLAG(uint64_t, tokenizer_sample_mb);
ABSL_DECLARE_FLAG(uint64_t, vocab_size);
ABSL_DECLARE_FLAG(std::optional<uint64_t>, min_count);
ABSL_DECLARE_FLAG(std::string, target_tokenizer);
ABSL_DECLARE_FLAG(std::string, target_vocabulary);
ABSL_DECLARE_FLAG(std::string, target_tokenizer_model);
ABSL_DECLARE_FLAG(uint64_t, target_vocab_size);
ABSL_DECLARE_FLAG(uint64_t, target_min_count);
ABSL_DECLARE_FLAG(std::string, cooccurrences_of);
ABSL_DECLARE_FLAG(int, window);
ABSL_DECLARE_FLAG(bool, shared_vocabulary);
ABSL_DECLARE_FLAG(bool, lowercase);
ABSL_DECLARE_FLAG(bool, keep_empty_lines);
ABSL_DECLARE_FLAG(uint64_t, shard_tokens);
ABSL_DECLARE_FLAG(int, threads);
ABSL_DECLARE_FLAG(uint64_t, memory_mb);

namespace elman {

// Whether the flags ask for adding feature vectors to a data set.
bool AddsFeatures();

// Threads per process if --threads is 0. `launched`: a launcher started several processes.
int DefaultThreads(bool launched);

// Prints the error on rank 0, with the flag that gave a wrong path. Returns `exit_status`.
int Fail(const Communicator& workers, const CommandLine& line, const absl::Status& status,
         int exit_status);

// Prints the command that trains on the data set in `folder`, if it has a split train.
void PrintNextCommand(const std::string& folder, const DatasetManifest& manifest);

}  // namespace elman
