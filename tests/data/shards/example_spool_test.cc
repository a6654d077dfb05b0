#include "data/shards/example_spool.h"

#include "data/shards/spooled_split.h"
#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

SpooledExamples Spooled(const Examples& examples) {
  SpooledExamples spooled;
  for (const auto& example : examples) {
    spooled.ids.insert(spooled.ids.end(), example.begin(), example.end());
    spooled.lengths.push_back(static_cast<uint32_t>(example.size()));
    spooled.words.push_back(static_cast<uint32_t>(example.size() - 1));
    spooled.bytes.push_back(static_cast<uint32_t>(10 * example.size()));
  }
  return spooled;
}

TEST(ExampleSpool, GivesBackEveryChunkAndGoesWithItsWriter) {
  Scratch scratch;
  const Examples first = {{5, 6, 1}, {1}};
  {
    auto writer = *SpoolWriter::Create(scratch.Path("spool"), 3);
    ASSERT_THAT(writer->Append(4, Spooled(first)), IsOk());
    ASSERT_THAT(writer->Append(9, SpooledExamples()), IsOk());
    ASSERT_THAT(writer->Finish(), IsOk());
    ASSERT_EQ(writer->chunks().size(), 2u);
    EXPECT_EQ(writer->chunks()[0].chunk, 4u);
    EXPECT_EQ(writer->chunks()[0].spool, 3u);
    EXPECT_EQ(writer->chunks()[0].tokens, 4u);

    auto reader = *SpoolReader::Open(writer->path());
    SpooledExamples read;
    ASSERT_THAT(reader->Read(writer->chunks()[1].offset, &read), IsOk());
    EXPECT_TRUE(read.ids.empty());
    ASSERT_THAT(reader->Read(writer->chunks()[0].offset, &read), IsOk());
    EXPECT_EQ(read.ids, Spooled(first).ids);
    EXPECT_EQ(read.lengths, Spooled(first).lengths);
    EXPECT_EQ(read.words, Spooled(first).words);
    EXPECT_EQ(read.bytes, Spooled(first).bytes);
    EXPECT_FALSE(reader->Read(1, &read).ok());
  }
  EXPECT_TRUE(scratch.Names().empty());
}

// Two spools, chunks dealt out in turn, cut into any number of parts: every example in exactly one,
// in order.
TEST(SpooledSplit, GivesEveryExampleToOnePart) {
  Scratch scratch;
  Examples all;
  SpooledSplit split;
  std::vector<std::unique_ptr<SpoolWriter>> writers;
  for (int rank = 0; rank < 2; ++rank) {
    writers.push_back(*SpoolWriter::Create(scratch.Path("spool" + std::to_string(rank)), rank));
  }
  for (uint32_t chunk = 0; chunk < 7; ++chunk) {
    const Examples examples = RandomExamples(chunk == 3 ? 0 : 9, 20, 100, chunk + 1);
    all.insert(all.end(), examples.begin(), examples.end());
    SpoolWriter& writer = *writers[chunk % 2];
    ASSERT_THAT(writer.Append(chunk, Spooled(examples)), IsOk());
    split.chunks.push_back(writer.chunks().back());
    split.tokens += split.chunks.back().tokens;
  }
  for (const auto& writer : writers) {
    ASSERT_THAT(writer->Finish(), IsOk());
    split.spool_paths.push_back(writer->path());
  }
  for (const uint64_t parts :
       {uint64_t{1}, uint64_t{2}, uint64_t{5}, split.tokens, split.tokens + 3}) {
    Examples visited;
    for (uint64_t part = 0; part < parts; ++part) {
      ASSERT_THAT(
          VisitExamples(split, split.tokens * part / parts, split.tokens * (part + 1) / parts,
                        [&](std::span<const uint32_t> ids, uint32_t words, uint32_t bytes) {
                          visited.emplace_back(ids.begin(), ids.end());
                          EXPECT_EQ(words, ids.size() - 1);
                          EXPECT_EQ(bytes, ids.size() * 10);
                          return absl::OkStatus();
                        }),
          IsOk());
    }
    EXPECT_EQ(visited, all) << parts;
  }
}

}  // namespace
}  // namespace elman
