#include "data/text/corpus_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/text/characters.h"

namespace elman {
namespace {

void AddLine(const LineReader& reader, const LinePiece& piece, TextChunk* chunk) {
  // In parallel files the two names alternate: both are among the last two.
  size_t file = chunk->files.size();
  for (size_t back = 1; back <= 2 && back <= chunk->files.size(); ++back) {
    if (chunk->files[chunk->files.size() - back] == reader.file())
      file = chunk->files.size() - back;
  }
  if (file == chunk->files.size()) chunk->files.push_back(reader.file());
  chunk->lines.push_back({static_cast<uint32_t>(chunk->text.size()),
                          static_cast<uint32_t>(piece.text.size()), piece.continues, piece.ends,
                          static_cast<uint32_t>(file), reader.line()});
  chunk->text.append(piece.text);
}

}  // namespace

std::string TextChunk::PlaceOf(size_t i) const {
  return absl::StrCat(files[lines[i].file], ": line ", lines[i].number);
}

CorpusReader::CorpusReader(Corpus corpus, int share, int shares)
    : corpus_(std::move(corpus)),
      share_(static_cast<uint64_t>(share)),
      shares_(static_cast<uint64_t>(shares)) {
  if (corpus_.target_files.empty()) lines_ = std::make_unique<LineReader>(corpus_.files);
}

absl::StatusOr<bool> CorpusReader::Next(TextChunk* chunk) {
  for (;;) {
    chunk->text.clear();
    chunk->lines.clear();
    chunk->files.clear();
    chunk->paired = !corpus_.target_files.empty();
    RETURN_IF_ERROR(chunk->paired ? FillWithPairs(chunk) : FillWithLines(chunk));
    if (chunk->lines.empty()) return false;
    chunk->number = next_chunk_++;
    if (chunk->number % shares_ == share_) return true;
  }
}

absl::StatusOr<bool> CorpusReader::ReadLine(LineReader* reader, LinePiece* piece) const {
  ASSIGN_OR_RETURN(const bool more, reader->Next(piece));
  if (!more || piece->ends || !corpus_.whole_lines) return more;
  return absl::InvalidArgumentError(
      absl::StrCat(reader->file(), ": line ", reader->line(), ": expected at most ", kMaxLineBytes,
                   " bytes, found more; is it in the format of this --task? Cut the text into "
                   "several examples"));
}

absl::Status CorpusReader::FillWithLines(TextChunk* chunk) {
  LinePiece piece;
  size_t bytes = 0;           // with line ends, so that empty lines fill a chunk too
  size_t sentence_bytes = 0;  // of the sentence in hand
  size_t file = 0;
  while (bytes < kChunkBytes || sentence_bytes > 0) {
    ASSIGN_OR_RETURN(const bool more, ReadLine(lines_.get(), &piece));
    if (!more) break;
    if (sentence_bytes > 0 && lines_->file_number() != file) {
      // A sentence ends with its file: an empty line, as if it stood there, says so.
      chunk->lines.push_back({static_cast<uint32_t>(chunk->text.size())});
      chunk->lines.back().file = static_cast<uint32_t>(chunk->files.size() - 1);
      sentence_bytes = 0;
    }
    file = lines_->file_number();
    AddLine(*lines_, piece, chunk);
    bytes += piece.text.size() + 1;
    if (!corpus_.sentences) continue;
    sentence_bytes = CountWords(piece.text) == 0 ? 0 : sentence_bytes + piece.text.size() + 1;
    if (sentence_bytes > kMaxLineBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(chunk->PlaceOf(chunk->lines.size() - 1), ": expected a sentence of at most ",
                       kMaxLineBytes, " bytes, found more; put an empty line between sentences"));
    }
  }
  return absl::OkStatus();
}

absl::Status CorpusReader::FillWithPairs(TextChunk* chunk) {
  LinePiece piece;
  while (chunk->text.size() + chunk->lines.size() < kChunkBytes) {
    if (lines_ == nullptr) {
      if (next_pair_ == corpus_.files.size()) break;
      lines_ = std::make_unique<LineReader>(std::vector{corpus_.files[next_pair_]});
      targets_ = std::make_unique<LineReader>(std::vector{corpus_.target_files[next_pair_]});
      ++next_pair_;
    }
    ASSIGN_OR_RETURN(const bool source, ReadLine(lines_.get(), &piece));
    if (source) AddLine(*lines_, piece, chunk);
    ASSIGN_OR_RETURN(const bool target, ReadLine(targets_.get(), &piece));
    if (target) AddLine(*targets_, piece, chunk);
    if (source != target) {
      const std::string& longer = corpus_.files[next_pair_ - 1];
      const std::string& shorter = corpus_.target_files[next_pair_ - 1];
      return absl::InvalidArgumentError(absl::StrCat(
          source ? shorter : longer, ": expected a line for line ",
          (source ? lines_ : targets_)->line(), " of ", source ? longer : shorter,
          ", found the end of the file; the lines of parallel files belong together one by one"));
    }
    if (!source) lines_ = nullptr;
  }
  return absl::OkStatus();
}

}  // namespace elman
