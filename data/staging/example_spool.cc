#include "data/staging/example_spool.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/bytes.h"
#include "data/io/status_macros.h"
#include "data/records/record_io.h"
#include "data/text/task_fields.h"

namespace elman {
namespace {

// A record begins with numbers of 8 bytes: the number of the chunk, and the numbers of fields,
// examples, bytes of notes, examples with raw text, raw texts, bytes of raw texts, line entries,
// lines that end in the chunk, and ids of each field. Then follow the line entries, the vectors of
// each field, the vectors and bytes of the raw texts, and the notes.
constexpr size_t kFixedNumbers = 9;

void TakeNumbers(size_t count, std::string_view* bytes, std::vector<uint32_t>* numbers) {
  numbers->resize(count);
  CopyFromBytes(*bytes, *numbers);
  bytes->remove_prefix(count * sizeof(uint32_t));
}

}  // namespace

void SpooledExamples::Clear(size_t count) {
  notes.clear();
  texts.examples.clear();
  texts.sizes.clear();
  texts.bytes.clear();
  lines.clear();
  ended_lines = 0;
  fields.resize(count);
  for (Field& field : fields) {
    for (std::vector<uint32_t>* numbers : {&field.ids, &field.lengths, &field.words, &field.bytes})
      numbers->clear();
  }
}

absl::StatusOr<std::unique_ptr<SpoolWriter>> SpoolWriter::Open(const std::string& path,
                                                               uint64_t spool) {
  ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file, AppendFile::Open(path));
  ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> written, RandomAccessFile::Open(path));
  return std::unique_ptr<SpoolWriter>(new SpoolWriter(std::move(file), spool, written->size()));
}

absl::Status SpoolWriter::Append(const SpooledExamples& examples) {
  std::vector<uint64_t> sizes = {examples.chunk,
                                 examples.fields.size(),
                                 examples.fields.empty() ? 0 : examples.fields[0].lengths.size(),
                                 examples.notes.size(),
                                 examples.texts.examples.size(),
                                 examples.texts.sizes.size(),
                                 examples.texts.bytes.size(),
                                 examples.lines.size(),
                                 examples.ended_lines};
  SpooledChunk place = {examples.chunk, spool_, 0, 0, examples.ended_lines};
  for (const SpooledExamples::Field& field : examples.fields) {
    sizes.push_back(field.ids.size());
    place.ids += field.ids.size();
  }
  std::string frame(kRecordHeaderBytes, '\0');
  frame.reserve(kRecordFrameBytes + 8 * sizes.size() + sizes[3] + sizes[6] +
                4 * (place.ids + 3 * sizes[1] * sizes[2] + sizes[4] + sizes[5] + sizes[7]));
  frame.append(AsBytes(sizes));
  frame.append(AsBytes(examples.lines));
  for (const SpooledExamples::Field& field : examples.fields) {
    frame.append(AsBytes(field.lengths));
    frame.append(AsBytes(field.words));
    frame.append(AsBytes(field.bytes));
    frame.append(AsBytes(field.ids));
  }
  frame.append(AsBytes(examples.texts.examples));
  frame.append(AsBytes(examples.texts.sizes));
  frame.append(examples.texts.bytes);
  frame.append(examples.notes);
  CloseFrame(&frame);

  const std::lock_guard<std::mutex> lock(mutex_);
  place.offset = size_;
  RETURN_IF_ERROR(file_->Append(frame));
  size_ += frame.size();
  chunks_.push_back(place);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SpoolReader>> SpoolReader::Open(const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
  return std::unique_ptr<SpoolReader>(new SpoolReader(std::move(file)));
}

absl::StatusOr<uint64_t> SpoolReader::Read(uint64_t offset, std::string* buffer,
                                           SpooledExamples* examples) const {
  ASSIGN_OR_RETURN(const uint64_t end, RecordReader(file_.get()).Read(offset, buffer));
  const auto size = [&](size_t i) {
    uint64_t number = 0;
    if (buffer->size() >= (i + 1) * sizeof(number))
      std::memcpy(&number, buffer->data() + i * sizeof(number), sizeof(number));
    return number;
  };
  const uint64_t fields = std::min<uint64_t>(size(1), kMaxFields), count = size(2);
  const uint64_t with_texts = size(4), texts = size(5), lines = size(7) == 0 ? 0 : count;
  uint64_t expected = (kFixedNumbers + fields) * sizeof(uint64_t) + size(3) + size(6) +
                      (with_texts + texts + lines) * sizeof(uint32_t);
  for (uint64_t i = 0; i < fields; ++i)
    expected += (3 * count + size(kFixedNumbers + i)) * sizeof(uint32_t);
  uint64_t largest = count;
  for (const uint64_t number : {size(3), with_texts, texts, size(6)})
    largest = std::max(largest, number);
  if (largest > buffer->size() || size(7) != lines || expected != buffer->size()) {
    return absl::DataLossError(absl::StrCat(file_->path(), ": offset ", offset,
                                            ": damaged intermediate file; delete the folder that "
                                            "ends in .unfinished and run the command again"));
  }
  examples->Clear(fields);
  examples->chunk = size(0);
  examples->ended_lines = size(8);
  std::string_view rest = *buffer;
  rest.remove_prefix((kFixedNumbers + fields) * sizeof(uint64_t));
  TakeNumbers(lines, &rest, &examples->lines);
  for (uint64_t i = 0; i < fields; ++i) {
    SpooledExamples::Field& field = examples->fields[i];
    TakeNumbers(count, &rest, &field.lengths);
    TakeNumbers(count, &rest, &field.words);
    TakeNumbers(count, &rest, &field.bytes);
    TakeNumbers(size(kFixedNumbers + i), &rest, &field.ids);
  }
  TakeNumbers(with_texts, &rest, &examples->texts.examples);
  TakeNumbers(texts, &rest, &examples->texts.sizes);
  examples->texts.bytes.assign(rest.substr(0, size(6)));
  examples->notes.assign(rest.substr(size(6)));
  return end;
}

absl::StatusOr<uint64_t> SpoolReader::ReadWhole(
    const std::function<absl::Status(uint64_t offset, const SpooledExamples&)>& visit) const {
  std::string buffer;
  SpooledExamples examples;
  for (uint64_t offset = 0;;) {
    const absl::StatusOr<uint64_t> next = Read(offset, &buffer, &examples);
    if (absl::IsOutOfRange(next.status()) || absl::IsDataLoss(next.status())) return offset;
    RETURN_IF_ERROR(next.status());
    RETURN_IF_ERROR(visit(offset, examples));
    offset = *next;
  }
}

}  // namespace elman
