#include "data/io/random_access_file.h"

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

TEST(RandomAccessFile, ReadsExactlyTheRequestedBytes) {
  Scratch scratch;
  auto file = *RandomAccessFile::Open(scratch.Write("a", "0123456789"));
  char buffer[4] = {};
  ASSERT_THAT(file->Read(3, 4, buffer), IsOk());
  EXPECT_EQ(std::string(buffer, 4), "3456");
  EXPECT_THAT(file->Read(10, 0, buffer), IsOk());
  EXPECT_THAT(file->Read(8, 3, buffer), FailsWith(absl::StatusCode::kOutOfRange, "offset 8"));
  EXPECT_THAT(file->Read(~uint64_t{0}, 2, buffer), FailsWith(absl::StatusCode::kOutOfRange, ""));
}

TEST(RandomAccessFile, DetectsAShrunkenFile) {
  Scratch scratch;
  const std::string path = scratch.Write("a", "0123456789");
  auto file = *RandomAccessFile::Open(path);
  ASSERT_EQ(::truncate(path.c_str(), 5), 0);
  char buffer[10];
  EXPECT_THAT(file->Read(0, 10, buffer), FailsWith(absl::StatusCode::kOutOfRange, "the file ends"));
}

int OpenDescriptors() {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    static_cast<void>(entry);
    ++count;
  }
  return count;
}

TEST(RandomAccessFile, ManyFilesUseFewDescriptors) {
  constexpr int kFiles = 3 * static_cast<int>(RandomAccessFile::kMaxOpenFiles);
  Scratch scratch;
  std::vector<std::unique_ptr<RandomAccessFile>> files;
  const int before = OpenDescriptors();
  for (int i = 0; i < kFiles; ++i)
    files.push_back(
        *RandomAccessFile::Open(scratch.Write(absl::StrCat(i), absl::StrCat(10000 + i))));
  EXPECT_LE(OpenDescriptors(), before + static_cast<int>(RandomAccessFile::kMaxOpenFiles));
  // From several threads, each in a different order.
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (const int stride : {1, 7, 11, 13}) {
    threads.emplace_back([&, stride] {
      for (int i = 0; i < 2 * kFiles; ++i) {
        const int number = i * stride % kFiles;
        char text[5];
        if (!files[number]->Read(0, 5, text).ok() ||
            std::string(text, 5) != absl::StrCat(10000 + number))
          ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(OpenDescriptors(), before + static_cast<int>(RandomAccessFile::kMaxOpenFiles));
  files.clear();
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(RandomAccessFile, DetectsAReplacedFile) {
  Scratch scratch;
  std::vector<std::unique_ptr<RandomAccessFile>> files;
  for (size_t i = 0; i < 2 * RandomAccessFile::kMaxOpenFiles; ++i)
    files.push_back(*RandomAccessFile::Open(scratch.Write(absl::StrCat(i), "0123456789")));
  scratch.Write("0", "01234");
  char buffer[5];
  EXPECT_THAT(files[0]->Read(0, 5, buffer),
              FailsWith(absl::StatusCode::kFailedPrecondition, "changed while it was in use"));
}

}  // namespace
}  // namespace elman
