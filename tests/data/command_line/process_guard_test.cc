#include "data/command_line/process_guard.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "data/command_line/command_line.h"
#include "data/io/atomic_file.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

#ifdef ELMAN_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

constexpr size_t kTooMuch = size_t{1} << 50;

// So that the compiler cannot see that the memory is not used.
void Allocate(size_t bytes) {
  const std::vector<char> memory(bytes);
  if (memory.at(bytes / 2) != 0) std::abort();
}

const auto kFailed = testing::ExitedWithCode(kExitFailed);

TEST(ProcessGuardDeathTest, OutOfMemoryPrintsOneLine) {
  if (kSanitized) GTEST_SKIP() << "sanitizers have an allocator of their own";
  constexpr char kLine[] = "^elman-x: error: out of memory: cannot allocate 1125899906842624 bytes";
  EXPECT_EXIT(
      {
        GuardProcess("elman-x");
        []() noexcept { Allocate(kTooMuch); }();  // like main, around which nothing catches
      },
      kFailed, kLine);
  EXPECT_EXIT(
      {
        GuardProcess("elman-x");
        std::thread([] { Allocate(kTooMuch); }).join();
      },
      kFailed, kLine);
  EXPECT_EXIT(
      {
        GuardProcess("elman-x");
        std::thread([] {
          const auto memory = std::make_unique<char[]>(kTooMuch);
          if (memory[kTooMuch / 2] != 0) std::abort();
        }).join();
      },
      kFailed, kLine);
  struct alignas(128) Aligned {
    char bytes[128];
  };
  EXPECT_EXIT(
      {
        GuardProcess("elman-x");
        std::thread([] {
          const std::vector<Aligned> memory(kTooMuch / sizeof(Aligned));
          if (memory.back().bytes[0] != 0) std::abort();
        }).join();
      },
      kFailed, kLine);
}

TEST(ProcessGuardTest, CaughtExceptionsDoNotEndTheProcess) {
  if (kSanitized) GTEST_SKIP() << "sanitizers have an allocator of their own";
  EXPECT_THROW(Allocate(kTooMuch), std::bad_alloc);
  void* memory = ::operator new(kTooMuch, std::nothrow);
  EXPECT_EQ(memory, nullptr);
  ::operator delete(memory);
}

TEST(ProcessGuardDeathTest, OtherExceptionsAreNamed) {
  EXPECT_EXIT(
      {
        GuardProcess("elman-x");
        std::thread([] { throw std::length_error("so long"); }).join();
      },
      kFailed, "^elman-x: error: unexpected exception: so long\n$");
}

TEST(ProcessGuardDeathTest, FilesThatGrowTooLargeAreAnError) {
  const Scratch folder;
  EXPECT_EXIT(
      {
        GuardProcess("elman-x");
        rlimit limit;
        limit.rlim_cur = limit.rlim_max = 1000;
        ::setrlimit(RLIMIT_FSIZE, &limit);
        PrintError("elman-x", WriteFile(folder.Path("large"), std::string(5000, 'x')));
        std::_Exit(kExitUsage);
      },
      testing::ExitedWithCode(kExitUsage), "^elman-x: error: .*large.*File too large");
}

TEST(ProcessGuardDeathTest, ThreadsThatCannotBeStartedAreNamed) {
  EXPECT_EXIT(
      {
        GuardProcess("elman-x");
        std::thread([] { throw std::system_error(EAGAIN, std::generic_category()); }).join();
      },
      kFailed, "^elman-x: error: cannot start a thread: .*ulimit -u");
}

TEST(ProcessGuardDeathTest, LibrariesThatEndTheProcessAreAnError) {
  EXPECT_EXIT(
      {
        GuardProcess("elman-x");
        std::exit(-1);
      },
      kFailed, "^elman-x: error: a library ended the process");
}

TEST(ProcessGuardDeathTest, LostOutputIsAnError) {
  constexpr char kLine[] = "^elman-x: error: cannot write standard output: [A-Z].*incomplete\n$";
  const auto write = [](int status) {
    GuardProcess("elman-x");
    std::puts("text");
    std::exit(status);
  };
  EXPECT_EXIT(
      {
        ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO);
        write(kExitDone);
      },
      kFailed, kLine);
  EXPECT_EXIT(
      {
        ::close(STDOUT_FILENO);
        write(kExitDone);
      },
      kFailed, kLine);
  // A program that flushes its output before its end knows the cause, too.
  EXPECT_EXIT(
      {
        ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO);
        GuardProcess("elman-x");
        std::puts("text");
        FlushOutput();
      },
      kFailed, "cannot write standard output: No space left on device");
  EXPECT_EXIT(write(kExitDone), testing::ExitedWithCode(kExitDone), "^$");
  // One error is enough.
  EXPECT_EXIT(
      {
        ::close(STDOUT_FILENO);
        write(kExitUsage);
      },
      testing::ExitedWithCode(kExitUsage), "^$");
}

TEST(ProcessGuardDeathTest, NoFileBecomesStandardOutput) {
  const Scratch folder;
  EXPECT_EXIT(
      {
        ::close(STDIN_FILENO);
        ::close(STDOUT_FILENO);
        GuardProcess("elman-x");
        std::_Exit(::open(folder.Path("file").c_str(), O_CREAT | O_RDWR, 0600) > STDERR_FILENO
                       ? kExitDone
                       : kExitFailed);
      },
      testing::ExitedWithCode(kExitDone), "");
}

}  // namespace
}  // namespace elman
