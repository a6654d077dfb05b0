// Writes numbers to a temporary file and reads them again in order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/append_file.h"
#include "data/io/bytes.h"
#include "data/io/random_access_file.h"

namespace elman {

// Writes frames of about 64 KiB in the format of record_io.h, so that damage by a full or failing
// disk is detected. Nothing is made durable, because the file is temporary.
class NumberSpoolWriter {
 public:
  static absl::StatusOr<std::unique_ptr<NumberSpoolWriter>> Create(const std::string& path);

  // Appends numbers through a buffer; see Flush.
  absl::Status Append(std::span<const uint32_t> numbers) {
    frame_.append(AsBytes(numbers));
    numbers_ += numbers.size();
    return frame_.size() < kFrameBytes ? absl::OkStatus() : Flush();
  }

  // Writes all numbers to the file. A NumberSpoolReader that begins at offset() reads the number
  // that is appended next.
  absl::Status Flush();
  uint64_t offset() const { return offset_; }

  uint64_t numbers() const { return numbers_; }
  const std::string& path() const { return path_; }

 private:
  static constexpr size_t kFrameBytes = size_t{1} << 16;

  NumberSpoolWriter(std::string path, std::unique_ptr<AppendFile> file);
  const std::string path_;
  const std::unique_ptr<AppendFile> file_;
  std::string frame_;
  uint64_t offset_ = 0;  // in the file, of the next number, after Flush
  uint64_t numbers_ = 0;
};

// Reads the numbers between two offsets.
class NumberSpoolReader {
 public:
  // Opens the range between two values of NumberSpoolWriter::offset().
  static absl::StatusOr<std::unique_ptr<NumberSpoolReader>> Open(
      const std::string& path, uint64_t begin = 0,
      uint64_t end = std::numeric_limits<uint64_t>::max());

  // Fills `numbers`. Returns false at the end or after an error; see status().
  bool Take(std::span<uint32_t> numbers) {
    while (!numbers.empty()) {
      if (rest_.empty() && !Fill()) return false;
      const size_t count = std::min(numbers.size(), rest_.size());
      for (size_t i = 0; i < count; ++i) numbers[i] = rest_[i];
      rest_ = rest_.subspan(count);
      numbers = numbers.subspan(count);
    }
    return true;
  }
  // The next numbers that are in memory. Empty at the end or after an error. Valid until the next
  // call.
  std::span<const uint32_t> TakeSome() {
    if (rest_.empty() && !Fill()) return {};
    const std::span<const uint32_t> numbers = rest_;
    rest_ = {};
    return numbers;
  }
  const absl::Status& status() const { return status_; }

 private:
  NumberSpoolReader(std::unique_ptr<RandomAccessFile> file, uint64_t begin, uint64_t end)
      : file_(std::move(file)), offset_(begin), end_(end) {}
  bool Fill();

  const std::unique_ptr<RandomAccessFile> file_;
  uint64_t offset_;
  const uint64_t end_;
  std::string payload_;
  std::vector<uint32_t> numbers_;
  std::span<const uint32_t> rest_;  // part of numbers_
  absl::Status status_;
};

}  // namespace elman
