#include "data/batches/text_streams.h"

#include <algorithm>
#include <array>
#include <span>

#include "data/io/status_macros.h"

namespace elman {
namespace {

// Maximum distance to search for a paragraph; a split without empty lines has none.
constexpr uint64_t kMaxSearched = uint64_t{1} << 16;

class TextCutter {
 public:
  TextCutter(const TextStreamsSpec& spec, int32_t end_id, TokenReader* reader)
      : spec_(spec),
        end_id_(end_id),
        reader_(*reader),
        context_(spec.unit == TextUnit::kLine ? 0 : spec.context_tokens) {}

  absl::StatusOr<std::vector<TokenStream>> Cut() {
    const uint64_t tokens = reader_.tokens();
    // All streams should read about the same number of tokens. The first stream has no context, so
    // it gets as many more targets.
    const uint64_t before = spec_.unit == TextUnit::kSplit ? std::min(tokens, context_) : 0;
    const uint64_t divided = tokens - before;
    const uint64_t streams = std::clamp<uint64_t>(
        divided / std::max<uint64_t>(1, spec_.least_tokens), 1, std::max(1, spec_.most));
    const uint64_t targets = divided / streams;
    std::vector<TokenStream> cut = {{0, 0, tokens}};
    for (uint64_t i = 1; i < streams; ++i) {
      const auto share =
          static_cast<uint64_t>(static_cast<unsigned __int128>(divided) * i / streams);
      const uint64_t wanted = before + share;
      if (wanted <= cut.back().begin) continue;  // skip: a long line ends after the wanted position
      ASSIGN_OR_RETURN(const TokenStream next, StreamFrom(wanted, targets / 2));
      if (next.begin >= tokens) break;
      cut.back().end = next.begin;
      cut.push_back(next);
    }
    return cut;
  }

 private:
  // A stream that begins at the first line within `slack` tokens after `wanted`, or at `wanted` if
  // there is none. It ends at the end of the split.
  absl::StatusOr<TokenStream> StreamFrom(uint64_t wanted, uint64_t slack) {
    const uint64_t tokens = reader_.tokens();
    const uint64_t limit = std::min(tokens, wanted + std::min(slack, kMaxSearched) + 1);
    if (spec_.unit != TextUnit::kSplit) {
      const bool line = spec_.unit == TextUnit::kLine;
      ASSIGN_OR_RETURN(const uint64_t begin, NextText(spec_.unit, wanted, line ? tokens : limit));
      if (line || begin < limit) return TokenStream{begin, begin, tokens};
    }
    ASSIGN_OR_RETURN(uint64_t begin, NextText(TextUnit::kLine, wanted, limit));
    if (begin >= limit) begin = wanted;
    ASSIGN_OR_RETURN(const uint64_t context, ContextOf(begin));
    return TokenStream{context, begin, tokens};
  }

  // Where a stream with the first target `begin`, inside a text, begins to read.
  absl::StatusOr<uint64_t> ContextOf(uint64_t begin) {
    const uint64_t latest = begin - std::min(begin, context_);
    if (context_ == 0 || latest == 0) return latest;
    // Begin at a line, because during training the initial state occurs most often before a line.
    ASSIGN_OR_RETURN(const TokenReader::Extent line, reader_.ExampleAt(latest));
    const uint64_t first = line.begin + context_ >= latest ? line.begin : latest;
    if (spec_.unit != TextUnit::kParagraph) return first;
    // Tokens before the begin of the text do not change the result.
    uint64_t context = first;
    for (uint64_t position = first; position < begin;) {
      ASSIGN_OR_RETURN(const uint64_t text, NextText(TextUnit::kParagraph, position, begin));
      if (text < begin) context = text;
      position = text + 1;
    }
    return context;
  }

  // The first position in [position, limit) at which a text begins; `limit` if there is none.
  absl::StatusOr<uint64_t> NextText(TextUnit unit, uint64_t position, uint64_t limit) {
    while (position < limit) {
      // Texts begin at examples.
      ASSIGN_OR_RETURN(const TokenReader::Extent line, reader_.ExampleAt(position));
      if (line.begin == position) {
        ASSIGN_OR_RETURN(const bool begins, BeginsAt(unit, position));
        if (begins) return position;
      }
      position = line.end;
    }
    return limit;
  }

  absl::StatusOr<bool> BeginsAt(TextUnit unit, uint64_t position) {
    std::array<int32_t, 2> before = {end_id_, end_id_};
    const uint64_t known = std::min<uint64_t>(position, before.size());
    RETURN_IF_ERROR(
        reader_.Read(position - known, std::span(before).subspan(before.size() - known)));
    return TextBegins(unit, before[0] == end_id_, before[1] == end_id_);
  }

  const TextStreamsSpec& spec_;
  const int32_t end_id_;
  TokenReader& reader_;
  const uint64_t context_;
};

}  // namespace

absl::StatusOr<std::vector<TokenStream>> CutAtTexts(const TextStreamsSpec& spec, int32_t end_id,
                                                    TokenReader* reader) {
  return TextCutter(spec, end_id, reader).Cut();
}

}  // namespace elman
