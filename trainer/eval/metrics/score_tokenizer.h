// Tokenization for translation scores, independent of any model: scores are comparable only with
// the same tokenization. Results are identical to those of sacreBLEU (Post, 2018).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace elman {

enum class ScoreTokenization {
  k13a,   // mteval-v13a, the default for languages with spaces
  kZh,    // Chinese characters are separate tokens; the rest as in mteval
  kChar,  // every character is a token
};

// Returns the name used in signatures: 13a, zh, char.
std::string_view NameOf(ScoreTokenization tokenization);

// Counts the letters of references by script, to choose a tokenization for them.
class ReferenceScripts {
 public:
  void Add(std::string_view line);

  // Returns kZh if most letters are Chinese characters; kChar if most are of Japanese, with kana,
  // or of another script that puts no spaces between words (Thai, Lao, Tibetan, Burmese, Khmer);
  // k13a otherwise.
  ScoreTokenization Tokenization() const;

 private:
  int64_t letters_ = 0;   // of any script
  int64_t unspaced_ = 0;  // of a script that puts no spaces between words
  int64_t han_ = 0;       // Chinese characters among them
};

// Returns the tokens of a line of UTF-8, separated by single spaces. Invalid UTF-8 becomes U+FFFD.
std::string TokenizeForScore(ScoreTokenization tokenization, std::string_view line);

// Returns the line in lower case, as sacreBLEU (Python's str.lower) does: U+0130 (capital I with
// dot) becomes two characters, and a capital sigma at the end of a word becomes a final sigma.
std::string LowerCaseForScore(std::string_view line);

// Returns the line without Unicode white space.
std::string WithoutSpaces(std::string_view line);

}  // namespace elman
