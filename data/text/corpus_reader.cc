#include "data/text/corpus_reader.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/format/characters.h"
#include "data/io/decompression.h"
#include "data/io/status_macros.h"
#include "data/text/text_file.h"

namespace elman {
namespace {

// Most lines are shorter than this; further text is read only if necessary.
constexpr size_t kNearBytes = 1 << 13;

struct TextRange {
  TextCut begin, end;
};

// The range of a part in `text`. `text` begins with the part if it is the first of its file, and
// one byte before it otherwise. Returns nothing if the range depends on later text. `more` false:
// there is no later text.
std::optional<TextRange> RangeOf(bool sentences, bool first, std::string_view text, bool more) {
  const auto cut = [&](size_t begin) -> std::optional<TextCut> {
    if (begin >= text.size()) return TextCut{text.size(), false};
    return sentences ? CutBetweenSentences(text, begin, more) : CutBetweenLines(text, begin, more);
  };
  const std::optional<TextCut> begin = first ? TextCut{} : cut(0);
  const std::optional<TextCut> end = cut(first ? kChunkBytes - 1 : kChunkBytes);
  if (!begin || !end) return std::nullopt;
  return TextRange{*begin, {std::max(begin->at, end->at), end->amid_line}};
}

void AddLine(std::string_view line, size_t begin, TextChunk* chunk) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  chunk->lines.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(line.size())});
}

void FindLines(const TextRange& range, TextChunk* chunk) {
  const std::string_view text = std::string_view(chunk->text).substr(0, range.end.at);
  for (size_t begin = range.begin.at; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    AddLine(text.substr(begin, end - begin), begin, chunk);
    begin = end + 1;
  }
  if (chunk->lines.empty()) return;
  chunk->lines.front().continues = range.begin.amid_line;
  TextChunk::Line& last = chunk->lines.back();
  last.ends = !range.end.amid_line;
  if (!last.ends) last.size = static_cast<uint32_t>(text.size()) - last.begin;
}

// Number of line feeds in the first `bytes` bytes of the text of a file.
uint64_t CountLineFeeds(const std::string& file, uint64_t bytes) {
  const absl::StatusOr<std::unique_ptr<ByteSource>> source = OpenDecompressed(file);
  std::string buffer(kChunkBytes, '\0');
  uint64_t count = 0;
  while (source.ok() && bytes > 0) {
    const absl::StatusOr<size_t> read =
        (*source)->Read(buffer.data(), std::min<uint64_t>(bytes, buffer.size()));
    if (!read.ok() || *read == 0) break;
    count += std::count(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(*read), '\n');
    bytes -= *read;
  }
  return count;
}

}  // namespace

uint64_t PlainBytes(const Corpus& corpus) {
  uint64_t bytes = 0;
  for (const std::vector<std::string>* files : {&corpus.files, &corpus.target_files}) {
    for (const std::string& path : *files) {
      const absl::StatusOr<bool> plain = IsPlainFile(path);
      if (!plain.ok() || !*plain) return 0;
      const absl::StatusOr<std::unique_ptr<RandomAccessFile>> file = RandomAccessFile::Open(path);
      bytes += file.ok() ? (*file)->size() : 0;
    }
  }
  return bytes;
}

std::string TextChunk::PlaceOf(size_t i) const {
  if (paired) return absl::StrCat(files[i % 2], ": line ", lines_before + i / 2 + 1);
  return absl::StrCat(files[0], ": line ", CountLineFeeds(files[0], begin) + i + 1);
}

CorpusReader::CorpusReader(Corpus corpus, int share, int shares)
    : corpus_(std::move(corpus)),
      share_(static_cast<uint64_t>(share)),
      shares_(static_cast<uint64_t>(shares)) {}

absl::StatusOr<bool> CorpusReader::Next(TextChunk* chunk) {
  chunk->paired = !corpus_.target_files.empty();
  for (;;) {
    chunk->lines.clear();
    ASSIGN_OR_RETURN(const bool more, chunk->paired ? NextPairs(chunk) : NextPart(chunk));
    if (!more) return false;
    chunk->number = next_chunk_++;
    if (chunk->number % shares_ == share_) return true;
  }
}

