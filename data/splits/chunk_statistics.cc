#include "data/splits/chunk_statistics.h"

#include <span>

#include "absl/status/status.h"
#include "data/io/bytes.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

void AppendNumber(uint64_t number, std::string* bytes) {
  bytes->append(AsBytes(std::span(&number, 1)));
}

void AppendText(std::string_view text, std::string* bytes) {
  AppendNumber(text.size(), bytes);
  bytes->append(text);
}

// Parses the output of Serialize from the front of `bytes`.
class Parser {
 public:
  explicit Parser(std::string_view bytes) : bytes_(bytes) {}

  absl::StatusOr<std::string_view> Take(uint64_t size) {
    if (bytes_.size() < size) return absl::DataLossError("truncated statistics");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  absl::Status Take(uint64_t* number) {
    ASSIGN_OR_RETURN(const std::string_view bytes, Take(sizeof(*number)));
    CopyFromBytes(bytes, std::span(number, 1));
    return absl::OkStatus();
  }
  absl::Status Take(PieceCounts* counts) {
    uint64_t size = 0;
    RETURN_IF_ERROR(Take(&size));
    ASSIGN_OR_RETURN(const std::string_view bytes, Take(size));
    return counts->AddSerialized(bytes);
  }
  absl::Status Take(std::string* text) {
    uint64_t size = 0;
    RETURN_IF_ERROR(Take(&size));
    ASSIGN_OR_RETURN(const std::string_view bytes, Take(size));
    text->assign(bytes);
    return absl::OkStatus();
  }
  bool empty() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

}  // namespace

void TextNotices::Add(const TextNotices& other) {
  for (int kind = 0; kind < kKinds; ++kind) {
    Notice& mine = kinds[kind];
    const Notice& theirs = other.kinds[kind];
    const uint64_t lines = mine.lines + theirs.lines;
    if (theirs.lines > 0 && (mine.lines == 0 || theirs.chunk < mine.chunk)) mine = theirs;
    mine.lines = lines;
  }
}

std::string TextNotices::Serialize() const {
  std::string bytes;
  for (const Notice& notice : kinds) {
    AppendNumber(notice.lines, &bytes);
    AppendNumber(notice.chunk, &bytes);
    AppendText(notice.place, &bytes);
    AppendText(notice.text, &bytes);
  }
  return bytes;
}

absl::Status TextNotices::AddSerialized(std::string_view bytes) {
  Parser parser(bytes);
  TextNotices other;
  for (Notice& notice : other.kinds) {
    RETURN_IF_ERROR(parser.Take(&notice.lines));
    RETURN_IF_ERROR(parser.Take(&notice.chunk));
    RETURN_IF_ERROR(parser.Take(&notice.place));
    RETURN_IF_ERROR(parser.Take(&notice.text));
  }
  Add(other);
  return absl::OkStatus();
}

void ChunkStatistics::Clear(size_t fields) {
  left_out = {};
  notices = {};
  invalid_examples = 0;
  unseen_labels.Clear();
  tag_pairs = TagPairs();
  unknown_words.resize(fields);
  for (PieceCounts& counts : unknown_words) counts.Clear();
  restoration = {};
  content_hashes.clear();
}

// Format: six numbers, the notices, the labels, the pairs of tags, the number of fields and the
// unknown words of each, the restoration counts, and the hashes.
std::string ChunkStatistics::Serialize() const {
  std::string bytes;
  for (const uint64_t number :
       {left_out.empty_lines, left_out.half_pairs, left_out.document_marks,
        left_out.invalid_examples, left_out.long_examples, invalid_examples}) {
    AppendNumber(number, &bytes);
  }
  AppendText(notices.Serialize(), &bytes);
  const auto append_counts = [&bytes](const PieceCounts& counts) {
    AppendText(counts.Serialize(), &bytes);
  };
  append_counts(unseen_labels);
  for (const uint64_t number : tag_pairs.numbers()) AppendNumber(number, &bytes);
  AppendNumber(unknown_words.size(), &bytes);
  for (const PieceCounts& counts : unknown_words) append_counts(counts);
  AppendNumber(restoration.exact_lines, &bytes);
  AppendNumber(restoration.edited_lines, &bytes);
  for (const uint64_t operations : restoration.operations) AppendNumber(operations, &bytes);
  for (const uint64_t hash : content_hashes) AppendNumber(hash, &bytes);
  return bytes;
}

absl::StatusOr<ChunkStatistics> ChunkStatistics::Parse(std::string_view bytes) {
  Parser parser(bytes);
  ChunkStatistics statistics;
  LeftOut& left_out = statistics.left_out;
  for (uint64_t* number :
       {&left_out.empty_lines, &left_out.half_pairs, &left_out.document_marks,
        &left_out.invalid_examples, &left_out.long_examples, &statistics.invalid_examples}) {
    RETURN_IF_ERROR(parser.Take(number));
  }
  std::string notices;
  RETURN_IF_ERROR(parser.Take(&notices));
  RETURN_IF_ERROR(statistics.notices.AddSerialized(notices));
  RETURN_IF_ERROR(parser.Take(&statistics.unseen_labels));
  std::vector<uint64_t> pairs(TagPairs::kNumbers);
  for (uint64_t& number : pairs) RETURN_IF_ERROR(parser.Take(&number));
  statistics.tag_pairs.AddNumbers(pairs);
  uint64_t fields = 0;
  RETURN_IF_ERROR(parser.Take(&fields));
  for (uint64_t i = 0; i < fields; ++i)
    RETURN_IF_ERROR(parser.Take(&statistics.unknown_words.emplace_back()));
  RETURN_IF_ERROR(parser.Take(&statistics.restoration.exact_lines));
  RETURN_IF_ERROR(parser.Take(&statistics.restoration.edited_lines));
  for (uint64_t& operations : statistics.restoration.operations)
    RETURN_IF_ERROR(parser.Take(&operations));
  while (!parser.empty()) RETURN_IF_ERROR(parser.Take(&statistics.content_hashes.emplace_back()));
  return statistics;
}

}  // namespace elman
