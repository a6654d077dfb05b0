// Which examples of a corpus are wanted, and what becomes of bytes that are not UTF-8.
#pragma once

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "data/text/example_parser.h"
#include "proto/dataset.pb.h"

namespace elman {

// The examples whose place, ContentHash scaled to [0, whole), is in [begin, end).
struct CorpusPart {
  uint64_t begin = 0;
  uint64_t end = 1;
  uint64_t whole = 1;

  bool Has(uint64_t content_hash) const {
    const auto place =
        static_cast<uint64_t>(static_cast<unsigned __int128>(content_hash) * whole >> 64);
    return place >= begin && place < end;
  }
};

struct ExampleRules {
  Task task = LANGUAGE_MODEL;
  PreprocessSpec::OnInvalid on_invalid = PreprocessSpec::KEEP;
  CorpusPart part = {};
  ColumnChoice columns = {};  // of TAGGING
  // Most ids of a field, </s> included, and what becomes of an example with more; 0: any number.
  // Not of running text.
  uint64_t max_length = 0;
  PreprocessSpec::OnLong on_long = PreprocessSpec::DROP;
};

// XXH3-64 of what a model reads of the example: the line, the text that a label is of, the source
// of a translation, or the words of a sentence with a line feed behind each.
uint64_t ContentHash(Task task, const TextExample& example);

// As ParseExamples, of the examples that the rules leave. What is left out of a corpus that is
// divided counts in the part that begins it. SKIP and REPLACE count invalid examples, those with
// NUL bytes too, in `left_out`; FAIL names the file and the line of the first. KEEP and FAIL refuse
// NUL bytes.
absl::Status ReadExamples(const ExampleRules& rules, const TextChunk& chunk,
                          const std::function<void(const TextExample&)>& visit, LeftOut* left_out);

}  // namespace elman
