#include "data/format/characters.h"
#include "data/text/vocabulary.h"
#include "data/tokenizer/splitter.h"

namespace elman {
namespace {

bool IsReserved(std::string_view word) {
  return word[0] == '<' && (word == kStartPiece || word == kEndPiece || word == kPadPiece);
}

}  // namespace

void SplitAtWhitespace(std::string_view line, std::vector<std::string_view>* pieces) {
  for (size_t at = 0; at < line.size();) {
    if (IsAsciiSpace(line[at])) {
      ++at;
      continue;
    }
    const size_t begin = at;
    while (at < line.size() && !IsAsciiSpace(line[at])) ++at;
    const std::string_view word = line.substr(begin, at - begin);
    pieces->push_back(IsReserved(word) ? kUnknownPiece : word);
  }
}

}  // namespace elman
