#include "data/text/vocabulary.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/format/utf8.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr size_t kMaxSize = size_t{1} << 30;  // ids are int32_t in batches

void AppendHexEscape(char byte, std::string* text) {
  *text += "\\x";
  *text += kHexDigits[static_cast<unsigned char>(byte) >> 4];
  *text += kHexDigits[static_cast<unsigned char>(byte) & 15];
}

void AppendEscaped(std::string_view piece, std::string* text) {
  while (!piece.empty()) {
    const DecodedCharacter character = DecodeUtf8(piece);
    const std::string_view bytes = piece.substr(0, static_cast<size_t>(character.size));
    if (!character.valid || character.code < 0x20 || character.code == 0x7f) {
      for (const char byte : bytes) {
        switch (byte) {
          case '\t':
            *text += "\\t";
            break;
          case '\n':
            *text += "\\n";
            break;
          case '\r':
            *text += "\\r";
            break;
          default:
            AppendHexEscape(byte, text);
        }
      }
    } else {
      if (character.code == '\\') *text += '\\';
      text->append(bytes);
    }
    piece.remove_prefix(bytes.size());
  }
}

int HexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

// Returns false if `text` has an invalid escape.
bool Unescape(std::string_view text, std::string* piece) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      *piece += text[i];
      continue;
    }
    if (++i == text.size()) return false;
    switch (text[i]) {
      case '\\':
        *piece += '\\';
        break;
      case 't':
        *piece += '\t';
        break;
      case 'n':
        *piece += '\n';
        break;
      case 'r':
        *piece += '\r';
        break;
      case 'x': {
        if (i + 2 >= text.size()) return false;
        const int high = HexValue(text[i + 1]);
        const int low = HexValue(text[i + 2]);
        if (high < 0 || low < 0) return false;
        *piece += static_cast<char>(high * 16 + low);
        i += 2;
        break;
      }
      default:
        return false;
    }
  }
  return true;
}

// Parses a decimal number without sign, leading zeros or overflow.
bool ParseCount(std::string_view text, uint64_t* count) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return false;
  uint64_t value = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return false;
    if (__builtin_mul_overflow(value, uint64_t{10}, &value) ||
        __builtin_add_overflow(value, static_cast<uint64_t>(digit - '0'), &value)) {
      return false;
    }
  }
  *count = value;
  return true;
}

// Parses the output of ToText. Only one spelling of a piece is valid, so that different texts are
// different vocabularies.
absl::StatusOr<std::vector<Vocabulary::Entry>> ParseEntries(std::string_view text,
                                                            const std::string& path) {
  std::vector<Vocabulary::Entry> entries;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const size_t tab = line.find('\t');
    Vocabulary::Entry entry;
    if (end == std::string_view::npos || tab == std::string_view::npos ||
        !Unescape(line.substr(0, tab), &entry.piece) ||
        EscapedPiece(entry.piece) != line.substr(0, tab) ||
        !ParseCount(line.substr(tab + 1), &entry.count)) {
      return absl::DataLossError(absl::StrCat(
          path, ": line ", number,
          ": expected a token, a tab, a count and a line feed; copy the data set again"));
    }
    entries.push_back(std::move(entry));
    text.remove_prefix(end + 1);
  }
  return entries;
}

// Writes what ParseEntries reads.
std::string TextOf(const std::vector<Vocabulary::Entry>& entries) {
  std::string text;
  for (const Vocabulary::Entry& entry : entries) {
    AppendEscaped(entry.piece, &text);
    absl::StrAppend(&text, "\t", entry.count, "\n");
  }
  return text;
}

// Adds the name of the file to an error of a vocabulary read from `path`.
absl::StatusOr<Vocabulary> FromFile(absl::StatusOr<Vocabulary> vocabulary,
                                    const std::string& path) {
  if (vocabulary.ok()) return vocabulary;
  return absl::DataLossError(absl::StrCat(path, ": ", vocabulary.status().message()));
}

}  // namespace

std::string EscapedPiece(std::string_view piece) {
  std::string text;
  AppendEscaped(piece, &text);
  return text;
}

absl::StatusOr<Vocabulary> Vocabulary::Create(std::vector<Entry> predicted) {
  Vocabulary vocabulary;
  vocabulary.entries_ = std::move(predicted);
  vocabulary.entries_.push_back({std::string(kStartPiece), 0});
  vocabulary.entries_.push_back({std::string(kPadPiece), 0});
  RETURN_IF_ERROR(vocabulary.Index());
  vocabulary.unknown_id_ = vocabulary.size();
  vocabulary.unknown_id_ = vocabulary.Find(kUnknownPiece);
  vocabulary.end_id_ = vocabulary.ids_.Find(kEndPiece);
  if (vocabulary.end_id_ == PieceTable::kNone) {
    return absl::InvalidArgumentError("the vocabulary has no </s>");
  }
  vocabulary.id_limit_ = vocabulary.size();
  return vocabulary;
}

