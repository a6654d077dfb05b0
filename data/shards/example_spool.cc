#include "data/shards/example_spool.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"
#include "data/text/task_fields.h"

namespace elman {
namespace {

void AppendNumbers(const std::vector<uint32_t>& numbers, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(uint32_t));
}

const char* CopyNumbers(const char* bytes, size_t count, std::vector<uint32_t>* numbers) {
  numbers->resize(count);
  if (count > 0) std::memcpy(numbers->data(), bytes, count * sizeof(uint32_t));
  return bytes + count * sizeof(uint32_t);
}

}  // namespace

void SpooledExamples::Clear(size_t count) {
  fields.resize(count);
  for (Field& field : fields) {
    for (std::vector<uint32_t>* numbers : {&field.ids, &field.lengths, &field.words, &field.bytes})
      numbers->clear();
  }
}

absl::StatusOr<std::unique_ptr<SpoolWriter>> SpoolWriter::Create(const std::string& path,
                                                                 uint64_t spool) {
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  return std::unique_ptr<SpoolWriter>(new SpoolWriter(std::move(file), spool));
}

SpoolWriter::SpoolWriter(std::unique_ptr<AtomicFile> file, uint64_t spool)
    : file_(std::move(file)), writer_(file_.get()), spool_(spool) {}

// A record has the number of fields, the number of examples, the number of ids of each field, all
// of 8 bytes, and the vectors of each field.
absl::Status SpoolWriter::Append(uint64_t chunk, const SpooledExamples& examples) {
  std::vector<uint64_t> sizes = {examples.fields.size(),
                                 examples.fields.empty() ? 0 : examples.fields[0].lengths.size()};
  SpooledChunk place = {chunk, spool_, writer_.offset(), 0};
  for (const SpooledExamples::Field& field : examples.fields) {
    sizes.push_back(field.ids.size());
    place.ids += field.ids.size();
  }
  chunks_.push_back(place);
  std::string payload(reinterpret_cast<const char*>(sizes.data()), sizes.size() * sizeof(uint64_t));
  for (const SpooledExamples::Field& field : examples.fields) {
    AppendNumbers(field.lengths, &payload);
    AppendNumbers(field.words, &payload);
    AppendNumbers(field.bytes, &payload);
    AppendNumbers(field.ids, &payload);
  }
  return writer_.Write(payload);
}

absl::StatusOr<std::unique_ptr<SpoolReader>> SpoolReader::Open(const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
  return std::unique_ptr<SpoolReader>(new SpoolReader(std::move(file)));
}

absl::Status SpoolReader::Read(uint64_t offset, SpooledExamples* examples) {
  RETURN_IF_ERROR(RecordReader(file_.get()).Read(offset, &payload_).status());
  const auto size = [&](size_t i) {
    uint64_t number = 0;
    if (payload_.size() >= (i + 1) * sizeof(number))
      std::memcpy(&number, payload_.data() + i * sizeof(number), sizeof(number));
    return number;
  };
  const uint64_t fields = std::min<uint64_t>(size(0), kMaxFields), count = size(1);
  uint64_t expected = (2 + fields) * sizeof(uint64_t);
  for (uint64_t i = 0; i < fields; ++i) expected += (3 * count + size(2 + i)) * sizeof(uint32_t);
  if (count > payload_.size() || expected != payload_.size()) {
    return absl::DataLossError(
        absl::StrCat(file_->path(), ": offset ", offset, ": no chunk of examples"));
  }
  examples->Clear(fields);
  const char* next = payload_.data() + (2 + fields) * sizeof(uint64_t);
  for (uint64_t i = 0; i < fields; ++i) {
    SpooledExamples::Field& field = examples->fields[i];
    next = CopyNumbers(next, count, &field.lengths);
    next = CopyNumbers(next, count, &field.words);
    next = CopyNumbers(next, count, &field.bytes);
    next = CopyNumbers(next, size(2 + i), &field.ids);
  }
  return absl::OkStatus();
}

}  // namespace elman
