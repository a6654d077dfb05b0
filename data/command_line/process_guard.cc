#include "data/command_line/process_guard.h"

#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <system_error>

#include "data/command_line/command_line.h"

namespace elman {
namespace {

// Static memory, because no memory may be left.
char program_name[64] = "elman";
std::atomic<size_t> refused_bytes{0};

void PrintLine(const char* format, auto... values) {
  char line[512];
  const int length = std::snprintf(line, sizeof(line), format, program_name, values...);
  const size_t bytes = std::min(static_cast<size_t>(std::max(length, 0)), sizeof(line) - 1);
  if (::write(STDERR_FILENO, line, bytes) < 0) std::_Exit(kExitFailed);
}

[[noreturn]] void EndProcess() {
  if (!std::current_exception()) std::abort();  // std::terminate() was called directly
  try {
    std::rethrow_exception(std::current_exception());
  } catch (const std::bad_alloc&) {
    // 0: the allocation was made by a library in its own way.
    char request[64] = "a library could not allocate memory";
    if (const size_t bytes = refused_bytes.load(); bytes > 0)
      std::snprintf(request, sizeof(request), "cannot allocate %zu bytes", bytes);
    PrintLine(
        "%s: error: out of memory: %s. Increase the memory limit (ulimit -v, the limit of the "
        "container or job), or reduce batch_size, max_length or the number of ranks per host\n",
        request);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again) {
      PrintLine("%s: error: unexpected exception: %s\n", error.what());
    } else {
      PrintLine(
          "%s: error: cannot start a thread: %s. Increase the limits on threads and memory (ulimit "
          "-u and -v, the limits of the container or job), or use fewer threads\n",
          error.what());
    }
  } catch (const std::exception& error) {
    PrintLine("%s: error: unexpected exception: %s\n", error.what());
  } catch (...) {
    PrintLine("%s: error: unexpected exception\n");
  }
  std::_Exit(kExitFailed);
}

// Opens descriptors 0 to 2 if they are closed, so that the next opened file does not become
// standard output. They are opened such that operations which a closed one refuses still fail.
void OpenClosedStreams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    if (::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

// Loads the unwinder (libgcc_s) now. The C library loads it at first use, for example in
// std::call_once, and aborts if there is no memory left then.
void LoadUnwinder() {
  void* frame = nullptr;
  ::backtrace(&frame, 1);
}

[[noreturn]] void EndWithoutOutput(int cause) {
  PrintLine("%s: error: cannot write standard output: %s. The output is incomplete\n",
            std::strerror(cause));
  std::_Exit(kExitFailed);
}

// Runs at the end of the process. `status` is the exit status: -1 if an assertion of SentencePiece
// failed. Other failures have already printed an error.
void CheckEnd(int status, void*) {
  if (status == -1) {
    PrintLine("%s: error: a library ended the process; see its message above\n");
    std::_Exit(kExitFailed);
  }
  errno = 0;
  const bool flushed = std::fflush(stdout) == 0;
  const int cause = errno != 0 ? errno : EIO;
  if (status != kExitDone || (flushed && std::ferror(stdout) == 0)) return;
  EndWithoutOutput(cause);
}

}  // namespace

void FlushOutput() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    EndWithoutOutput(errno != 0 ? errno : EIO);
}

void GuardProcess(std::string_view program) {
  program_name[program.copy(program_name, sizeof(program_name) - 1)] = '\0';
  OpenClosedStreams();
  LoadUnwinder();
  std::set_terminate(EndProcess);
  ::signal(SIGXFSZ, SIG_IGN);
  ::on_exit(CheckEnd, nullptr);
}

// Standard behavior of operator new if there is no memory.
static void Refuse(size_t bytes) {
  refused_bytes = bytes;
  const std::new_handler handler = std::get_new_handler();
  if (handler == nullptr) throw std::bad_alloc();
  handler();
}

}  // namespace elman

// Sanitizers have their own operators.
// NOLINTBEGIN(misc-new-delete-overloads): the other forms of new and delete call these or free().
// noinline: otherwise the compiler pairs malloc with delete. weak: tests that count allocations
// define their own operators.
#ifndef ELMAN_SANITIZED

[[gnu::noinline, gnu::weak]] void* operator new(std::size_t bytes) {
  while (true) {
    if (void* memory = std::malloc(std::max<std::size_t>(bytes, 1))) return memory;
    elman::Refuse(bytes);
  }
}

[[gnu::noinline, gnu::weak]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  while (true) {
    const std::size_t rounded = (std::max<std::size_t>(bytes, 1) + unit - 1) / unit * unit;
    // Null if rounding up overflows.
    if (void* memory = rounded < bytes ? nullptr : std::aligned_alloc(unit, rounded)) return memory;
    elman::Refuse(bytes);
  }
}

// In a shared standard library, its new[] would call another operator new.
[[gnu::noinline, gnu::weak]] void* operator new[](std::size_t bytes) {
  return ::operator new(bytes);
}

[[gnu::noinline, gnu::weak]] void* operator new[](std::size_t bytes, std::align_val_t alignment) {
  return ::operator new(bytes, alignment);
}
// NOLINTEND(misc-new-delete-overloads)

#endif
