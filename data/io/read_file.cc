#include "data/io/read_file.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "data/io/checksum.h"
#include "data/io/random_access_file.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr size_t kPartBytes = size_t{1} << 20;

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t max_bytes) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
  if (file->size() > max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected at most ", max_bytes, " bytes, found ", file->size()));
  }
  std::string contents(file->size(), '\0');
  RETURN_IF_ERROR(file->Read(0, contents.size(), contents.data()));
  return contents;
}

absl::Status VisitFile(const std::string& path,
                       absl::FunctionRef<absl::Status(std::string_view part)> visit) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
  std::string buffer(std::min<uint64_t>(file->size(), kPartBytes), '\0');
  for (uint64_t offset = 0; offset < file->size();) {
    const size_t size = std::min<uint64_t>(buffer.size(), file->size() - offset);
    RETURN_IF_ERROR(file->Read(offset, size, buffer.data()));
    RETURN_IF_ERROR(visit(std::string_view(buffer.data(), size)));
    offset += size;
  }
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> FileCrc32c(const std::string& path) {
  uint32_t crc = 0;
  RETURN_IF_ERROR(VisitFile(path, [&crc](std::string_view part) {
    crc = Crc32c(part, crc);
    return absl::OkStatus();
  }));
  return crc;
}

}  // namespace elman
