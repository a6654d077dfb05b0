// Columns of tagged text, which has one word per line: which exist, and which are read.
//
// CoNLL-U (universaldependencies.org/format.html) is recognized by its ten columns, separated by
// tabs, of which the first numbers the words of a sentence. Comments ('#'), ranges of words ('1-2')
// and empty nodes ('1.1') are ignored. All other text is plain: columns are separated by tabs or,
// in a line without tabs, by spaces.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/dataset.pb.h"

namespace elman {

// The columns that the user chose.
struct ColumnChoice {
  uint32_t word = 0;   // from 1; 0: the first, or in CoNLL-U the second (FORM)
  uint32_t tag = 0;    // from 1; 0: the last, or in CoNLL-U the fourth (UPOS)
  bool named = false;  // chosen by a CoNLL-U name, so files must be in CoNLL-U
  // Columns of a data set whose vocabulary is adopted. They replace the defaults for files of the
  // same kind, CoNLL-U or plain. Word 0: none.
  TagColumns adopted = {};
};

// Parses the columns given by flags: each a number, a CoNLL-U name such as upos, or empty.
absl::StatusOr<ColumnChoice> ParseColumnChoice(const std::string& word, const std::string& tag);

// The layout of a file, detected from its first lines.
struct ColumnLayout {
  size_t columns = 0;  // 0: the file has no words
  uint64_t line = 0;   // of the first word
  bool conllu = false;
  bool numbered = false;  // the first column numbers the words of each sentence
  bool slashed = false;   // the first line is a sentence of WORD/TAG
};
absl::StatusOr<ColumnLayout> ReadColumnLayout(const std::string& path);

// The columns to read from a file, counted from 1. InvalidArgument, with the name `file`, if the
// file does not have them.
absl::StatusOr<TagColumns> ColumnsOf(const ColumnChoice& choice, const ColumnLayout& layout,
                                     const std::string& file);

// A parsed line of tagged text.
struct TaggedLine {
  enum Kind {
    kWord,
    kSentenceEnd,   // empty, or only white space
    kDocumentMark,  // -DOCSTART-; also ends a sentence
    kLeftOut,       // CoNLL-U: a comment, a range or an empty node
    kNoId,          // CoNLL-U: a line that does not begin with the number of a word
  };
  Kind kind = kWord;
  size_t columns = 0;          // for kWord
  std::string_view word = {};  // empty if the line does not have the column
  std::string_view tag = {};
};
TaggedLine ParseTaggedLine(const TagColumns& columns, std::string_view line);

// As above for text without tags, such as text to be tagged. In lines that do not have the column
// of the word, the first column is the word.
TaggedLine ParseUntaggedLine(const TagColumns& columns, std::string_view line);

// Returns the separator of a further column at the end of a line: " " if spaces separate its
// columns, otherwise a tab.
std::string TagSeparator(std::string_view line);

// Such as "words in column 2 (FORM) and tags in column 4 (UPOS) of CoNLL-U".
std::string Describe(const TagColumns& columns);

}  // namespace elman
