#include "trainer/eval/loading/surprisal.h"

#include <algorithm>
#include <numbers>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "data/format/number_text.h"
#include "data/io/atomic_file.h"
#include "data/io/status_macros.h"

namespace elman {

void Surprisal::Observe(const ExamplePiece& piece) {
  const size_t begin = tokens_.size();
  tokens_.insert(tokens_.end(), piece.targets.begin(), piece.targets.end());
  losses_.insert(losses_.end(), piece.losses.begin(), piece.losses.end());
  pieces_.push_back({piece.example, piece.first_target, begin, tokens_.size()});
}

absl::Status Surprisal::AppendTo(const Vocabulary& vocabulary, AtomicFile* file) {
  std::ranges::sort(pieces_, {},
                    [](const Piece& p) { return std::tuple(p.example, p.first_target); });
  RETURN_IF_ERROR(file->Append("line\tposition\ttoken\tbits\n"));
  std::string rows;
  for (const Piece& piece : pieces_) {
    rows.clear();
    for (size_t i = piece.begin; i < piece.end; ++i) {
      absl::StrAppend(&rows, piece.example + 1, "\t", piece.first_target + (i - piece.begin) + 1,
                      "\t", EscapedPiece(vocabulary.piece(tokens_[i])), "\t",
                      RoundTripText(losses_[i] / std::numbers::ln2), "\n");
    }
    RETURN_IF_ERROR(file->Append(rows));
  }
  return absl::OkStatus();
}

}  // namespace elman
