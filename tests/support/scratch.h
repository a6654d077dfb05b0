// Utilities for tests with files: a temporary folder, and matchers for statuses.
#pragma once

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"

namespace elman {

// A temporary folder of a test, removed with its contents.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "elman-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Scratch() { std::filesystem::remove_all(path_); }

  std::string Path(const std::string& name) const { return JoinPath(path_, name); }
  const std::string& path() const { return path_; }

  // Returns the names in it, sorted.
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  // Writes a file without syncing it and returns its path.
  std::string Write(const std::string& name, std::string_view contents) const {
    std::ofstream(Path(name), std::ios::binary) << contents;
    return Path(name);
  }

  std::string Read(const std::string& name) const {
    absl::StatusOr<std::string> contents = ReadFile(Path(name), uint64_t{1} << 32);
    EXPECT_TRUE(contents.ok()) << contents.status();
    return contents.ok() ? *contents : "";
  }

 private:
  std::string path_;
};

// Redirects every descriptor that this process has open on a file to a full disk.
inline void FillDiskOf(const std::string& path) {
  struct stat wanted, found;
  ASSERT_EQ(::stat(path.c_str(), &wanted), 0);
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  for (int fd = 3; fd < 64; ++fd) {
    if (::fstat(fd, &found) == 0 && found.st_ino == wanted.st_ino && found.st_dev == wanted.st_dev)
      ::dup2(full, fd);
  }
  ::close(full);
}

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// Matches OK, for absl::Status and absl::StatusOr.
MATCHER(IsOk, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// Matches an error with this code whose message contains `part`.
MATCHER_P2(FailsWith, code, part, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code &&
         std::string(StatusOf(arg).message()).find(part) != std::string::npos;
}

}  // namespace elman
