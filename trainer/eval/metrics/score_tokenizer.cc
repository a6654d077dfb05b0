#include "trainer/eval/metrics/score_tokenizer.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "data/format/characters.h"
#include "data/format/utf8.h"

namespace elman {
namespace {

bool In(char32_t c, std::initializer_list<std::pair<char32_t, char32_t>> ranges) {
  return std::ranges::any_of(
      ranges, [c](const auto& range) { return c >= range.first && c <= range.second; });
}

// White space as defined by Python's str.split.
bool IsSpace(char32_t c) {
  return In(c, {{0x09, 0x0d},
                {0x1c, 0x20},
                {0x85, 0x85},
                {0xa0, 0xa0},
                {0x1680, 0x1680},
                {0x2000, 0x200a},
                {0x2028, 0x2029},
                {0x202f, 0x202f},
                {0x205f, 0x205f},
                {0x3000, 0x3000}});
}

bool IsDigit(char32_t c) { return c >= '0' && c <= '9'; }
bool IsStop(char32_t c) { return c == '.' || c == ','; }

// ASCII symbols and punctuation except apostrophe, comma, hyphen and full stop.
bool IsSymbol(char32_t c) {
  return In(c, {{' ', '&'}, {'(', '+'}, {'/', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}});
}

// The ranges of the reference implementation. The first one is wider than intended there:
// five-digit code points were written in a notation that takes four digits.
bool IsChinese(char32_t c) {
  return In(c, {{0x2001, 0x2a6d},
                {0x2e80, 0x2eff},
                {0x2f00, 0x2fdf},
                {0x2ff0, 0x2fff},
                {0x3000, 0x303f},
                {0x3100, 0x312f},
                {0x31a0, 0x31bf},
                {0x31c0, 0x31ef},
                {0x3200, 0x32ff},
                {0x3300, 0x33ff},
                {0x3400, 0x4db5},
                {0x4e00, 0x9fbb},
                {0xf900, 0xfa2d},
                {0xfa30, 0xfa6a},
                {0xfa70, 0xfad9},
                {0xfe10, 0xfe1f},
                {0xfe30, 0xfe4f},
                {0xff00, 0xffef}});
}

bool IsHan(char32_t c) { return In(c, {{0x3400, 0x9fff}, {0xf900, 0xfaff}, {0x20000, 0x3ffff}}); }

// Kana, Thai, Lao, Tibetan, Burmese and Khmer.
bool IsOfUnspacedAlphabet(char32_t c) {
  return In(c, {{0x3041, 0x30ff},
                {0x31f0, 0x31ff},
                {0xff66, 0xff9d},
                {0x0e01, 0x0fff},
                {0x1000, 0x109f},
                {0x1780, 0x17ff}});
}

std::u32string Decode(std::string_view line) {
  std::u32string text;
  while (!line.empty()) {
    const DecodedCharacter character = DecodeUtf8(line);
    text.push_back(character.code);
    line.remove_prefix(character.size);
  }
  return text;
}

std::string Encode(const std::u32string& text) {
  std::string line;
  for (const char32_t c : text) AppendUtf8(c, &line);
  return line;
}

void ReplaceAll(std::u32string_view from, std::u32string_view to, std::u32string* text) {
  for (size_t at = text->find(from); at != text->npos; at = text->find(from, at + to.size()))
    text->replace(at, from.size(), to);
}

// Replaces every pair of adjacent characters a, b for which applies(a, b) by `before` a `between` b
// `after`, from left to right and without overlap.
template <typename Applies>
std::u32string RewritePairs(const std::u32string& text, std::u32string_view before,
                            std::u32string_view between, std::u32string_view after,
                            const Applies& applies) {
  std::u32string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i + 1 < text.size() && applies(text[i], text[i + 1])) {
      result.append(before).append(1, text[i]).append(between).append(1, text[i + 1]).append(after);
      ++i;
    } else {
      result.push_back(text[i]);
    }
  }
  return result;
}

// The rules of mteval for western languages.
std::u32string SeparatePunctuation(const std::u32string& line) {
  std::u32string text;
  for (const char32_t c : line) {
    if (IsSymbol(c)) text.append(U" ").append(1, c).append(U" ");
    if (!IsSymbol(c)) text.push_back(c);
  }
  // A full stop or comma becomes a token unless there are digits on both sides of it.
  text = RewritePairs(text, U"", U" ", U" ",
                      [](char32_t a, char32_t b) { return !IsDigit(a) && IsStop(b); });
  text = RewritePairs(text, U" ", U" ", U"",
                      [](char32_t a, char32_t b) { return IsStop(a) && !IsDigit(b); });
  return RewritePairs(text, U"", U" ", U" ",
                      [](char32_t a, char32_t b) { return IsDigit(a) && b == '-'; });
}

std::u32string JoinWords(const std::u32string& text) {
  std::u32string joined;
  bool space = false;  // write a space before the next character
  for (const char32_t c : text) {
    if (IsSpace(c)) {
      space = !joined.empty();
      continue;
    }
    if (space) joined.push_back(' ');
    space = false;
    joined.push_back(c);
  }
  return joined;
}

