#include "data/tokenize_chunk.h"

#include <string_view>

#include "data/text/characters.h"
#include "data/text/utf8.h"

namespace elman {

void TokenizeChunk(const TokenizerSpec& spec, const Tokenizer& tokenizer, uint32_t end_id,
                   const TextChunk& chunk, TokenizedChunk* tokenized) {
  tokenized->number = chunk.number;
  tokenized->text_bytes = chunk.text.size();
  tokenized->empty_lines = 0;
  tokenized->invalid_lines = 0;
  SpooledExamples& examples = tokenized->examples;
  examples.Clear();
  for (size_t i = 0; i < chunk.lines.size(); ++i) {
    const TextChunk::Line& line = chunk.lines[i];
    const std::string_view whole = chunk.line(i);
    const uint64_t words = CountWords(whole);
    if (words == 0 && line.ends && !line.continues && !spec.keep_empty_lines()) {
      ++tokenized->empty_lines;
      continue;
    }
    if (!IsValidUtf8(whole)) ++tokenized->invalid_lines;
    // SentencePiece puts a space before what it is given: here, the one at which the line was cut.
    std::string_view text = whole;
    if (line.continues && IsSubword(spec.kind()) && text.substr(0, 1) == " ") {
      text.remove_prefix(1);
    }
    const size_t begin = examples.ids.size();
    tokenizer.Encode(text, &examples.ids);
    if (line.ends) examples.ids.push_back(end_id);
    const size_t tokens = examples.ids.size() - begin;
    if (tokens == 0) continue;  // a piece of a line, of white space only
    examples.lengths.push_back(static_cast<uint32_t>(tokens));
    examples.words.push_back(static_cast<uint32_t>(words));
    examples.bytes.push_back(static_cast<uint32_t>(whole.size() + (line.ends ? 1 : 0)));
  }
}

}  // namespace elman
