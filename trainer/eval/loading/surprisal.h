// How surprised a language model was by every token of a split, as a table for other programs.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "data/shards/raw_text_reader.h"
#include "data/text/vocabulary.h"
#include "trainer/eval/evaluators/evaluator.h"

namespace elman {

class AtomicFile;

// Keeps 12 bytes a token and 40 a line.
class Surprisal : public ExampleObserver {
 public:
  void Observe(const ExamplePiece& piece) override;

  // Appends, separated by tabs, a head and a row a token, in the order of the split:
  //
  //   line           of the files of the split, one after another, from 1: empty ones and others
  //   that
  //                  preprocessing left out count too. Of a data set without line numbers, which
  //                  Elman 0.1.0 or older made, they do not
  //   position       in the line, from 1
  //   token          as vocabulary.txt has it: tabs and the like escaped; </s> ends a line
  //   bits           -log2 P(token | what the evaluator had read before it: with one stream, all),
  //                  such that it reads back as the same double
  //   spelling_bits  what the spelling of an <unk> costs besides (closed_text.h), 0 of other
  //                  tokens. A column only where `unknown_words` is not null
  //
  // `unknown_words` are those of the split. Use it once.
  absl::Status AppendTo(const Vocabulary& vocabulary, RawTextReader* unknown_words,
                        AtomicFile* file);

 private:
  struct Piece {
    uint64_t example = 0;
    uint64_t line = 0;
    uint64_t first_target = 0;
    size_t begin = 0, end = 0;  // in the arrays
  };
  std::vector<Piece> pieces_;
  std::vector<int32_t> tokens_;
  std::vector<double> losses_;
};

}  // namespace elman