std::u32string Separate13a(std::u32string text) {
  ReplaceAll(U"<skipped>", U"", &text);
  ReplaceAll(U"-\n", U"", &text);
  ReplaceAll(U"\n", U" ", &text);
  ReplaceAll(U"&quot;", U"\"", &text);
  ReplaceAll(U"&amp;", U"&", &text);
  ReplaceAll(U"&lt;", U"<", &text);
  ReplaceAll(U"&gt;", U">", &text);
  return SeparatePunctuation(U" " + text + U" ");
}

std::u32string SeparateChinese(const std::u32string& text) {
  std::u32string separated;
  for (const char32_t c : text) {
    if (IsChinese(c)) separated.append(U" ").append(1, c).append(U" ");
    if (!IsChinese(c)) separated.push_back(c);
  }
  return SeparatePunctuation(separated);
}

std::u32string SeparateAll(const std::u32string& text) {
  std::u32string separated;
  for (const char32_t c : text) separated.append(1, c).append(U" ");
  return separated;
}

// Removes white space at the end and, if `begin`, at the start.
std::u32string Strip(const std::u32string& text, bool begin) {
  const auto first = begin ? std::ranges::find_if_not(text, IsSpace) : text.begin();
  auto last = text.end();
  while (last > first && IsSpace(*(last - 1))) --last;
  return std::u32string(first, last);
}

constexpr char32_t kCapitalDottedI = 0x130, kDotAbove = 0x307;
constexpr char32_t kCapitalSigma = 0x3a3, kFinalSigma = 0x3c2;

// Unicode property Cased, for characters that can be next to a sigma.
bool IsCased(char32_t c) { return LowerCase(c) != c || RaisedCase(c) != c || c == kFinalSigma; }

// Unicode property Case_Ignorable, likewise: apostrophes, dots within words, marks, joiners.
bool IsCaseIgnorable(char32_t c) {
  return In(
      c,
      {{'\'', '\''},     {'.', '.'},       {':', ':'},       {'^', '^'},       {'`', '`'},
       {0xa8, 0xa8},     {0xad, 0xad},     {0xaf, 0xaf},     {0xb4, 0xb4},     {0xb7, 0xb8},
       {0x2b0, 0x36f},   {0x374, 0x375},   {0x37a, 0x37a},   {0x384, 0x385},   {0x387, 0x387},
       {0x483, 0x489},   {0x200b, 0x200f}, {0x2018, 0x2019}, {0x2024, 0x2024}, {0x2027, 0x2027},
       {0x202a, 0x202e}, {0x2060, 0x2064}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}});
}

// Returns whether the sigma at `at` ends a word: a cased character precedes it, and none follows.
bool EndsWord(const std::u32string& text, size_t at) {
  size_t before = at;
  while (before > 0 && IsCaseIgnorable(text[before - 1])) --before;
  if (before == 0 || !IsCased(text[before - 1])) return false;
  size_t behind = at + 1;
  while (behind < text.size() && IsCaseIgnorable(text[behind])) ++behind;
  return behind == text.size() || !IsCased(text[behind]);
}

}  // namespace

std::string_view NameOf(ScoreTokenization tokenization) {
  switch (tokenization) {
    case ScoreTokenization::k13a:
      return "13a";
    case ScoreTokenization::kZh:
      return "zh";
    case ScoreTokenization::kChar:
      return "char";
  }
  return "";
}

void ReferenceScripts::Add(std::string_view line) {
  for (const char32_t c : Decode(line)) {
    const bool han = IsHan(c), unspaced = han || IsOfUnspacedAlphabet(c);
    han_ += han;
    unspaced_ += unspaced;
    letters_ += unspaced || ClassOf(c) == CharacterClass::kLetter;
  }
}

ScoreTokenization ReferenceScripts::Tokenization() const {
  if (2 * unspaced_ <= letters_) return ScoreTokenization::k13a;
  // Chinese text may quote a few kana; Japanese has many of them.
  return 10 * (unspaced_ - han_) >= unspaced_ ? ScoreTokenization::kChar : ScoreTokenization::kZh;
}

std::string TokenizeForScore(ScoreTokenization tokenization, std::string_view line) {
  const std::u32string text = Strip(Decode(line), tokenization == ScoreTokenization::kZh);
  switch (tokenization) {
    case ScoreTokenization::k13a:
      return Encode(JoinWords(Separate13a(text)));
    case ScoreTokenization::kZh:
      return Encode(JoinWords(SeparateChinese(text)));
    case ScoreTokenization::kChar:
      return Encode(JoinWords(SeparateAll(text)));
  }
  return "";
}

std::string LowerCaseForScore(std::string_view line) {
  std::string lower = LowerCase(line);
  constexpr std::string_view kSigma = "\xce\xa3", kDottedI = "\xc4\xb0";
  if (line.find(kSigma) == line.npos && line.find(kDottedI) == line.npos) return lower;
  const std::u32string text = Decode(line);
  lower.clear();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == kCapitalSigma && EndsWord(text, i)) {
      AppendUtf8(kFinalSigma, &lower);
      continue;
    }
    AppendUtf8(LowerCase(text[i]), &lower);
    if (text[i] == kCapitalDottedI) AppendUtf8(kDotAbove, &lower);
  }
  return lower;
}

std::string WithoutSpaces(std::string_view line) {
  std::u32string text = Decode(line);
  std::erase_if(text, IsSpace);
  return Encode(text);
}

}  // namespace elman
