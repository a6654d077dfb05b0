#include "data/io/decompression.h"

#include <bzlib.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <functional>
#include <thread>

#include "tests/support/scratch.h"

namespace elman {
namespace {

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;

std::string Gzip(const std::string& text) {
  z_stream stream = {};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = text.size();
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = out.size();
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Bzip2(const std::string& text) {
  std::string out(text.size() + text.size() / 50 + 1000, '\0');
  auto size = static_cast<unsigned>(out.size());
  BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(text.data()),
                           static_cast<unsigned>(text.size()), /*blockSize100k=*/1, 0, 0);
  out.resize(size);
  return out;
}

std::string Xz(const std::string& text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  size_t size = 0;
  lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr,
                          reinterpret_cast<const uint8_t*>(text.data()), text.size(),
                          reinterpret_cast<uint8_t*>(out.data()), &size, out.size());
  out.resize(size);
  return out;
}

std::string Zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  // With a checksum, as written by the zstd program.
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  out.resize(ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return out;
}

// Reads all bytes with reads of `step` bytes.
absl::StatusOr<std::string> ReadAll(const std::string& path, size_t step = 1000) {
  absl::StatusOr<std::unique_ptr<ByteSource>> source = OpenDecompressed(path);
  if (!source.ok()) return source.status();
  std::string all;
  std::string buffer(step, '\0');
  for (;;) {
    const absl::StatusOr<size_t> count = (*source)->Read(buffer.data(), step);
    if (!count.ok()) return count.status();
    if (*count == 0) return all;
    all.append(buffer, 0, *count);
  }
}

struct Format {
  const char* name;
  std::function<std::string(const std::string&)> compress;
};

class DecompressionTest : public testing::TestWithParam<Format> {
 protected:
  std::string Compress(const std::string& text) { return GetParam().compress(text); }
  absl::StatusOr<std::string> Decompress(const std::string& bytes, size_t step = 1000) {
    return ReadAll(scratch_.Write("file", bytes), step);
  }
  Scratch scratch_;
};

// Long enough for several buffers, and not too repetitive.
std::string LongText() {
  std::string text;
  uint32_t x = 1;
  while (text.size() < 2'000'000) {
    x = x * 1664525 + 1013904223;
    text += "word" + std::to_string(x % 50000) + (x % 11 == 0 ? "\n" : " ");
  }
  return text;
}

TEST_P(DecompressionTest, RestoresTheText) {
  const std::string text = LongText();
  const std::string compressed = Compress(text);
  for (const size_t step : {size_t{1} << 22, size_t{4096}, size_t{777}}) {
    EXPECT_TRUE(*Decompress(compressed, step) == text) << step;
  }
  EXPECT_EQ(*Decompress(Compress("x"), 1), "x");
  EXPECT_EQ(*Decompress(Compress("")), "");
}

TEST_P(DecompressionTest, ReadsConcatenatedMembers) {
  EXPECT_EQ(*Decompress(Compress("one ") + Compress("") + Compress("two ") + Compress("three")),
            "one two three");
}

TEST_P(DecompressionTest, RefusesTruncatedData) {
  const std::string compressed = Compress(LongText().substr(0, 3000));
  for (size_t size = 6; size < compressed.size(); size += 1 + size / 50) {
    EXPECT_THAT(Decompress(compressed.substr(0, size)), FailsWith(kDataLoss, "truncated")) << size;
  }
  EXPECT_THAT(Decompress(Compress("one") + compressed.substr(0, compressed.size() - 1)),
              FailsWith(kDataLoss, "truncated"));
}

TEST_P(DecompressionTest, RefusesDamagedData) {
  const std::string compressed = Compress(LongText().substr(0, 3000));
  std::string damaged = compressed;
  damaged[compressed.size() / 2] ^= 0x10;
  const absl::StatusOr<std::string> read = Decompress(damaged);
  EXPECT_EQ(read.status().code(), kDataLoss);
  EXPECT_NE(std::string(read.status().message()).find(scratch_.Path("file")), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Formats, DecompressionTest,
                         testing::Values(Format{"gzip", Gzip}, Format{"bzip2", Bzip2},
                                         Format{"xz", Xz}, Format{"zstd", Zstd}),
                         [](const auto& param) { return param.param.name; });

TEST(OpenDecompressed, ReadsPlainTextUnchanged) {
  Scratch scratch;
  for (const std::string& text :
       {std::string(""), std::string("a"), std::string("\x1f"), std::string("BZh"),
        std::string("BZh9 is no block\n"), std::string("BZh91AY: a name\n"), LongText()}) {
    EXPECT_TRUE(*ReadAll(scratch.Write("file.gz", text)) == text);
  }
}

// As written by `zstd --long=31`: a window of 2 GiB, which does not need that much memory yet.
TEST(OpenDecompressed, ReadsZstdWithTheLargestWindow) {
  Scratch scratch;
  const std::string text = "far back\n";
  const std::string frame = std::string("\x28\xb5\x2f\xfd\x00\xa8", 6) +
                            std::string({static_cast<char>(text.size() << 3 | 1), 0, 0}) + text;
  const auto read = ReadAll(scratch.Write("file", frame));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(*read, text);
}

// pzstd stores the size of a frame in a skippable frame before it.
TEST(OpenDecompressed, ReadsZstdThatBeginsWithASkippableFrame) {
  Scratch scratch;
  const std::string skipped("\x50\x2a\x4d\x18\x04\x00\x00\x00size", 12);
  EXPECT_EQ(*ReadAll(scratch.Write("file", skipped + Zstd("one ") + skipped + Zstd("two"))),
            "one two");
}

// Intact data that cannot be read here are not reported as damaged.
TEST(OpenDecompressed, DistinguishesUnsupportedFromDamagedData) {
  Scratch scratch;
  const std::string dictionary =
      std::string("\x28\xb5\x2f\xfd\x01\xa8\x07", 7) + std::string({1, 0, 0});
  EXPECT_THAT(ReadAll(scratch.Write("file", dictionary)),
              FailsWith(absl::StatusCode::kInvalidArgument, "zstd -dc -D DICTIONARY"));
  // A dictionary of 1.5 GiB, which xz options allow, would have to be in memory.
  lzma_options_lzma options;
  lzma_lzma_preset(&options, 0);
  options.dict_size = uint32_t{3} << 29;
  const lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
  std::string xz(1000, '\0');
  size_t size = 0;
  lzma_stream_flags flags = {};
  flags.check = LZMA_CHECK_NONE;
  ASSERT_EQ(lzma_stream_header_encode(&flags, reinterpret_cast<uint8_t*>(xz.data())), LZMA_OK);
  lzma_block block = {};
  block.check = LZMA_CHECK_NONE;
  block.compressed_size = block.uncompressed_size = LZMA_VLI_UNKNOWN;
  block.filters = const_cast<lzma_filter*>(filters);
  ASSERT_EQ(lzma_block_header_size(&block), LZMA_OK);
  size = LZMA_STREAM_HEADER_SIZE + block.header_size;
  ASSERT_EQ(lzma_block_header_encode(
                &block, reinterpret_cast<uint8_t*>(xz.data()) + LZMA_STREAM_HEADER_SIZE),
            LZMA_OK);
  EXPECT_THAT(ReadAll(scratch.Write("file", xz.substr(0, size + 10))),
              FailsWith(absl::StatusCode::kInvalidArgument, "more than 1 GiB"));
}

// A person or program that writes a line and waits for an answer gets it before writing more.
TEST(Decompressed, NeedsNoMoreThanTheFirstBytes) {
  for (const std::string& line : {std::string("a\n"), std::string("BZ\n"), std::string("\n")}) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ASSERT_EQ(::write(ends[1], line.data(), line.size()), static_cast<ssize_t>(line.size()));
    bool compressed = true;
    auto source = Decompressed(BytesOf(ends[0], "pipe"), "pipe", &compressed);
    ASSERT_THAT(source, IsOk());
    EXPECT_FALSE(compressed);
    std::string got(100, '\0');
    size_t size = 0;
    while (size < line.size()) size += *(*source)->Read(got.data() + size, got.size() - size);
    EXPECT_EQ(got.substr(0, size), line);
    ::close(ends[0]);
    ::close(ends[1]);
  }
}

TEST(OpenDecompressed, ReadsPipes) {
  Scratch scratch;
  ASSERT_EQ(::mkfifo(scratch.Path("pipe").c_str(), 0600), 0);
  std::thread writer([&] {
    FILE* pipe = std::fopen(scratch.Path("pipe").c_str(), "w");
    const std::string compressed = Gzip("through a pipe");
    // In two parts; the first is too short to detect the format.
    std::fwrite(compressed.data(), 1, 1, pipe);
    std::fflush(pipe);
    std::fwrite(compressed.data() + 1, 1, compressed.size() - 1, pipe);
    std::fclose(pipe);
  });
  EXPECT_EQ(*ReadAll(scratch.Path("pipe")), "through a pipe");
  writer.join();
}

TEST(OpenDecompressed, NamesAMissingFile) {
  EXPECT_THAT(ReadAll("no/such/file"), FailsWith(absl::StatusCode::kNotFound, "no/such/file"));
  Scratch scratch;
  EXPECT_THAT(ReadAll(scratch.path()),
              FailsWith(absl::StatusCode::kInvalidArgument, scratch.path()));
}

}  // namespace
}  // namespace elman
