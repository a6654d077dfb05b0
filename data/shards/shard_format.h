// The layout and limits of a shard: a header, blocks of examples, an index and a tail, each a
// record. Shared by writer and reader. The format is described in launch/guides/formats.md.
#pragma once

#include <cstdint>

namespace elman {

// In version 3, blocks have the line of the corpus of each example. Version 2 can still be read.
inline constexpr uint32_t kShardFormatVersion = 3;
inline constexpr uint32_t kOldestShardFormatVersion = 2;

// A block ends with the example that brings its ids to kBlockTokenBytes, or its number of examples
// to kMaxBlockExamples.
inline constexpr uint64_t kBlockTokenBytes = uint64_t{1} << 20;
inline constexpr uint64_t kMaxBlockExamples = uint64_t{1} << 20;
// Over all fields. Together with the limits above, no block reaches the maximum size of a record.
inline constexpr uint64_t kMaxExampleTokens = uint64_t{1} << 22;
// Enough for a shard of about 300 GB. A reader rejects a larger index before parsing it.
inline constexpr uint64_t kMaxShardIndexBytes = uint64_t{16} << 20;

// file_id (1 + 8 bytes), and the tail message (2 bytes) with its offset (1 + 8 bytes).
inline constexpr uint64_t kShardTailPayloadBytes = 20;
// Maximum sizes of a header (a few numbers and names) and of a block. A parsed message needs many
// times its bytes, so larger records are rejected before parsing.
inline constexpr uint64_t kMaxShardHeaderBytes = uint64_t{64} << 10;
inline constexpr uint64_t kMaxShardBlockBytes = uint64_t{32} << 20;

// Bytes per id on disk: 2 if all ids below the limit fit, otherwise 4.
inline uint32_t TokenWidth(uint32_t id_limit) { return id_limit <= 0x10000 ? 2 : 4; }

}  // namespace elman