absl::Status CorpusReader::OpenNextFile() {
  const std::string& path = corpus_.files[next_file_++];
  next_part_ = 0;
  if (corpus_.sentences) {
    ASSIGN_OR_RETURN(columns_, ReadColumnLayout(path));
  }
  ASSIGN_OR_RETURN(const bool plain, IsPlainFile(path));
  if (plain) {
    ASSIGN_OR_RETURN(file_, RandomAccessFile::Open(path));
  } else {
    ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> source, OpenDecompressed(path));
    window_ = std::make_unique<TextWindow>(std::move(source));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> CorpusReader::NextPart(TextChunk* chunk) {
  for (;;) {
    if (file_ == nullptr && window_ == nullptr) {
      if (next_file_ == corpus_.files.size()) return false;
      RETURN_IF_ERROR(OpenNextFile());
    }
    chunk->files.assign(1, corpus_.files[next_file_ - 1]);
    chunk->part = next_part_++;
    chunk->columns = columns_;
    chunk->file = file_;
    const uint64_t begin = chunk->part * kChunkBytes;
    if (file_ != nullptr && begin < file_->size()) {
      chunk->file_bytes = std::min<uint64_t>(kChunkBytes, file_->size() - begin);
      return true;
    }
    if (window_ != nullptr) {
      chunk->begin = begin - (chunk->part == 0 ? 0 : 1);
      ASSIGN_OR_RETURN(const std::string_view text,
                       window_->View(chunk->begin, begin + kChunkBytes + kMaxCutBytes));
      chunk->text.assign(text);
      if (chunk->begin + text.size() > begin) {
        chunk->file_bytes = std::min<uint64_t>(kChunkBytes, chunk->begin + text.size() - begin);
        return true;
      }
    }
    file_ = nullptr;
    window_ = nullptr;
  }
}

absl::Status CorpusReader::Read(TextChunk* chunk) const {
  if (chunk->paired) return absl::OkStatus();
  const uint64_t part_begin = chunk->part * kChunkBytes;
  const bool first = chunk->part == 0;
  std::optional<TextRange> range;
  if (chunk->file == nullptr) {
    range = RangeOf(corpus_.sentences, first, chunk->text, /*more=*/false);
  }
  for (size_t ahead = kNearBytes; !range; ahead = kMaxCutBytes) {
    chunk->begin = part_begin - (first ? 0 : 1);
    const uint64_t end = std::min(part_begin + kChunkBytes + ahead, chunk->file->size());
    chunk->text.resize(end - chunk->begin);
    RETURN_IF_ERROR(chunk->file->Read(chunk->begin, chunk->text.size(), chunk->text.data()));
    const bool more = end < chunk->file->size() && ahead < kMaxCutBytes;
    range = RangeOf(corpus_.sentences, first, chunk->text, more);
  }
  if (first) {
    // Here `text` is the whole file, or long enough for the check.
    RETURN_IF_ERROR(CheckTextBegin(chunk->files[0], chunk->text, /*whole=*/true));
    range->begin.at = ByteOrderMarkBytes(chunk->text);
  }
  FindLines(*range, chunk);
  chunk->begin += range->begin.at;
  return CheckLines(*chunk);
}

absl::Status CorpusReader::CheckLines(const TextChunk& chunk) const {
  size_t sentence_bytes = 0;
  for (size_t i = 0; i < chunk.lines.size(); ++i) {
    const TextChunk::Line& line = chunk.lines[i];
    if (corpus_.whole_lines && (line.size > kMaxLineBytes || line.continues || !line.ends)) {
      return absl::InvalidArgumentError(
          absl::StrCat(chunk.PlaceOf(i), ": expected at most ", kMaxLineBytes,
                       " bytes per line, found more; check that the file has the format of this "
                       "--task, or divide the text into several lines"));
    }
    if (!corpus_.sentences) continue;
    sentence_bytes = CountWords(chunk.line(i)) == 0 ? 0 : sentence_bytes + line.size + 1;
    if (sentence_bytes > kMaxLineBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(chunk.PlaceOf(i), ": expected a sentence of at most ", kMaxLineBytes,
                       " bytes, found more; put an empty line between sentences"));
    }
  }
  return absl::OkStatus();
}

// Appends the next line of one file of a pair. Returns false at its end.
absl::StatusOr<bool> CorpusReader::ReadWhole(LineReader* reader, TextChunk* chunk) const {
  LinePiece piece;
  ASSIGN_OR_RETURN(const bool more, reader->Next(&piece));
  if (!more) return false;
  const size_t begin = chunk->text.size();
  chunk->text.append(piece.text);
  chunk->lines.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(piece.text.size()),
                          piece.continues, piece.ends});
  if (!piece.ends) RETURN_IF_ERROR(CheckLines(*chunk));
  return true;
}

absl::StatusOr<bool> CorpusReader::NextPairs(TextChunk* chunk) {
  chunk->text.clear();
  for (;;) {
    if (sources_ == nullptr) {
      if (next_file_ == corpus_.files.size()) return false;
      sources_ = std::make_unique<LineReader>(std::vector{corpus_.files[next_file_]},
                                              /*nul_bytes=*/true);
      targets_ = std::make_unique<LineReader>(std::vector{corpus_.target_files[next_file_]},
                                              /*nul_bytes=*/true);
      ++next_file_;
    }
    const std::string& source_file = corpus_.files[next_file_ - 1];
    const std::string& target_file = corpus_.target_files[next_file_ - 1];
    chunk->files = {source_file, target_file};
    chunk->lines_before = sources_->line();
    while (chunk->text.size() + chunk->lines.size() < kChunkBytes) {
      ASSIGN_OR_RETURN(const bool source, ReadWhole(sources_.get(), chunk));
      ASSIGN_OR_RETURN(const bool target, ReadWhole(targets_.get(), chunk));
      if (source != target) {
        return absl::InvalidArgumentError(absl::StrCat(
            source ? target_file : source_file, ": expected a line for line ",
            (source ? sources_ : targets_)->line(), " of ", source ? source_file : target_file,
            ", found the end of the file; parallel files must have the same number of lines "
            "(compare with wc -l)"));
      }
      if (!source) {
        sources_ = nullptr;
        targets_ = nullptr;
        break;
      }
    }
    chunk->file_bytes = chunk->text.size() + chunk->lines.size();
    if (!chunk->lines.empty()) return true;
  }
}

}  // namespace elman
