// The tokenization that translation scores are defined on, which is not that of any model: two
// systems compare only where the same rules cut their output. Results are those of sacreBLEU (Post,
// 2018), character for character.
#pragma once

#include <string>
#include <string_view>

namespace elman {

enum class ScoreTokenization {
  k13a,   // mteval-v13a, the default for languages with spaces
  kZh,    // every Chinese character by itself, the rest as mteval does
  kChar,  // every character by itself
};

// Its name in a signature: 13a, zh, char.
std::string_view NameOf(ScoreTokenization tokenization);

// The tokens of a line of UTF-8, with one space between them. What is not UTF-8 becomes U+FFFD.
std::string TokenizeForScore(ScoreTokenization tokenization, std::string_view line);

// The line in lower case, as sacreBLEU's lower-casing (Python's str.lower) has it: a capital dotted
// I becomes two characters, and a capital sigma that ends a word a final one.
std::string LowerCaseForScore(std::string_view line);

// The line without any white space of Unicode.
std::string WithoutSpaces(std::string_view line);

}  // namespace elman
