// The columns of tagged text, which has a word on each line: which there are, and which are read.
//
// CoNLL-U (universaldependencies.org/format.html) is recognized by its ten columns, separated by
// tabs, of which the first numbers the words of a sentence. Of it are read the words, not comments
// ('#'), ranges of words ('1-2') and empty nodes ('1.1'). All other text is plain: columns are
// separated by tabs, or in a line without tabs by spaces.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/dataset.pb.h"

namespace elman {

// Which columns are asked for.
struct ColumnChoice {
  uint32_t word = 0;   // from 1; 0: the first, of CoNLL-U the second (FORM)
  uint32_t tag = 0;    // from 1; 0: the last, of CoNLL-U the fourth (UPOS)
  bool named = false;  // by a name of CoNLL-U, so that the files must be in it
  // Those of a data set whose vocabulary is taken over: for files of its kind, CoNLL-U or plain, in
  // place of the defaults. Word 0: none.
  TagColumns adopted = {};
};

// The columns named by flags: each a number, a name of CoNLL-U such as upos, or empty.
absl::StatusOr<ColumnChoice> ParseColumnChoice(const std::string& word, const std::string& tag);

// What the lines of a file have, known from those it begins with.
struct ColumnLayout {
  size_t columns = 0;  // 0: there is no word
  uint64_t line = 0;   // of the first word
  bool conllu = false;
  bool numbered = false;  // the first column numbers the words of each sentence
  bool slashed = false;   // the first line is a sentence of WORD/TAG
};
absl::StatusOr<ColumnLayout> ReadColumnLayout(const std::string& path);

// The columns that are read of a file, from 1; InvalidArgument, which names `file`, if it does not
// have them.
absl::StatusOr<TagColumns> ColumnsOf(const ColumnChoice& choice, const ColumnLayout& layout,
                                     const std::string& file);

// A line of tagged text: what a reader does with it.
struct TaggedLine {
  enum Kind {
    kWord,
    kSentenceEnd,   // nothing, or white space only
    kDocumentMark,  // -DOCSTART-, which ends a sentence too
    kLeftOut,       // of CoNLL-U: a comment, a range or an empty node
    kNoId,          // of CoNLL-U: a line that does not begin with the number of a word
  };
  Kind kind = kWord;
  size_t columns = 0;          // of kWord
  std::string_view word = {};  // empty if the line does not have its column
  std::string_view tag = {};
};
TaggedLine ParseTaggedLine(const TagColumns& columns, std::string_view line);

// The same where lines need not have tags, as text that is to be tagged: of lines that do not have
// the column of the word, the word is the first.
TaggedLine ParseUntaggedLine(const TagColumns& columns, std::string_view line);

// "words in column 2 (FORM) and tags in column 4 (UPOS) of CoNLL-U".
std::string Describe(const TagColumns& columns);

}  // namespace elman
