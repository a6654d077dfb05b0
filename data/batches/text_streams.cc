#include "data/batches/text_streams.h"

#include <algorithm>
#include <array>
#include <span>

#include "data/io/status_macros.h"

namespace elman {
namespace {

// How far paragraphs are searched for: without empty lines there are none in all of the split.
constexpr uint64_t kMostSearched = uint64_t{1} << 16;

class TextCutter {
 public:
  TextCutter(const TextStreamsSpec& spec, int32_t end_id, TokenReader* reader)
      : spec_(spec),
        end_id_(end_id),
        reader_(*reader),
        context_(spec.unit == TextUnit::kLine ? 0 : spec.context_tokens) {}

  absl::StatusOr<std::vector<TokenStream>> Cut() {
    const uint64_t tokens = reader_.tokens();
    // All streams are to read about as many tokens: the first, which has no context, has as many
    // more targets where the others all have it.
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
      if (wanted <= cut.back().begin) continue;  // a long line reaches beyond it
      ASSIGN_OR_RETURN(const TokenStream next, StreamFrom(wanted, targets / 2));
      if (next.begin >= tokens) break;
      cut.back().end = next.begin;
      cut.push_back(next);
    }
    return cut;
  }

 private:
  // A stream that begins at the first line within `slack` tokens after `wanted`, or at `wanted` if
  // no line begins there, and ends at the end of the split.
  absl::StatusOr<TokenStream> StreamFrom(uint64_t wanted, uint64_t slack) {
    const uint64_t tokens = reader_.tokens();
    const uint64_t limit = std::min(tokens, wanted + std::min(slack, kMostSearched) + 1);
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

  // Where reading begins for a stream whose first target is at `begin`, amid a text.
  absl::StatusOr<uint64_t> ContextOf(uint64_t begin) {
    const uint64_t latest = begin - std::min(begin, context_);
    if (context_ == 0 || latest == 0) return latest;
    // Networks meet the initial state before the first token of a line more often than elsewhere.
    ASSIGN_OR_RETURN(const TokenReader::Extent line, reader_.ExampleAt(latest));
    const uint64_t first = line.begin + context_ >= latest ? line.begin : latest;
    if (spec_.unit != TextUnit::kParagraph) return first;
    // What is before the begin of the text changes nothing.
    uint64_t context = first;
    for (uint64_t position = first; position < begin;) {
      ASSIGN_OR_RETURN(const uint64_t text, NextText(TextUnit::kParagraph, position, begin));
      if (text < begin) context = text;
      position = text + 1;
    }
    return context;
  }

  // The first position from `position` on and below `limit` at which a text begins; none: `limit`.
  absl::StatusOr<uint64_t> NextText(TextUnit unit, uint64_t position, uint64_t limit) {
    while (position < limit) {
      // Texts begin where examples do.
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
