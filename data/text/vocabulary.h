// A vocabulary: maps ids to pieces of text or to labels and back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/text/piece_table.h"

namespace elman {

// The special pieces, and a name for unseen labels.
inline constexpr std::string_view kUnknownPiece = "<unk>";
inline constexpr std::string_view kStartPiece = "<s>";
inline constexpr std::string_view kEndPiece = "</s>";
inline constexpr std::string_view kPadPiece = "<pad>";
inline constexpr std::string_view kUnseenLabel = "<unseen>";  // a label whose name is not known

// Ids are positions: first the pieces that a model may predict, then <s> and <pad>. vocabulary.txt
// has one line per piece: the piece, a tab, and its count in train. In a piece, backslash, tab,
// line feed and carriage return are written as \\, \t, \n and \r. Other control characters (below
// U+0020, and U+007F) and bytes that are not UTF-8 are written as \xNN.
class Vocabulary {
 public:
  struct Entry {
    std::string piece;
    uint64_t count = 0;
  };

  // `predicted` must have </s> and may have <unk>; <s> and <pad> are appended. Pieces must be
  // distinct.
  static absl::StatusOr<Vocabulary> Create(std::vector<Entry> predicted);

  // A vocabulary of at least one label without special pieces: "</s>" would be an ordinary label.
  // unknown_id() is size() and stands for any other label; size() + 1 stands for no label.
  static absl::StatusOr<Vocabulary> CreateLabels(std::vector<Entry> labels);

  // Only for labels: gives these labels, which do not occur in train, ids from first_unseen_id() in
  // this order. Replaces earlier unseen labels. No model predicts them, and Find does not find
  // them. They must be different from each other and from the labels.
  absl::Status SetUnseenLabels(std::vector<Entry> labels);
  absl::Status ParseUnseenLabels(std::string_view text, const std::string& path);
  const std::vector<Entry>& unseen_labels() const { return unseen_labels_; }
  std::string UnseenLabelsToText() const;  // in the format of vocabulary.txt

  // A vocabulary without pieces: ids are the bits of positive finite float32 numbers.
  static Vocabulary Numbers();

  // Parses the text of a vocabulary.txt; `path` is used in messages.
  static absl::StatusOr<Vocabulary> Parse(std::string_view text, const std::string& path);
  static absl::StatusOr<Vocabulary> ParseLabels(std::string_view text, const std::string& path);
  std::string ToText() const;

  uint32_t size() const { return static_cast<uint32_t>(entries_.size()); }
  uint32_t predicted_size() const { return size() - input_only_; }
  // All ids, including unknown labels and no label, are below this limit.
  uint32_t id_limit() const { return id_limit_; }
  uint32_t no_label_id() const { return size() + 1; }
  uint32_t first_unseen_id() const { return size() + 2; }
  // Only for labels: the name of any label except no_label_id(). unknown_id() stands for unseen
  // labels of data sets that do not store their names.
  std::string LabelName(uint32_t id) const;
  const std::string& piece(uint32_t id) const { return entries_[id].piece; }
  uint64_t count(uint32_t id) const { return entries_[id].count; }
  std::vector<uint64_t> counts() const;                           // of every id
  const std::vector<Entry>& entries() const { return entries_; }  // by id

  // The id of a piece; unknown_id() if it has none.
  uint32_t Find(std::string_view piece) const {
    const uint32_t id = ids_.Find(piece);
    return id != PieceTable::kNone ? id : unknown_id_;
  }

  uint32_t unknown_id() const { return unknown_id_; }  // size() if no token can be unknown
  // Whether `id` is one of the special pieces below or that of unknown words.
  bool is_special(uint32_t id) const {
    return id == unknown_id_ || id == end_id() || id == start_id() || id == pad_id();
  }
  // The special pieces; size() for labels.
  uint32_t end_id() const { return end_id_; }
  uint32_t start_id() const { return input_only_ > 0 ? size() - 2 : size(); }
  uint32_t pad_id() const { return input_only_ > 0 ? size() - 1 : size(); }

 private:
  absl::Status Index();

  std::vector<Entry> entries_;
  std::vector<Entry> unseen_labels_;
  PieceTable ids_;           // the number of a piece is its id
  uint32_t input_only_ = 2;  // pieces at the end that cannot be predicted
  uint32_t unknown_id_ = 0;
  uint32_t end_id_ = 0;
  uint32_t id_limit_ = 0;
};

// The piece as written in vocabulary.txt.
std::string EscapedPiece(std::string_view piece);

}  // namespace elman
