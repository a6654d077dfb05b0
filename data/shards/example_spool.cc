#include "data/shards/example_spool.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"

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

void SpooledExamples::Clear() {
  ids.clear();
  lengths.clear();
  words.clear();
  bytes.clear();
}

absl::StatusOr<std::unique_ptr<SpoolWriter>> SpoolWriter::Create(const std::string& path,
                                                                 uint64_t spool) {
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  return std::unique_ptr<SpoolWriter>(new SpoolWriter(std::move(file), spool));
}

SpoolWriter::SpoolWriter(std::unique_ptr<AtomicFile> file, uint64_t spool)
    : file_(std::move(file)), writer_(file_.get()), spool_(spool) {}

absl::Status SpoolWriter::Append(uint64_t chunk, const SpooledExamples& examples) {
  chunks_.push_back({chunk, spool_, writer_.offset(), examples.ids.size()});
  const uint64_t examples_count = examples.lengths.size();
  std::string payload(reinterpret_cast<const char*>(&examples_count), sizeof(examples_count));
  AppendNumbers(examples.lengths, &payload);
  AppendNumbers(examples.words, &payload);
  AppendNumbers(examples.bytes, &payload);
  AppendNumbers(examples.ids, &payload);
  return writer_.Write(payload);
}

absl::StatusOr<std::unique_ptr<SpoolReader>> SpoolReader::Open(const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
  return std::unique_ptr<SpoolReader>(new SpoolReader(std::move(file)));
}

absl::Status SpoolReader::Read(uint64_t offset, SpooledExamples* examples) {
  RETURN_IF_ERROR(RecordReader(file_.get()).Read(offset, &payload_).status());
  uint64_t count = 0;
  const size_t numbers = (payload_.size() - sizeof(count)) / sizeof(uint32_t);
  if (payload_.size() >= sizeof(count)) std::memcpy(&count, payload_.data(), sizeof(count));
  if (payload_.size() < sizeof(count) || count > numbers / 3) {
    return absl::DataLossError(
        absl::StrCat(file_->path(), ": offset ", offset, ": no chunk of examples"));
  }
  const char* next = payload_.data() + sizeof(count);
  next = CopyNumbers(next, count, &examples->lengths);
  next = CopyNumbers(next, count, &examples->words);
  next = CopyNumbers(next, count, &examples->bytes);
  CopyNumbers(next, numbers - 3 * count, &examples->ids);
  return absl::OkStatus();
}

}  // namespace elman
