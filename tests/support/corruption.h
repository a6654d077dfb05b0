// Damages a small file in every possible way, one after the other. Each function calls `check` with
// a description of the damage while the file at `path`, whose contents are `bytes`, is damaged, and
// restores the file in the end. Returns the number of damages.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/io/random_access_file.h"
#include "data/records/record_io.h"
#include "tests/support/scratch.h"

namespace elman {

inline void Overwrite(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Flips every `stride`-th bit, beginning with the first.
template <typename Check>
int64_t FlipBits(const std::string& path, const std::string& bytes, const Check& check,
                 size_t stride = 1) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  EXPECT_GE(fd, 0) << path;
  int64_t count = 0;
  for (size_t bit = 0; bit < bytes.size() * 8; bit += stride) {
    const auto at = static_cast<off_t>(bit / 8);
    const char flipped = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(::pwrite(fd, &flipped, 1, at), 1);
    check(absl::StrCat("bit ", bit % 8, " of byte ", at, " flipped"));
    EXPECT_EQ(::pwrite(fd, &bytes[bit / 8], 1, at), 1);
    ++count;
  }
  ::close(fd);
  return count;
}

// Truncates to every multiple of `stride` below the full length.
template <typename Check>
int64_t Truncate(const std::string& path, const std::string& bytes, const Check& check,
                 size_t stride = 1) {
  int64_t count = 0;
  for (size_t size = 0; size < bytes.size(); size += stride, ++count) {
    Overwrite(path, bytes.substr(0, size));
    check(absl::StrCat("cut to ", size, " bytes"));
  }
  Overwrite(path, bytes);
  return count;
}

// Inserts bytes with various values, a copy of the file, `other`, or zeros, after the file and
// before it.
template <typename Check>
int64_t Append(const std::string& path, const std::string& bytes, const std::string& other,
               const Check& check) {
  std::vector<std::string> additions = {bytes, other, std::string(4096, '\0')};
  for (int byte = 0; byte < 256; byte += 17)
    additions.push_back(std::string(1, static_cast<char>(byte)));
  for (const std::string& addition : additions) {
    Overwrite(path, bytes + addition);
    check(absl::StrCat(addition.size(), " bytes appended, the first ",
                       static_cast<int>(addition[0])));
    // Formats that are read from the end cannot always detect a copy in front of the file.
    Overwrite(path, addition + bytes);
    check(absl::StrCat(addition.size(), " bytes put before it"));
  }
  Overwrite(path, bytes);
  return 2 * static_cast<int64_t>(additions.size());
}

// Returns the framed records of a file.
inline std::vector<std::string> FramedRecords(const std::string& path) {
  const auto file = *RandomAccessFile::Open(path);
  const RecordReader reader(file.get());
  std::vector<std::string> records;
  std::string payload;
  for (uint64_t at = 0; at < file->size();) {
    at = *reader.Read(at, &payload);
    records.push_back(FrameRecord(payload));
  }
  return records;
}

inline std::string Joined(const std::vector<std::string>& records) {
  std::string bytes;
  for (const std::string& record : records) bytes += record;
  return bytes;
}

// Swaps, moves, duplicates and removes records, and splices them with those of `others`, a complete
// file of the same kind and shape.
template <typename Check>
int64_t Rearrange(const std::string& path, const std::vector<std::string>& records,
                  const std::vector<std::string>& others, const Check& check) {
  const std::string whole = Joined(records), other = Joined(others);
  int64_t count = 0;
  const auto attempt = [&](const std::vector<std::string>& changed, const std::string& what) {
    const std::string bytes = Joined(changed);
    if (bytes == whole || bytes == other) return;
    Overwrite(path, bytes);
    check(what);
    ++count;
  };
  for (size_t i = 0; i < records.size(); ++i) {
    for (size_t j = 0; j <= records.size(); ++j) {
      std::vector<std::string> changed = records;
      changed.insert(changed.begin() + static_cast<ptrdiff_t>(j), records[i]);
      attempt(changed, absl::StrCat("record ", i, " again at ", j));
      changed = records;
      changed.insert(changed.begin() + static_cast<ptrdiff_t>(j), others[i]);
      attempt(changed, absl::StrCat("the other's record ", i, " at ", j));
      if (j == records.size()) continue;
      changed = records;
      changed[j] = others[i];
      attempt(changed, absl::StrCat("the other's record ", i, " for record ", j));
      changed = records;
      std::swap(changed[i], changed[j]);
      attempt(changed, absl::StrCat("records ", i, " and ", j, " swapped"));
      changed = records;
      changed.erase(changed.begin() + static_cast<ptrdiff_t>(i));
      changed.insert(changed.begin() + static_cast<ptrdiff_t>(j), records[i]);
      attempt(changed, absl::StrCat("record ", i, " moved to ", j));
      if (j < i) continue;
      changed = records;
      changed.erase(changed.begin() + static_cast<ptrdiff_t>(i),
                    changed.begin() + static_cast<ptrdiff_t>(j) + 1);
      attempt(changed, absl::StrCat("records ", i, " to ", j, " removed"));
    }
    // The first part of one file and the last part of the other.
    std::vector<std::string> changed(records.begin(), records.begin() + static_cast<ptrdiff_t>(i));
    changed.insert(changed.end(), others.begin() + static_cast<ptrdiff_t>(i), others.end());
    attempt(changed, absl::StrCat("the other's from record ", i, " on"));
  }
  Overwrite(path, whole);
  return count;
}

}  // namespace elman
