#include "data/batches/text_streams.h"

#include <algorithm>
#include <memory>
#include <string>

#include "tests/data/shards/made_dataset.h"

namespace elman {
namespace {

constexpr int32_t kEnd = 1;

class TextStreamsTest : public testing::TestWithParam<TextUnit> {
 protected:
  // A split of these shards, and its tokens.
  void Write(const std::vector<Examples>& shards) {
    std::filesystem::remove_all(scratch_.path());
    std::filesystem::create_directory(scratch_.path());
    WriteMadeDataset(scratch_.path(), shards);
    ids_ = Flat(shards);
  }

  std::vector<TokenStream> Cut(int most, uint64_t least_tokens, uint64_t context_tokens) {
    const auto reader = *TokenReader::Open(*Dataset::Open(scratch_.path()), "train", 0);
    const auto cut = CutAtTexts({.most = most,
                                 .least_tokens = least_tokens,
                                 .context_tokens = context_tokens,
                                 .unit = GetParam()},
                                kEnd, reader.get());
    EXPECT_THAT(cut, IsOk());
    return cut.ok() ? *cut : std::vector<TokenStream>();
  }

  bool LineBegins(uint64_t position) const { return position == 0 || ids_[position - 1] == kEnd; }
  bool TextBeginsAt(uint64_t position) const {
    const bool before = position < 2 || ids_[position - 2] == kEnd;
    return position == 0 || TextBegins(GetParam(), before, LineBegins(position));
  }

  Scratch scratch_;
  std::vector<int32_t> ids_;
};

std::string NameOf(const testing::TestParamInfo<TextUnit>& unit) {
  constexpr const char* kNames[] = {"Split", "Line", "Paragraph"};
  return kNames[static_cast<int>(unit.param)];
}

INSTANTIATE_TEST_SUITE_P(Units, TextStreamsTest,
                         testing::Values(TextUnit::kSplit, TextUnit::kLine, TextUnit::kParagraph),
                         NameOf);

// Lines of 1 to 12 tokens; one in five is empty.
Examples LinesAndEmptyOnes(int count) {
  Examples lines = RandomExamples(count, 12);
  for (size_t i = 0; i < lines.size(); i += 5) lines[i] = {kEnd};
  return lines;
}

// Every token is a target of one stream. A stream begins at a line, with context if that is inside
// a text.
TEST_P(TextStreamsTest, EveryTokenIsATargetOnceAfterItsContext) {
  for (const int lines : {1, 2, 3, 10, 100, 700}) {
    Write({LinesAndEmptyOnes(lines)});
    for (const int most : {1, 2, 5, 32, 1000}) {
      for (const uint64_t least : {1u, 20u, 100u}) {
        for (const uint64_t context : {0u, 7u, 50u}) {
          SCOPED_TRACE(testing::Message() << lines << " lines, most " << most << ", least " << least
                                          << ", context " << context);
          const std::vector<TokenStream> streams = Cut(most, least, context);
          ASSERT_GE(streams.size(), 1u);
          ASSERT_LE(streams.size(), static_cast<size_t>(most));
          ASSERT_LE(streams.size(), std::max<size_t>(1, ids_.size() / least));
          uint64_t end = 0;
          for (const TokenStream& stream : streams) {
            ASSERT_EQ(stream.begin, end);
            ASSERT_LT(stream.begin, stream.end);
            end = stream.end;
            if (TextBeginsAt(stream.begin)) {
              ASSERT_EQ(stream.context, stream.begin);
              continue;
            }
            ASSERT_NE(GetParam(), TextUnit::kLine);
            const uint64_t before = stream.begin - stream.context;
            const bool whole = TextBeginsAt(stream.context);
            ASSERT_TRUE(before >= std::min(context, stream.begin) || whole);
            ASSERT_LE(before, 2 * context);
          }
          ASSERT_EQ(end, ids_.size());
        }
      }
    }
  }
}

TEST_P(TextStreamsTest, StreamsBeginWithLines) {
  Write({LinesAndEmptyOnes(700)});
  const std::vector<TokenStream> streams = Cut(10, 100, 50);
  ASSERT_EQ(streams.size(), 10u);
  for (const TokenStream& stream : streams) {
    EXPECT_TRUE(LineBegins(stream.begin));
    EXPECT_TRUE(LineBegins(stream.context));
    if (GetParam() != TextUnit::kSplit) {
      EXPECT_EQ(stream.context, stream.begin);
    }
  }
}

// All streams read about the same number of tokens, including context, so that all rows of a batch
// end at about the same time.
TEST_P(TextStreamsTest, StreamsReadSimilarNumbersOfTokens) {
  Write({RandomExamples(700, 12)});
  const std::vector<TokenStream> streams = Cut(8, 100, 300);
  ASSERT_EQ(streams.size(), 8u);
  uint64_t least = ids_.size(), most = 0;
  for (const TokenStream& stream : streams) {
    least = std::min(least, stream.end - stream.context);
    most = std::max(most, stream.end - stream.context);
  }
  // The next line is at most 12 tokens away, the next empty line much farther.
  EXPECT_LE(most, least + (GetParam() == TextUnit::kParagraph ? 400 : 60));
}

TEST_P(TextStreamsTest, DoNotDependOnShards) {
  const Examples lines = LinesAndEmptyOnes(300);
  Write({lines});
  const std::vector<TokenStream> one = Cut(9, 50, 20);
  ASSERT_GT(one.size(), 3u);
  const auto part = [&](int begin, int end) {
    return Examples(lines.begin() + begin, lines.begin() + end);
  };
  Write({part(0, 13), part(13, 14), part(14, 290), part(290, 300)});
  const std::vector<TokenStream> four = Cut(9, 50, 20);
  ASSERT_EQ(four.size(), one.size());
  for (size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(four[i].context, one[i].context);
    EXPECT_EQ(four[i].begin, one[i].begin);
    EXPECT_EQ(four[i].end, one[i].end);
  }
}

// A line longer than a stream: a line that is a text of its own is never divided; other text is,
// inside the line.
TEST_P(TextStreamsTest, LongLines) {
  Write(
      {RandomExamples(10, 12), {std::vector<uint32_t>(5000, 7)}, {{kEnd}}, RandomExamples(10, 12)});
  const std::vector<TokenStream> streams = Cut(8, 100, 20);
  if (GetParam() != TextUnit::kLine) {
    EXPECT_EQ(streams.size(), 8u);
    return;
  }
  EXPECT_LE(streams.size(), 2u);
  for (const TokenStream& stream : streams) EXPECT_TRUE(LineBegins(stream.begin));
}

TEST_P(TextStreamsTest, SmallSplitsAreOneStream) {
  for (const uint32_t tokens : {1u, 2u, 18u}) {
    Write({{std::vector<uint32_t>(tokens, 1)}});
    const std::vector<TokenStream> streams = Cut(32, 1024, 512);
    ASSERT_EQ(streams.size(), 1u);
    EXPECT_EQ(streams[0].end, tokens);
  }
}

TEST_P(TextStreamsTest, ReportsDamage) {
  Write({LinesAndEmptyOnes(300)});
  const auto reader = *TokenReader::Open(*Dataset::Open(scratch_.path()), "train", 0);
  std::string bytes = scratch_.Read("shard-0");
  bytes[bytes.size() / 3] ^= 1;
  scratch_.Write("shard-0", bytes);
  EXPECT_THAT(CutAtTexts({.most = 5, .unit = GetParam()}, kEnd, reader.get()),
              FailsWith(absl::StatusCode::kDataLoss, "shard-0"));
}

}  // namespace
}  // namespace elman
