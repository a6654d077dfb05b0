#include "data/shards/example_block.h"

#include "data/shards/shard_reader.h"
#include "data/shards/shard_writer.h"
#include "data/shards/verify.h"
#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

// Lines of a corpus of which some were left out and some became several examples.
TEST(ExampleBlock, HasTheLinesOfExamples) {
  Scratch scratch;
  const uint64_t far = uint64_t{1} << 40;
  for (const std::vector<uint64_t>& lines : {std::vector<uint64_t>{1, 2, 3, 4},
                                             {7, 8, 9, 10},
                                             {1, 2, 4, 5},
                                             {3, 3, 3, 3},
                                             {2, 9, 9, 10},
                                             {5, far, far + 1, far + 3},
                                             {0, 0, 0, 0}}) {
    const Examples examples = {{5, 6}, {7, 1}, {8, 9, 1}, {1}};
    ShardFingerprint fingerprint(MadeHeader("f"));
    for (size_t i = 0; i < lines.size(); ++i) {
      fingerprint.Add(examples[i]);
      fingerprint.AddLine(lines[i]);
    }
    const std::string path = scratch.Path("lines");
    std::filesystem::remove(path);
    auto writer = *ShardWriter::Create(path, MadeHeader("f"), fingerprint.file_id());
    for (size_t i = 0; i < lines.size(); ++i) {
      const FieldIds ids = {examples[i]};
      ASSERT_THAT(writer->Add(std::span(&ids, 1), lines[i]), IsOk());
    }
    ASSERT_THAT(writer->Finish(), IsOk());
    EXPECT_TRUE(VerifyShard(path).ok());
    const auto reader = *ShardReader::Open(path, {100});
    std::vector<uint64_t> read;
    ExampleBlock block;
    for (int i = 0; i < reader->blocks(); ++i) {
      ASSERT_THAT(reader->ReadBlock(i, &block), IsOk());
      for (size_t e = 0; e < block.examples(); ++e) read.push_back(block.line(e));
    }
    EXPECT_EQ(read, lines);
  }
}

}  // namespace
}  // namespace elman
