#include "data/tokenizer/detokenizer.h"

#include "data/format/characters.h"
#include "data/format/utf8.h"

namespace elman {
namespace {

constexpr std::string_view kSpaceMark = "\xe2\x96\x81";  // U+2581, the space mark of SentencePiece
// WordPiece's mark of a piece that continues a word.
constexpr std::string_view kContinuationMark = "##";

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Appends a SentencePiece piece: <0xNN> is a byte, U+2581 a space. A space at the begin of a line
// is omitted.
void AppendSubword(std::string_view piece, bool line_begins, std::string* text) {
  if (piece.size() == 6 && piece.substr(0, 3) == "<0x" && piece[5] == '>') {
    const int high = HexDigit(piece[3]);
    const int low = HexDigit(piece[4]);
    if (high >= 0 && low >= 0) {
      *text += static_cast<char>(high * 16 + low);
      return;
    }
  }
  if (line_begins && piece.substr(0, kSpaceMark.size()) == kSpaceMark) {
    piece.remove_prefix(kSpaceMark.size());
  }
  while (!piece.empty()) {
    const size_t mark = piece.find(kSpaceMark);
    text->append(piece.substr(0, mark));
    if (mark == std::string_view::npos) return;
    *text += ' ';
    piece.remove_prefix(mark + kSpaceMark.size());
  }
}

// The spaces around a word.
struct Spacing {
  bool before = true;  // a space separates it from the previous word
  bool after = true;   // a space separates it from the next word
  bool ideograph = false;
};

Spacing SpacingOf(std::string_view word) {
  if (word == kUnknownPiece) return {};
  const DecodedCharacter first = DecodeUtf8(word);
  const char32_t code = first.code;
  const CharacterClass kind = first.valid ? ClassOf(code) : CharacterClass::kLetter;
  if (kind == CharacterClass::kIdeograph) return {true, true, true};
  if (kind != CharacterClass::kPunctuation) return {};
  switch (code) {
    case '(':
    case '[':
    case '{':
    case 0x201c:  // opening quotation marks
    case 0x2018:
    case 0xab:
    case 0xa1:  // inverted marks
    case 0xbf:
      return {true, false, false};
    case '.':
    case ',':
    case ';':
    case ':':
    case '!':
    case '?':
    case '%':
    case ')':
    case ']':
    case '}':
    case '\'':
    case 0x2019:  // closing quotation marks
    case 0x201d:
    case 0xbb:
    case 0x2026:  // ellipsis
      return {false, true, false};
    case '-':
    case '/':
      return {false, false, false};
    default:
      // Full-width punctuation of Chinese and Japanese includes its own space.
      if ((code >= 0x3001 && code <= 0x3011) || (code >= 0xff01 && code <= 0xff5e)) {
        return {false, false, true};
      }
      return {};
  }
}

}  // namespace

void Detokenizer::Append(uint32_t id, std::string* text) {
  if (id >= vocabulary_->start_id()) return;  // <s>, <pad>, or not an id
  if (id == vocabulary_->end_id()) {
    *text += '\n';
    line_begins_ = true;
    return;
  }
  AppendPiece(vocabulary_->piece(id), text);
}

void Detokenizer::AppendPiece(const std::string& piece, std::string* text) {
  switch (kind_) {
    case TokenizerSpec::BPE:
    case TokenizerSpec::UNIGRAM:
    case TokenizerSpec::SENTENCEPIECE:
      AppendSubword(piece, line_begins_, text);
      break;
    case TokenizerSpec::WORDPIECE:
      // A piece that continues a word is appended without a space.
      if (piece.size() > kContinuationMark.size() && piece.starts_with(kContinuationMark)) {
        text->append(piece, kContinuationMark.size());
      } else {
        AppendWord(piece, text);
      }
      break;
    case TokenizerSpec::WORD:
    case TokenizerSpec::WHITESPACE:
      AppendWord(piece, text);
      break;
    default:
      *text += piece;
  }
  line_begins_ = false;
}

void Detokenizer::AppendWord(const std::string& word, std::string* text) {
  const Spacing spacing = kind_ == TokenizerSpec::WHITESPACE ? Spacing() : SpacingOf(word);
  const bool between_ideographs = ideograph_ && spacing.ideograph;
  if (!line_begins_ && space_after_ && spacing.before && !between_ideographs) *text += ' ';
  *text += word;
  space_after_ = spacing.after;
  ideograph_ = spacing.ideograph;
}

std::string Detokenize(TokenizerSpec::Kind kind, const Vocabulary& vocabulary,
                       std::span<const uint32_t> ids, std::span<const std::string> unknown_words) {
  Detokenizer detokenizer(kind, &vocabulary);
  std::string text;
  for (const uint32_t id : ids) {
    if (id == vocabulary.unknown_id() && !unknown_words.empty()) {
      detokenizer.AppendPiece(unknown_words.front(), &text);
      unknown_words = unknown_words.subspan(1);
    } else {
      detokenizer.Append(id, &text);
    }
  }
  return text;
}

}  // namespace elman
