#include "trainer/eval/loading/surprisal.h"

#include <algorithm>
#include <numbers>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "data/format/number_text.h"
#include "data/io/atomic_file.h"
#include "data/io/status_macros.h"
#include "trainer/eval/evaluators/closed_text.h"

namespace elman {

void Surprisal::Observe(const ExamplePiece& piece) {
  const size_t begin = tokens_.size();
  tokens_.insert(tokens_.end(), piece.targets.begin(), piece.targets.end());
  losses_.insert(losses_.end(), piece.losses.begin(), piece.losses.end());
  const uint64_t line = piece.line > 0 ? piece.line : piece.example + 1;
  pieces_.push_back({piece.example, line, piece.first_target, begin, tokens_.size()});
}

absl::Status Surprisal::AppendTo(const Vocabulary& vocabulary, RawTextReader* unknown_words,
                                 AtomicFile* file) {
  std::ranges::sort(pieces_, {},
                    [](const Piece& p) { return std::tuple(p.example, p.first_target); });
  const bool spelled = unknown_words != nullptr;
  RETURN_IF_ERROR(file->Append(
      absl::StrCat("line\tposition\ttoken\tbits", spelled ? "\tspelling_bits" : "", "\n")));
  std::optional<UnknownSpeller> speller;
  if (spelled) speller.emplace(vocabulary);
  std::string rows;
  // Words of the example whose spelling costs have not been computed.
  std::span<const std::string_view> words;
  uint64_t line = 0, position = 0;
  for (const Piece& piece : pieces_) {
    rows.clear();
    // A long line is stored as several examples.
    if (piece.line != line) position = 0;
    line = piece.line;
    if (spelled && piece.first_target == 0) {
      ASSIGN_OR_RETURN(words, unknown_words->Read(piece.example));
    }
    for (size_t i = piece.begin; i < piece.end; ++i) {
      absl::StrAppend(&rows, line, "\t", ++position, "\t",
                      EscapedPiece(vocabulary.piece(tokens_[i])), "\t",
                      RoundTripText(losses_[i] / std::numbers::ln2));
      double spelling = 0;
      if (static_cast<uint32_t>(tokens_[i]) == vocabulary.unknown_id() && !words.empty()) {
        spelling = speller->NextBits(words.front());
        words = words.subspan(1);
      }
      if (spelled) absl::StrAppend(&rows, "\t", RoundTripText(spelling));
      rows += '\n';
    }
    RETURN_IF_ERROR(file->Append(rows));
  }
  return absl::OkStatus();
}

}  // namespace elman
