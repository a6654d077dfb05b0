#include "data/shards/example_spool.h"

#include "data/shards/spooled_split.h"
#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

SpooledExamples Spooled(const FieldExamples& fields) {
  SpooledExamples spooled;
  spooled.Clear(fields.size());
  for (size_t f = 0; f < fields.size(); ++f) {
    SpooledExamples::Field& field = spooled.fields[f];
    for (const auto& example : fields[f]) {
      field.ids.insert(field.ids.end(), example.begin(), example.end());
      field.lengths.push_back(static_cast<uint32_t>(example.size()));
      field.words.push_back(static_cast<uint32_t>(example.size() - 1));
      field.bytes.push_back(static_cast<uint32_t>((10 + f) * example.size()));
    }
  }
  return spooled;
}

void ExpectEqual(const SpooledExamples& a, const SpooledExamples& b) {
  ASSERT_EQ(a.fields.size(), b.fields.size());
  for (size_t f = 0; f < a.fields.size(); ++f) {
    EXPECT_EQ(a.fields[f].ids, b.fields[f].ids);
    EXPECT_EQ(a.fields[f].lengths, b.fields[f].lengths);
    EXPECT_EQ(a.fields[f].words, b.fields[f].words);
    EXPECT_EQ(a.fields[f].bytes, b.fields[f].bytes);
  }
}

TEST(ExampleSpool, GivesBackEveryChunkAndGoesWithItsWriter) {
  Scratch scratch;
  const FieldExamples first = {{{5, 6, 1}, {1}}, {{7}, {8, 9}}};
  {
    auto writer = *SpoolWriter::Create(scratch.Path("spool"), 3);
    ASSERT_THAT(writer->Append(4, Spooled(first)), IsOk());
    ASSERT_THAT(writer->Append(9, Spooled({{}, {}})), IsOk());
    ASSERT_THAT(writer->Finish(), IsOk());
    ASSERT_EQ(writer->chunks().size(), 2u);
    EXPECT_EQ(writer->chunks()[0].chunk, 4u);
    EXPECT_EQ(writer->chunks()[0].spool, 3u);
    EXPECT_EQ(writer->chunks()[0].ids, 7u);

    auto reader = *SpoolReader::Open(writer->path());
    SpooledExamples read;
    ASSERT_THAT(reader->Read(writer->chunks()[1].offset, &read), IsOk());
    ExpectEqual(read, Spooled({{}, {}}));
    ASSERT_THAT(reader->Read(writer->chunks()[0].offset, &read), IsOk());
    ExpectEqual(read, Spooled(first));
    EXPECT_FALSE(reader->Read(1, &read).ok());
  }
  EXPECT_TRUE(scratch.Names().empty());
}

// Two spools, chunks dealt out in turn, cut into any number of parts: every example in exactly one,
// in order.
TEST(SpooledSplit, GivesEveryExampleToOnePart) {
  Scratch scratch;
  FieldExamples all(2);
  SpooledSplit split;
  std::vector<std::unique_ptr<SpoolWriter>> writers;
  for (int rank = 0; rank < 2; ++rank) {
    writers.push_back(*SpoolWriter::Create(scratch.Path("spool" + std::to_string(rank)), rank));
  }
  for (uint32_t chunk = 0; chunk < 7; ++chunk) {
    const FieldExamples examples =
        RandomTaskExamples(TRANSLATION, chunk == 3 ? 0 : 9, 20, 100, chunk + 1);
    for (int f = 0; f < 2; ++f) all[f].insert(all[f].end(), examples[f].begin(), examples[f].end());
    SpoolWriter& writer = *writers[chunk % 2];
    ASSERT_THAT(writer.Append(chunk, Spooled(examples)), IsOk());
    split.chunks.push_back(writer.chunks().back());
    split.ids += split.chunks.back().ids;
  }
  for (const auto& writer : writers) {
    ASSERT_THAT(writer->Finish(), IsOk());
    split.spool_paths.push_back(writer->path());
  }
  for (const uint64_t parts : {uint64_t{1}, uint64_t{2}, uint64_t{5}, split.ids, split.ids + 3}) {
    FieldExamples visited(2);
    for (uint64_t part = 0; part < parts; ++part) {
      ASSERT_THAT(VisitExamples(split, split.ids * part / parts, split.ids * (part + 1) / parts,
                                [&](std::span<FieldIds> fields) {
                                  EXPECT_EQ(fields.size(), 2u);
                                  for (size_t f = 0; f < fields.size(); ++f) {
                                    const FieldIds& field = fields[f];
                                    visited[f].emplace_back(field.ids.begin(), field.ids.end());
                                    EXPECT_EQ(field.words, field.ids.size() - 1);
                                    EXPECT_EQ(field.bytes, field.ids.size() * (10 + f));
                                  }
                                  return absl::OkStatus();
                                }),
                  IsOk());
    }
    EXPECT_EQ(visited, all) << parts;
  }
}

}  // namespace
}  // namespace elman