absl::StatusOr<Vocabulary> Vocabulary::CreateLabels(std::vector<Entry> labels) {
  if (labels.empty()) return absl::InvalidArgumentError("there are no labels");
  Vocabulary vocabulary;
  vocabulary.entries_ = std::move(labels);
  vocabulary.input_only_ = 0;
  RETURN_IF_ERROR(vocabulary.Index());
  vocabulary.unknown_id_ = vocabulary.end_id_ = vocabulary.size();
  vocabulary.id_limit_ = vocabulary.size() + 2;
  return vocabulary;
}

Vocabulary Vocabulary::Numbers() {
  Vocabulary vocabulary;
  vocabulary.input_only_ = 0;
  vocabulary.id_limit_ = std::bit_cast<uint32_t>(std::numeric_limits<float>::infinity());
  return vocabulary;
}

absl::Status Vocabulary::Index() {
  if (entries_.size() > kMaxSize) {
    return absl::InvalidArgumentError(absl::StrCat("a vocabulary of ", entries_.size(),
                                                   " tokens is above the limit of ", kMaxSize));
  }
  ids_.Reserve(entries_.size());
  for (uint32_t id = 0; id < size(); ++id) {
    const std::string& piece = entries_[id].piece;
    if (piece.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("the token of id ", id, " is empty"));
    }
    if (const uint32_t number = ids_.FindOrAdd(piece); number != id) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the ids ", number, " and ", id, " have the same token '", EscapedPiece(piece), "'"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Vocabulary> Vocabulary::Parse(std::string_view text, const std::string& path) {
  ASSIGN_OR_RETURN(std::vector<Entry> entries, ParseEntries(text, path));
  const size_t count = entries.size();
  if (count < 3 || entries[count - 2].piece != kStartPiece ||
      entries[count - 1].piece != kPadPiece || entries[count - 2].count != 0 ||
      entries[count - 1].count != 0) {
    return absl::DataLossError(
        absl::StrCat(path,
                     ": expected <s> and <pad>, counted 0 times, as the last of at least three "
                     "tokens; copy the data set again"));
  }
  entries.resize(count - 2);
  return FromFile(Create(std::move(entries)), path);
}

absl::StatusOr<Vocabulary> Vocabulary::ParseLabels(std::string_view text, const std::string& path) {
  ASSIGN_OR_RETURN(std::vector<Entry> labels, ParseEntries(text, path));
  return FromFile(CreateLabels(std::move(labels)), path);
}

absl::Status Vocabulary::SetUnseenLabels(std::vector<Entry> labels) {
  PieceTable names;
  for (const Entry& label : labels) {
    const bool known =
        ids_.Find(label.piece) != PieceTable::kNone || names.Find(label.piece) != PieceTable::kNone;
    names.FindOrAdd(label.piece);
    if (label.piece.empty() || known || names.size() > kMaxSize) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected distinct labels that do not occur in train, found '",
                       EscapedPiece(label.piece), "'"));
    }
  }
  unseen_labels_ = std::move(labels);
  id_limit_ = first_unseen_id() + static_cast<uint32_t>(unseen_labels_.size());
  return absl::OkStatus();
}

absl::Status Vocabulary::ParseUnseenLabels(std::string_view text, const std::string& path) {
  ASSIGN_OR_RETURN(std::vector<Entry> labels, ParseEntries(text, path));
  const absl::Status status = SetUnseenLabels(std::move(labels));
  return status.ok() ? status : absl::DataLossError(absl::StrCat(path, ": ", status.message()));
}

std::string Vocabulary::UnseenLabelsToText() const { return TextOf(unseen_labels_); }

std::string Vocabulary::LabelName(uint32_t id) const {
  if (id < size()) return piece(id);
  const size_t unseen = id - std::min(id, first_unseen_id());
  const bool named = id >= first_unseen_id() && unseen < unseen_labels_.size();
  return named ? unseen_labels_[unseen].piece : std::string(kUnseenLabel);
}

std::vector<uint64_t> Vocabulary::counts() const {
  std::vector<uint64_t> counts;
  for (const Entry& entry : entries_) counts.push_back(entry.count);
  return counts;
}

std::string Vocabulary::ToText() const { return TextOf(entries_); }

}  // namespace elman
