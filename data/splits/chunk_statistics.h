// What is told of a chunk of text besides its tokens.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/splits/restoration.h"
#include "data/text/example_parser.h"
#include "data/text/tag_scheme.h"
#include "data/tokenizer/vocabulary_builder.h"

namespace elman {

// Lines that are examples, but look as if they should be none (text_notices.h).
struct TextNotices {
  enum Kind { kConflictMarker, kByteOrderMark, kHeader, kWebPage, kKinds };
  struct Notice {
    uint64_t lines = 0;
    uint64_t chunk = 0;  // of the first: its number,
    std::string place;   // "FILE: line NUMBER"
    std::string text;    // and how it begins
  };
  std::array<Notice, kKinds> kinds;

  void Add(const TextNotices& other);

  std::string Serialize() const;
  absl::Status AddSerialized(std::string_view bytes);
};

struct TextFindings {
  LeftOut left_out;
  TextNotices notices;
  uint64_t invalid_examples = 0;  // with bytes that are not UTF-8, which were kept
  // In the order they were met: where the examples of a chunk have Vocabulary::first_unseen_id() +
  // i, it is label i of these, until RenumberUnseenLabels.
  PieceCounts unseen_labels;
  TagPairs tag_pairs;                      // of TAGGING
  std::vector<PieceCounts> unknown_words;  // by field, where they are to be counted
  LineRestoration restoration;             // of the lines, where raw text is kept of them
  std::vector<uint64_t> content_hashes;    // of examples with a word, if asked for

  void Clear(size_t fields);

  // As bytes for a spool, and from them.
  std::string Serialize() const;
  static absl::StatusOr<TextFindings> Parse(std::string_view bytes);
};

}  // namespace elman
