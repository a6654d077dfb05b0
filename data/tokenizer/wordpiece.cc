#include "data/tokenizer/wordpiece.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "data/format/unicode.h"
#include "data/format/utf8.h"
#include "data/tokenizer/bert_words.h"

namespace elman {
namespace {

// Longer words are unknown, as in BERT.
constexpr size_t kMaxWordCharacters = 100;

bool ContinuesCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

size_t Characters(std::string_view text) {
  return text.size() - static_cast<size_t>(std::ranges::count_if(text, ContinuesCharacter));
}

// A line of vocab.txt without white space at its end. If the piece is white space, only a mark
// remains.
std::string_view PieceOf(std::string_view line) {
  size_t end = 0;
  for (size_t at = 0; at < line.size();) {
    const DecodedCharacter character = DecodeUtf8(line.substr(at));
    at += static_cast<size_t>(character.size);
    if (!IsUnicodeSpace(character.code)) end = at;
  }
  return line.substr(0, end);
}

// Whether no text is encoded as this piece: brackets and the signs of our special pieces are
// separate words.
bool IsNeverFound(std::string_view piece) {
  if (piece.empty() || piece == kContinuationMark) return true;
  for (const std::string_view special : {"[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"}) {
    if (piece == special) return true;
  }
  return piece.substr(0, 7) == "[unused" || piece == kUnknownPiece || piece == kEndPiece ||
         piece == kStartPiece || piece == kPadPiece;
}

class WordPieceTokenizer : public Tokenizer {
 public:
  WordPieceTokenizer(const Vocabulary& vocabulary, bool lowercase)
      : lowercase_(lowercase), unknown_id_(vocabulary.unknown_id()) {
    for (uint32_t id = 0; id < vocabulary.predicted_size(); ++id) {
      if (id == vocabulary.unknown_id() || id == vocabulary.end_id()) continue;
      std::string_view piece = vocabulary.piece(id);
      const bool continues = piece.size() > kContinuationMark.size() &&
                             piece.substr(0, kContinuationMark.size()) == kContinuationMark;
      if (continues) piece.remove_prefix(kContinuationMark.size());
      (continues ? continuations_ : begins_).emplace(Key(piece), id);
      longest_ = std::max(longest_, piece.size());
    }
  }

  void Encode(std::string_view line, std::vector<uint32_t>* ids) const override {
    ForEachWord(line, [&](std::string_view word) { EncodeWord(word, ids); });
  }
  void VisitUnknown(std::string_view line, const UnknownVisitor& visit) const override {
    std::vector<uint32_t> ids;
    ForEachWord(line, [&](std::string_view word) {
      ids.clear();
      EncodeWord(word, &ids);
      if (ids[0] == unknown_id_) visit(word);
    });
  }

 private:
  using Pieces = absl::flat_hash_map<absl::string_view, uint32_t>;

  static absl::string_view Key(std::string_view text) { return {text.data(), text.size()}; }

  template <typename Visit>
  void ForEachWord(std::string_view line, const Visit& visit) const {
    const std::string text = BertWords(line, lowercase_);
    std::string_view rest = text;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(' '), rest.size());
      visit(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  void EncodeWord(std::string_view word, std::vector<uint32_t>* ids) const {
    const size_t before = ids->size();
    if (word.size() <= kMaxWordCharacters || Characters(word) <= kMaxWordCharacters) {
      const Pieces* pieces = &begins_;
      while (!word.empty()) {
        size_t size = std::min(word.size(), longest_);
        Pieces::const_iterator found = pieces->end();
        for (; size > 0; --size) {
          if (size < word.size() && ContinuesCharacter(word[size])) continue;
          found = pieces->find(Key(word.substr(0, size)));
          if (found != pieces->end()) break;
        }
        if (size == 0) break;
        ids->push_back(found->second);
        word.remove_prefix(size);
        pieces = &continuations_;
      }
      if (word.empty()) return;
    }
    ids->resize(before);
    ids->push_back(unknown_id_);
  }

  const bool lowercase_;
  const uint32_t unknown_id_;
  Pieces begins_;
  Pieces continuations_;  // without their marks
  size_t longest_ = 0;    // bytes of the longest piece
};

}  // namespace

absl::StatusOr<Vocabulary> ParseBertVocabulary(std::string_view text, const std::string& path) {
  constexpr char kExpected[] = ": expected the vocab.txt of a BERT model, one token per line";
  std::vector<Vocabulary::Entry> entries = {{std::string(kUnknownPiece), 0},
                                            {std::string(kEndPiece), 0}};
  absl::flat_hash_map<std::string, size_t> lines;
  bool unknown = false;
  for (size_t line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view piece = PieceOf(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    unknown = unknown || piece == "[UNK]";
    if (!IsValidUtf8(piece)) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": line ", line, kExpected, ", found '",
                                                     EscapedPiece(piece), "', which is not UTF-8"));
    }
    if (IsNeverFound(piece)) continue;
    if (const auto [known, inserted] = lines.emplace(piece, line); !inserted) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": line ", line, kExpected, ", found '",
                                                     EscapedPiece(piece), "' as in line ",
                                                     known->second));
    }
    entries.push_back({std::string(piece), 0});
  }
  if (!unknown || entries.size() == 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, kExpected, ", found no ", unknown ? "token" : "line '[UNK]'",
        "; to reuse the vocabulary of an Elman data set, use --vocabulary_of=DATASET_DIR"));
  }
  return Vocabulary::Create(std::move(entries));
}

std::unique_ptr<Tokenizer> CreateWordPieceTokenizer(const Vocabulary& vocabulary, bool lowercase) {
  return std::make_unique<WordPieceTokenizer>(vocabulary, lowercase);
}

}  // namespace elman
