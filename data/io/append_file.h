// Appends lines to a text file durably and atomically.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace elman {

// A text file to which lines are appended.
class AppendFile {
 public:
  // Opens the file, or creates it. Fails for a symbolic link, which could lead to any place.
  static absl::StatusOr<std::unique_ptr<AppendFile>> Open(const std::string& path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  // Appends `bytes` and makes them durable. After a failure the file has its previous contents.
  absl::Status Append(std::string_view bytes);

 private:
  AppendFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  const std::string path_;
  const int fd_;
};

}  // namespace elman
