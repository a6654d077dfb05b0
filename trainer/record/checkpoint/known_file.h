// Recognizes files that are no checkpoints, by their contents: those that Elman writes, and others
// that are given in their place. A new kind of file is added here.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace elman {

struct KnownFile {
  enum Kind {
    kUnknown,      // perhaps damaged at its beginning
    kManifest,     // dataset.textproto
    kMetrics,      // metrics.jsonl
    kWordVectors,  // text or binary
    kConfiguration,
    kText,  // of no known format
    kOther,
  };
  Kind kind = kUnknown;
  std::string what = {};    // "the metrics of a run"; empty for kUnknown
  std::string reader = {};  // which command reads it, or what to do
};

// True if the contents have a known format, so that no other reader needs to try them.
bool IsRecognized(const KnownFile& file);

// A file that cannot be read is kUnknown. Looks at the beginning of the file only.
KnownFile IdentifyFile(const std::string& path);

// The error for a file that was to be a checkpoint and does not begin as one: what it is and which
// command reads it. `damage`, the error that reading it gave, where it is a damaged checkpoint by
// its name.
absl::Status NoCheckpoint(const std::string& path, const absl::Status& damage);

}  // namespace elman
