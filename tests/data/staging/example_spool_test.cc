#include "data/staging/example_spool.h"

#include "data/shards/shard_writer.h"
#include "data/staging/spooled_split.h"
#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

SpooledExamples Spooled(uint64_t chunk, const FieldExamples& fields,
                        const std::string& notes = "") {
  SpooledExamples spooled;
  spooled.Clear(fields.size());
  spooled.chunk = chunk;
  spooled.notes = notes;
  // Raw texts: two for the first example, none for the second, and so on.
  for (size_t e = 0; e < fields[0].size(); ++e) {
    spooled.texts.examples.push_back(e % 2 == 0 ? 2 : 0);
    for (uint32_t i = 0; i < spooled.texts.examples.back(); ++i) {
      spooled.texts.sizes.push_back(i + 1);
      spooled.texts.bytes.append(i + 1, static_cast<char>('a' + e));
    }
  }
  for (size_t f = 0; f < fields.size(); ++f) {
    SpooledExamples::Field& field = spooled.fields[f];
    for (const auto& example : fields[f]) {
      field.ids.insert(field.ids.end(), example.begin(), example.end());
      field.lengths.push_back(static_cast<uint32_t>(example.size()));
      field.words.push_back(static_cast<uint32_t>(example.size() - 1));
      field.bytes.push_back(static_cast<uint32_t>((10 + f) * example.size()));
    }
  }
  // Every other line was left out, and one after the last example.
  for (size_t e = 0; e < fields[0].size(); ++e)
    spooled.lines.push_back(static_cast<uint32_t>(2 * e + 1));
  spooled.ended_lines = 2 * fields[0].size() + 1;
  return spooled;
}

void ExpectEqual(const SpooledExamples& a, const SpooledExamples& b) {
  EXPECT_EQ(a.chunk, b.chunk);
  EXPECT_EQ(a.notes, b.notes);
  EXPECT_EQ(a.texts.examples, b.texts.examples);
  EXPECT_EQ(a.texts.sizes, b.texts.sizes);
  EXPECT_EQ(a.texts.bytes, b.texts.bytes);
  EXPECT_EQ(a.lines, b.lines);
  EXPECT_EQ(a.ended_lines, b.ended_lines);
  ASSERT_EQ(a.fields.size(), b.fields.size());
  for (size_t f = 0; f < a.fields.size(); ++f) {
    EXPECT_EQ(a.fields[f].ids, b.fields[f].ids);
    EXPECT_EQ(a.fields[f].lengths, b.fields[f].lengths);
    EXPECT_EQ(a.fields[f].words, b.fields[f].words);
    EXPECT_EQ(a.fields[f].bytes, b.fields[f].bytes);
  }
}

TEST(ExampleSpool, ReadsBackEveryChunk) {
  Scratch scratch;
  const FieldExamples first = {{{5, 6, 1}, {1}}, {{7}, {8, 9}}};
  auto writer = *SpoolWriter::Open(scratch.Path("spool"), 3);
  ASSERT_THAT(writer->Append(Spooled(4, first, "a note")), IsOk());
  ASSERT_THAT(writer->Append(Spooled(9, {{}, {}})), IsOk());
  ASSERT_EQ(writer->chunks().size(), 2u);
  EXPECT_EQ(writer->chunks()[0].chunk, 4u);
  EXPECT_EQ(writer->chunks()[0].spool, 3u);
  EXPECT_EQ(writer->chunks()[0].ids, 7u);

  auto reader = *SpoolReader::Open(scratch.Path("spool"));
  SpooledExamples read;
  std::string buffer;
  ASSERT_THAT(reader->Read(writer->chunks()[1].offset, &buffer, &read), IsOk());
  ExpectEqual(read, Spooled(9, {{}, {}}));
  ASSERT_THAT(reader->Read(writer->chunks()[0].offset, &buffer, &read), IsOk());
  ExpectEqual(read, Spooled(4, first, "a note"));
  EXPECT_FALSE(reader->Read(1, &buffer, &read).ok());
}

