// Rules that select examples of a corpus and handle bytes that are not UTF-8.
#pragma once

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "data/text/example_parser.h"
#include "proto/dataset.pb.h"

namespace elman {

// A part of a corpus: the examples whose place is in [begin, end). The place is ContentHash scaled
// to [0, whole).
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

// The rules for one split.
struct ExampleRules {
  Task task = LANGUAGE_MODEL;
  PreprocessSpec::OnInvalid on_invalid = PreprocessSpec::KEEP;
  CorpusPart part = {};
  ColumnChoice columns = {};  // for TAGGING
  // Maximum number of ids per field, including </s>; on_long applies to longer examples. 0:
  // unlimited. Does not apply to running text.
  uint64_t max_length = 0;
  PreprocessSpec::OnLong on_long = PreprocessSpec::DROP;
};

// XXH3-64 of the input of a model: the line, the text of a label, the source of a translation, or
// the words of a sentence, each followed by a line feed.
uint64_t ContentHash(Task task, const TextExample& example);

// Like ParseExamples, for the examples that the rules select. In a divided corpus, what is left out
// is counted for the first part. SKIP and REPLACE count invalid examples, including those with NUL
// bytes, in `left_out`. FAIL returns an error for the first one, with file and line. KEEP and FAIL
// return an error for NUL bytes.
absl::Status ReadExamples(const ExampleRules& rules, const TextChunk& chunk,
                          const std::function<void(const TextExample&)>& visit, LeftOut* left_out);

}  // namespace elman
