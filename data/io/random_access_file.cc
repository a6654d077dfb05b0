#include "data/io/random_access_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/errno_status.h"
#include "data/io/open_file.h"
#include "data/io/status_macros.h"

namespace elman {

// Closed when its last reader releases it.
class RandomAccessFile::Descriptor {
 public:
  static absl::StatusOr<std::shared_ptr<const Descriptor>> Open(const std::string& path) {
    ASSIGN_OR_RETURN(const int fd, OpenRegularFile(path, O_RDONLY));
    std::shared_ptr<Descriptor> descriptor(new Descriptor(fd));
    struct stat facts;
    if (::fstat(fd, &facts) != 0) return ErrnoStatus(errno, "stat", path);
    descriptor->size_ = static_cast<uint64_t>(facts.st_size);
    return descriptor;
  }
  ~Descriptor() { ::close(fd_); }

  int fd() const { return fd_; }
  uint64_t size() const { return size_; }  // at Open

 private:
  explicit Descriptor(int fd) : fd_(fd) {}
  const int fd_;
  uint64_t size_ = 0;
};

// The open files of the process; the most recently used first.
class RandomAccessFile::OpenFiles {
 public:
  static OpenFiles& Get() {
    static auto* const files = new OpenFiles;  // never destroyed, because static objects may use it
    return *files;
  }

  std::shared_ptr<const Descriptor> Find(const RandomAccessFile* file) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(file);
    if (found == places_.end()) return nullptr;
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return by_use_.front().descriptor;
  }

  void Insert(const RandomAccessFile* file, std::shared_ptr<const Descriptor> descriptor) {
    const std::lock_guard lock(mutex_);
    if (places_.contains(file)) return;  // another thread has added it
    while (by_use_.size() >= kMaxOpenFiles) {
      places_.erase(by_use_.back().file);
      by_use_.pop_back();
    }
    by_use_.push_front({file, std::move(descriptor)});
    places_[file] = by_use_.begin();
  }

  void Erase(const RandomAccessFile* file) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(file);
    if (found == places_.end()) return;
    by_use_.erase(found->second);
    places_.erase(found);
  }

 private:
  struct Entry {
    const RandomAccessFile* file;
    std::shared_ptr<const Descriptor> descriptor;
  };
  std::mutex mutex_;
  std::list<Entry> by_use_;
  std::unordered_map<const RandomAccessFile*, std::list<Entry>::iterator> places_;
};

absl::StatusOr<std::unique_ptr<RandomAccessFile>> RandomAccessFile::Open(const std::string& path) {
  ASSIGN_OR_RETURN(auto descriptor, Descriptor::Open(path));
  std::unique_ptr<RandomAccessFile> file(new RandomAccessFile(path, descriptor->size()));
  OpenFiles::Get().Insert(file.get(), std::move(descriptor));
  return file;
}

RandomAccessFile::RandomAccessFile(std::string path, uint64_t size)
    : path_(std::move(path)), size_(size) {}

RandomAccessFile::~RandomAccessFile() { OpenFiles::Get().Erase(this); }

absl::StatusOr<std::shared_ptr<const RandomAccessFile::Descriptor>> RandomAccessFile::Acquire()
    const {
  if (auto open = OpenFiles::Get().Find(this)) return open;
  ASSIGN_OR_RETURN(auto descriptor, Descriptor::Open(path_));
  if (descriptor->size() != size_) {
    return absl::FailedPreconditionError(
        absl::StrCat(path_, ": the file changed while it was in use: it had ", size_,
                     " bytes, now it has ", descriptor->size(), "; start the program again"));
  }
  OpenFiles::Get().Insert(this, descriptor);
  return descriptor;
}

absl::Status RandomAccessFile::Read(uint64_t offset, size_t size, char* buffer) const {
  const uint64_t end = offset + size;
  if (end < offset || end > size_) {
    return absl::OutOfRangeError(absl::StrCat(path_, ": offset ", offset, ": expected ", size,
                                              " bytes, but the file has ", size_));
  }
  ASSIGN_OR_RETURN(const auto descriptor, Acquire());
  while (size > 0) {
    const ssize_t count = ::pread(descriptor->fd(), buffer, std::min(size, kMaxTransferBytes),
                                  static_cast<off_t>(offset));
    if (count < 0) {
      if (errno == EINTR) continue;
      const int error = errno;
      return absl::UnavailableError(absl::StrCat(
          path_, ": offset ", offset, ": cannot read: ", std::string(std::strerror(error))));
    }
    if (count == 0) {
      return absl::OutOfRangeError(absl::StrCat(path_, ": offset ", offset, ": expected ", size,
                                                " more bytes, but the file ends (it had ", size_,
                                                " bytes when it was opened)"));
    }
    buffer += count;
    offset += static_cast<uint64_t>(count);
    size -= static_cast<size_t>(count);
  }
  return absl::OkStatus();
}

}  // namespace elman
