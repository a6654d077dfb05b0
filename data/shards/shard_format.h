// The layout and limits of a shard, for its writer and its reader: a header, blocks of examples, an
// index and a tail, each a record. launch/guides/formats.md describes the bytes.
#pragma once

#include <cstdint>

namespace elman {

// Since 3, blocks say which lines of the corpus their examples are; readers know 2 too.
inline constexpr uint32_t kShardFormatVersion = 3;
inline constexpr uint32_t kOldestShardFormatVersion = 2;

// A block is closed by the example that brings its ids to this many bytes, or its examples to
// kMaxBlockExamples.
inline constexpr uint64_t kBlockTokenBytes = uint64_t{1} << 20;
inline constexpr uint64_t kMaxBlockExamples = uint64_t{1} << 20;
// Of all fields together. With the bounds above, no block comes near the limit of a record.
inline constexpr uint64_t kMaxExampleTokens = uint64_t{1} << 22;
// The index of a shard of some 300 GB; a reader refuses a larger one before it parses it.
inline constexpr uint64_t kMaxShardIndexBytes = uint64_t{16} << 20;

// file_id (1 + 8 bytes), and the tail message (2 bytes) with its offset (1 + 8).
inline constexpr uint64_t kShardTailPayloadBytes = 20;
// A header is a few numbers and names; a block what the writer's bounds allow. A message takes many
// times its bytes when it is parsed, so none is parsed that is larger than it can be.
inline constexpr uint64_t kMaxShardHeaderBytes = uint64_t{64} << 10;
inline constexpr uint64_t kMaxShardBlockBytes = uint64_t{32} << 20;

// Bytes of an id on disk: the fewest of 2 and 4 that hold every id below the limit.
inline uint32_t TokenWidth(uint32_t id_limit) { return id_limit <= 0x10000 ? 2 : 4; }

}  // namespace elman
