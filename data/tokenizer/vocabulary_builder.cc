#include "data/tokenizer/vocabulary_builder.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/format/characters.h"
#include "data/io/bytes.h"
#include "data/text/text_file.h"
#include "data/tokenizer/sentencepiece.h"
#include "data/tokenizer/splitter.h"
#include "data/tokenizer/wordpiece.h"

namespace elman {
namespace {

absl::StatusOr<Vocabulary> VocabularyOf(const SentencePiece& pieces) {
  std::vector<Vocabulary::Entry> entries;
  for (uint32_t id = 0; id < pieces.size(); ++id) entries.push_back({pieces.piece(id), 0});
  return Vocabulary::Create(std::move(entries));
}

}  // namespace

void PieceCounts::AddLine(const TokenizerSpec& spec, std::string_view line) {
  if (spec.lowercase()) {
    lower_ = LowerCase(line);
    line = lower_;
  }
  split_.clear();
  SplitterOf(spec.kind())(line, &split_);
  for (const std::string_view piece : split_) Add(piece, 1);
}

void PieceCounts::AddAll(const PieceCounts& counts) {
  for (uint32_t i = 0; i < counts.size(); ++i) Add(counts.piece(i), counts.count(i));
}

void PieceCounts::Clear() {
  pieces_.Clear();
  counts_.clear();
}

uint64_t PieceCounts::CountOf(std::string_view piece) const {
  const uint32_t number = pieces_.Find(piece);
  return number == PieceTable::kNone ? 0 : counts_[number];
}

std::string PieceCounts::Serialize() const {
  std::string bytes;
  for (uint32_t i = 0; i < size(); ++i) {
    const uint64_t numbers[2] = {count(i), piece(i).size()};
    bytes.append(AsBytes(numbers));
    bytes.append(piece(i));
  }
  return bytes;
}

absl::Status PieceCounts::AddSerialized(std::string_view bytes) {
  while (!bytes.empty()) {
    uint64_t numbers[2] = {};
    if (bytes.size() < sizeof(numbers))
      return absl::InternalError("truncated counts from another rank");
    CopyFromBytes(bytes, numbers);
    bytes.remove_prefix(sizeof(numbers));
    if (bytes.size() < numbers[1]) return absl::InternalError("truncated counts from another rank");
    Add(bytes.substr(0, numbers[1]), numbers[0]);
    bytes.remove_prefix(numbers[1]);
  }
  return absl::OkStatus();
}

namespace {

bool HasSmallerPiece(const Vocabulary::Entry& a, const Vocabulary::Entry& b) {
  return a.piece < b.piece;
}

// Maximum number of pieces of a vocabulary without the special ones.
uint64_t MostPieces(const TokenizerSpec& spec) {
  if (spec.kind() == TokenizerSpec::LABEL || spec.vocab_size() == 0)
    return std::numeric_limits<uint64_t>::max();
  return std::max<uint64_t>(spec.vocab_size(), 2) - 2;
}

}  // namespace

PieceSelection::PieceSelection(const TokenizerSpec& spec)
    : spec_(spec), chosen_(MostPieces(spec)), left_out_(kMaxUnknownWords) {}

void PieceSelection::Add(std::string_view piece, uint64_t count) {
  const bool label = spec_.kind() == TokenizerSpec::LABEL;
  if (!label && (count < spec_.min_count() || piece == kUnknownPiece))
    return LeaveOut(piece, count);
  chosen_.Add(piece, count,
              [this](std::string_view other, uint64_t times) { LeaveOut(other, times); });
}

void PieceSelection::LeaveOut(std::string_view piece, uint64_t count) {
  ++left_out_types_;
  left_out_.Add(piece, count, [](std::string_view, uint64_t) {});
}

void PieceSelection::AddAll(const PieceCounts& counts) {
  for (uint32_t i = 0; i < counts.size(); ++i) Add(counts.piece(i), counts.count(i));
}

absl::StatusOr<Vocabulary> PieceSelection::Build() {
  std::vector<Vocabulary::Entry> entries = chosen_.Take();
  if (spec_.kind() == TokenizerSpec::LABEL) {
    std::ranges::sort(entries, HasSmallerPiece);
    return Vocabulary::CreateLabels(std::move(entries));
  }
  entries.insert(entries.begin(), {{std::string(kUnknownPiece), 0}, {std::string(kEndPiece), 0}});
  return Vocabulary::Create(std::move(entries));
}

absl::StatusOr<Vocabulary> BuildCountedVocabulary(const TokenizerSpec& spec,
                                                  const PieceCounts& counts) {
  PieceSelection selection(spec);
  selection.AddAll(counts);
  return selection.Build();
}

absl::StatusOr<Vocabulary> BuildByteVocabulary() {
  std::vector<Vocabulary::Entry> entries;
  for (uint32_t byte = 0; byte < kByteValues; ++byte) {
    entries.push_back({std::string(1, static_cast<char>(byte)), 0});
  }
  entries.push_back({std::string(kEndPiece), 0});
  return Vocabulary::Create(std::move(entries));
}

absl::StatusOr<std::string> TrainSentencePiece(const TokenizerSpec& spec,
                                               const std::vector<std::string>& lines) {
  SentencePieceOptions options;
  options.unigram = spec.kind() == TokenizerSpec::UNIGRAM;
  options.vocab_size = static_cast<int>(spec.vocab_size());
  std::string error;
  std::string model = SentencePiece::Train(lines, options, &error);
  if (model.empty()) return absl::InvalidArgumentError(error);
  return model;
}

absl::StatusOr<Vocabulary> BuildSentencePieceVocabulary(std::string_view model) {
  std::string error;
  const std::unique_ptr<SentencePiece> pieces = SentencePiece::Load(model, &error);
  if (pieces == nullptr) {
    return absl::DataLossError(absl::StrCat("SentencePiece cannot read its own model: ", error));
  }
  return VocabularyOf(*pieces);
}

absl::StatusOr<Vocabulary> BuildImportedVocabulary(TokenizerSpec::Kind kind, std::string_view bytes,
                                                   const std::string& path) {
  if (kind == TokenizerSpec::WORDPIECE) return ParseBertVocabulary(bytes, path);
  std::string error;
  const std::unique_ptr<SentencePiece> pieces = SentencePiece::LoadAny(bytes, &error);
  if (pieces == nullptr) {
    if (const std::string found = DescribeNoText(bytes); !found.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": expected a SentencePiece model (.model), found ", found));
    }
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected a SentencePiece model (.model): ", error));
  }
  return VocabularyOf(*pieces);
}

absl::StatusOr<Vocabulary> WithCounts(const Vocabulary& vocabulary,
                                      const std::vector<uint64_t>& counts) {
  std::vector<Vocabulary::Entry> entries;
  for (uint32_t id = 0; id < vocabulary.predicted_size(); ++id) {
    entries.push_back({vocabulary.piece(id), id < counts.size() ? counts[id] : 0});
  }
  const bool labels = vocabulary.predicted_size() == vocabulary.size();
  return labels ? Vocabulary::CreateLabels(std::move(entries))
                : Vocabulary::Create(std::move(entries));
}

}  // namespace elman
