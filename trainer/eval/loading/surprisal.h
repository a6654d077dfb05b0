// Writes the surprisal of every token of a split as a table for other programs.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "data/shards/raw_text_reader.h"
#include "data/text/vocabulary.h"
#include "trainer/eval/evaluators/evaluator.h"

namespace elman {

class AtomicFile;

// Uses 12 bytes of memory per token and 40 per line.
class Surprisal : public ExampleObserver {
 public:
  void Observe(const ExamplePiece& piece) override;

  // Appends a header and one row per token, in the order of the split. Columns are separated by
  // tabs:
  //
  //   line           number of the line, from 1, counted over all files of the split, including
  //                  lines that preprocessing skipped. Data sets of Elman 0.1.0 and older have no
  //                  line numbers; there, skipped lines do not count
  //   position       in the line, from 1
  //   token          as in vocabulary.txt, with tabs and similar characters escaped; a line ends
  //                  with </s>
  //   bits           -log2 P(token | what the evaluator read before it; with one stream, all
  //                  previous text), with enough digits to read back the same double
  //   spelling_bits  additional cost of spelling an <unk> (closed_text.h); 0 for other tokens.
  //                  Only if `unknown_words` is not null
  //
  // `unknown_words` are those of the split. May be called once.
  absl::Status AppendTo(const Vocabulary& vocabulary, RawTextReader* unknown_words,
                        AtomicFile* file);

 private:
  struct Piece {
    uint64_t example = 0;
    uint64_t line = 0;
    uint64_t first_target = 0;
    size_t begin = 0, end = 0;  // range in the arrays
  };
  std::vector<Piece> pieces_;
  std::vector<int32_t> tokens_;
  std::vector<double> losses_;
};

}  // namespace elman