// A killed process leaves complete chunks and possibly an incomplete one.
TEST(ExampleSpool, ContinuesAfterTheLastCompleteChunk) {
  Scratch scratch;
  const FieldExamples some = {{{5, 6, 1}, {1}}, {{7}, {8, 9}}};
  {
    auto writer = *SpoolWriter::Open(scratch.Path("spool"), 0);
    for (uint64_t chunk = 0; chunk < 3; ++chunk)
      ASSERT_THAT(writer->Append(Spooled(chunk, some)), IsOk());
  }
  const std::string bytes = scratch.Read("spool");
  const size_t size = bytes.size() / 3;
  for (size_t kept = 0; kept <= bytes.size(); ++kept) {
    const std::string path = scratch.Write("cut", bytes.substr(0, kept));
    std::vector<uint64_t> offsets;
    const auto end = (*SpoolReader::Open(path))
                         ->ReadWhole([&](uint64_t offset, const SpooledExamples& examples) {
                           ExpectEqual(examples, Spooled(offsets.size(), some));
                           offsets.push_back(offset);
                           return absl::OkStatus();
                         });
    ASSERT_THAT(end, IsOk());
    EXPECT_EQ(offsets.size(), kept / size);
    EXPECT_EQ(*end, kept / size * size);
  }
  auto writer = *SpoolWriter::Open(scratch.Path("spool"), 0);
  ASSERT_THAT(writer->Append(Spooled(7, some)), IsOk());
  EXPECT_EQ(writer->chunks()[0].offset, bytes.size());
}

// Two spools with alternating chunks, divided into any number of parts: every example is in exactly
// one part, in order.
TEST(SpooledSplit, HasEveryExampleInOnePart) {
  Scratch scratch;
  FieldExamples all(2);
  std::vector<std::string> paths;
  std::vector<std::unique_ptr<SpoolWriter>> writers;
  for (int rank = 0; rank < 2; ++rank) {
    paths.push_back(scratch.Path("spool" + std::to_string(rank)));
    writers.push_back(*SpoolWriter::Open(paths.back(), rank));
  }
  std::vector<uint64_t> lines;
  uint64_t ended_lines = 0;
  for (uint32_t chunk = 0; chunk < 7; ++chunk) {
    const FieldExamples examples =
        RandomTaskExamples(TRANSLATION, chunk == 3 ? 0 : 9, 20, 100, chunk + 1);
    for (int f = 0; f < 2; ++f) all[f].insert(all[f].end(), examples[f].begin(), examples[f].end());
    for (size_t e = 0; e < examples[0].size(); ++e) lines.push_back(ended_lines + 2 * e + 2);
    ended_lines += 2 * examples[0].size() + 1;
    ASSERT_THAT(writers[chunk % 2]->Append(Spooled(chunk, examples)), IsOk());
  }
  std::vector<SpooledChunk> chunks = writers[1]->chunks();
  chunks.insert(chunks.end(), writers[0]->chunks().begin(), writers[0]->chunks().end());
  const SpooledSplit split = *OpenSpooledSplit(paths, chunks);
  chunks.erase(chunks.begin());
  EXPECT_THAT(OpenSpooledSplit(paths, chunks).status(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "chunk 1 of the corpus is missing"));
  for (const uint64_t parts : {uint64_t{1}, uint64_t{2}, uint64_t{5}, split.ids, split.ids + 3}) {
    FieldExamples visited(2);
    std::vector<uint64_t> visited_lines;
    for (uint64_t part = 0; part < parts; ++part) {
      ASSERT_THAT(VisitExamples(split, split.ids * part / parts, split.ids * (part + 1) / parts,
                                [&](std::span<FieldIds> fields, uint64_t line) {
                                  visited_lines.push_back(line);
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
    EXPECT_EQ(visited_lines, lines) << parts;
  }
}

}  // namespace
}  // namespace elman
