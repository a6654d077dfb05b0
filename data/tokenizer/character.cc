#include "data/format/unicode.h"
#include "data/format/utf8.h"
#include "data/tokenizer/splitter.h"

namespace elman {

void SplitCharacters(std::string_view line, std::vector<std::string_view>* pieces) {
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
  while (!line.empty()) {
    const DecodedCharacter character = DecodeUtf8(line);
    const size_t size = character.valid ? GraphemeSize(line) : static_cast<size_t>(character.size);
    pieces->push_back(character.valid ? line.substr(0, size) : kReplacement);
    line.remove_prefix(size);
  }
}

}  // namespace elman
