// Statistics of a chunk of text, collected while it is tokenized.
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

// Lines that are valid examples but are probably mistakes (text_notices.h).
struct TextNotices {
  enum Kind { kConflictMarker, kByteOrderMark, kHeader, kWebPage, kJson, kCsv, kKinds };
  struct Notice {
    uint64_t lines = 0;
    uint64_t chunk = 0;  // number of the chunk of the first line
    std::string place;   // place of the first line: "FILE: line NUMBER"
    std::string text;    // begin of the first line
  };
  std::array<Notice, kKinds> kinds;

  // Adds the counts of `other`. The first place is that of the earlier chunk.
  void Add(const TextNotices& other);

  // Converts to bytes for another process; adds the notices of such bytes.
  std::string Serialize() const;
  absl::Status AddSerialized(std::string_view bytes);
};

// Statistics of a chunk.
struct ChunkStatistics {
  LeftOut left_out;
  TextNotices notices;
  uint64_t invalid_examples = 0;  // kept although they have bytes that are not UTF-8
  // In order of first occurrence. The id Vocabulary::first_unseen_id() + i in the examples of a
  // chunk is label i of this list, until RenumberUnseenLabels replaces it.
  PieceCounts unseen_labels;
  TagPairs tag_pairs;                      // for TAGGING
  std::vector<PieceCounts> unknown_words;  // by field; only for fields that count them
  LineRestoration restoration;             // of lines whose raw text is kept
  std::vector<uint64_t> content_hashes;    // of examples with at least one word; only if requested

  // Resets the statistics for a chunk of examples with `fields` fields.
  void Clear(size_t fields);

  // Converts to bytes for a spool and back.
  std::string Serialize() const;
  static absl::StatusOr<ChunkStatistics> Parse(std::string_view bytes);
};

}  // namespace elman
