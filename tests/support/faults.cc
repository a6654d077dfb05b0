#include "tests/support/faults.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstdarg>
#include <cstdlib>
#include <mutex>
#include <set>
#include <string_view>

// The linker option --wrap=NAME redirects every call of NAME to __wrap_NAME; __real_NAME is the
// original function.
extern "C" {
int __real_open(const char* path, int flags, ...);
ssize_t __real_write(int fd, const void* bytes, size_t size);
ssize_t __real_pwrite(int fd, const void* bytes, size_t size, off_t offset);
ssize_t __real_pread(int fd, void* bytes, size_t size, off_t offset);
int __real_ftruncate(int fd, off_t size);
int __real_close(int fd);
int __real_rename(const char* from, const char* to);
int __real_unlink(const char* path);
int __real_mkdir(const char* path, mode_t mode);
}

namespace elman {
namespace {

std::mutex mutex;
bool active = false;  // guarded by mutex, like all members below
Fault fault;
std::string folder;
int64_t counted = 0;
const char* struck_call = "";
std::set<int> unsynced;  // descriptors on which fsync has failed
int64_t vain_fsync_calls = 0;
std::condition_variable ended;  // signaled when the injection ends

bool IsInFolder(std::string_view path) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// Returns whether the fault affects this call of `name` on a file or folder with this path.
bool Strikes(const char* name, std::string_view path) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (!active || !IsInFolder(path)) return false;
  ++counted;
  if (fault.at == 0 || counted < fault.at || (counted > fault.at && !fault.lasting)) return false;
  struck_call = name;
  return true;
}

bool Strikes(const char* name, int fd) {
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), path, sizeof(path));
  return size > 0 && Strikes(name, std::string_view(path, static_cast<size_t>(size)));
}

void Delay() {
  std::unique_lock<std::mutex> lock(mutex);
  ended.wait(lock, [] { return !active; });
}

[[noreturn]] void Die() {
  ::kill(::getpid(), SIGKILL);
  std::abort();
}

// A call without data: makes `call` unless the fault affects it.
template <typename Where, typename Call>
int Try(const char* name, const Where& where, const Call& call) {
  if (!Strikes(name, where) || fault.kind == Fault::kShortWrite) return call();
  if (fault.kind == Fault::kDeath) Die();
  if (fault.kind == Fault::kDelay) {
    Delay();
    return call();
  }
  errno = fault.error;
  return -1;
}

// A call that moves `size` bytes: makes `call(size)` unless the fault affects it.
template <typename Call>
ssize_t TryBytes(const char* name, int fd, size_t size, const Call& call) {
  if (!Strikes(name, fd)) return call(size);
  if (fault.kind == Fault::kError) {
    errno = fault.error;
    return -1;
  }
  if (fault.kind == Fault::kDelay) {
    Delay();
    return call(size);
  }
  const ssize_t moved = call((size + 1) / 2);
  if (fault.kind == Fault::kDeath) Die();
  return moved;
}

}  // namespace

FaultInjection::FaultInjection(const Fault& injected, const std::string& where) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (active) std::abort();
  active = true;
  fault = injected;
  folder = where;
  counted = 0;
  struck_call = "";
  unsynced.clear();
  vain_fsync_calls = 0;
}

FaultInjection::~FaultInjection() {
  const std::lock_guard<std::mutex> lock(mutex);
  active = false;
  ended.notify_all();
}

int64_t FaultInjection::calls() const {
  const std::lock_guard<std::mutex> lock(mutex);
  return counted;
}

std::string FaultInjection::struck() const {
  const std::lock_guard<std::mutex> lock(mutex);
  return struck_call;
}

int64_t FaultInjection::vain_fsyncs() const {
  const std::lock_guard<std::mutex> lock(mutex);
  return vain_fsync_calls;
}

}  // namespace elman

extern "C" {

int __wrap_open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return elman::Try("open", std::string_view(path), [&] { return __real_open(path, flags, mode); });
}

ssize_t __wrap_write(int fd, const void* bytes, size_t size) {
  return elman::TryBytes("write", fd, size,
                         [&](size_t part) { return __real_write(fd, bytes, part); });
}

ssize_t __wrap_pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  return elman::TryBytes("pwrite", fd, size,
                         [&](size_t part) { return __real_pwrite(fd, bytes, part, offset); });
}

ssize_t __wrap_pread(int fd, void* bytes, size_t size, off_t offset) {
  return elman::TryBytes("pread", fd, size,
                         [&](size_t part) { return __real_pread(fd, bytes, part, offset); });
}

int __wrap_ftruncate(int fd, off_t size) {
  return elman::Try("ftruncate", fd, [&] { return __real_ftruncate(fd, size); });
}

// Does not sync to disk: no test simulates a power failure, and hundreds of saves would wait for
// the disk.
int __wrap_fsync(int fd) {
  const int result = elman::Try("fsync", fd, [] { return 0; });
  const int error = errno;
  {
    const std::lock_guard<std::mutex> lock(elman::mutex);
    if (elman::unsynced.contains(fd)) ++elman::vain_fsync_calls;
    if (result != 0) elman::unsynced.insert(fd);
  }
  errno = error;
  return result;
}

// The descriptor is closed even if close fails.
int __wrap_close(int fd) {
  const int result = elman::Try("close", fd, [] { return 0; });
  const int error = errno;
  {
    const std::lock_guard<std::mutex> lock(elman::mutex);
    elman::unsynced.erase(fd);
  }
  if (__real_close(fd) != 0) return -1;
  errno = error;
  return result;
}

int __wrap_rename(const char* from, const char* to) {
  return elman::Try("rename", std::string_view(to), [&] { return __real_rename(from, to); });
}

int __wrap_unlink(const char* path) {
  return elman::Try("unlink", std::string_view(path), [&] { return __real_unlink(path); });
}

int __wrap_mkdir(const char* path, mode_t mode) {
  return elman::Try("mkdir", std::string_view(path), [&] { return __real_mkdir(path, mode); });
}

}  // extern "C"
