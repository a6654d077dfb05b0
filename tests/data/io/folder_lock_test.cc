#include "data/io/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include "tests/support/scratch.h"

namespace {

std::atomic<bool> has_locks = true;  // whether the file system has locks

}  // namespace

// Replaces the system call.
extern "C" int flock(int fd, int operation) {
  if (has_locks) return static_cast<int>(::syscall(SYS_flock, fd, operation));
  errno = ENOSYS;
  return -1;
}

namespace elman {
namespace {

using testing::HasSubstr;

TEST(FolderLock, IsExclusiveAndNamesTheHolder) {
  Scratch folder;
  EXPECT_EQ(FolderLockHolder(folder.path()), "");
  auto first = FolderLock::Take(folder.path());
  ASSERT_THAT(first, IsOk());
  const std::string me = "process " + std::to_string(getpid());
  EXPECT_THAT(FolderLockHolder(folder.path()), HasSubstr(me));
  EXPECT_THAT(FolderLock::Take(folder.path()),
              FailsWith(absl::StatusCode::kFailedPrecondition, me));
  first->reset();
  EXPECT_EQ(FolderLockHolder(folder.path()), "");
  EXPECT_THAT(FolderLock::Take(folder.path()), IsOk());
}

TEST(FolderLock, NamesTheElmanRunToStop) {
  Scratch folder;
  ::setenv("ELMAN_RUN_PROCESS", "4711 on node1", 1);
  const auto first = FolderLock::Take(folder.path());
  ::unsetenv("ELMAN_RUN_PROCESS");
  EXPECT_THAT(FolderLock::Take(folder.path()), FailsWith(absl::StatusCode::kFailedPrecondition,
                                                         "; stop it first (on node1: kill 4711)"));
}

TEST(FolderLock, RemovesOnlyItsOwnFile) {
  Scratch folder;
  FolderLock::Take(folder.path())->reset();
  EXPECT_THAT(folder.Names(), testing::IsEmpty());
  folder.Write("lock", "a former holder\n");
  EXPECT_EQ(FolderLockHolder(folder.path()), "") << "who ended does not hold it";
  FolderLock::Take(folder.path())->reset();
  EXPECT_THAT(folder.Names(), testing::ElementsAre("lock"));
}

TEST(FolderLock, RefusesSymbolicLinks) {
  Scratch folder, elsewhere;
  elsewhere.Write("precious", "text");
  std::filesystem::create_symlink(elsewhere.Path("precious"), folder.Path("lock"));
  EXPECT_FALSE(FolderLock::Take(folder.path()).ok());
  EXPECT_EQ(elsewhere.Read("precious"), "text");
  EXPECT_FALSE(FolderLock::Take(folder.Path("none")).ok());
}

class FolderLockWithoutLocks : public testing::Test {
 protected:
  FolderLockWithoutLocks() { has_locks = false; }
  ~FolderLockWithoutLocks() override { has_locks = true; }

  // Simulates a process that takes the lock and is killed.
  void TakeAndDie() const {
    const pid_t child = fork();
    if (child == 0) {
      const auto lock = FolderLock::Take(folder_.path());
      _exit(lock.ok() ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
    EXPECT_THAT(folder_.Names(), testing::ElementsAre("lock"));
  }

  Scratch folder_;
};

TEST_F(FolderLockWithoutLocks, IsExclusive) {
  auto first = FolderLock::Take(folder_.path());
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(FolderLockHolder(folder_.path()), HasSubstr("process " + std::to_string(getpid())));
  EXPECT_THAT(FolderLock::Take(folder_.path()),
              FailsWith(absl::StatusCode::kFailedPrecondition, "delete the file"));
  first->reset();
  EXPECT_THAT(folder_.Names(), testing::IsEmpty());
  EXPECT_THAT(FolderLock::Take(folder_.path()), IsOk());
}

TEST_F(FolderLockWithoutLocks, TakesOverFromAnEndedProcessOfThisHost) {
  TakeAndDie();
  EXPECT_EQ(FolderLockHolder(folder_.path()), "");
  EXPECT_THAT(FolderLock::Take(folder_.path()), IsOk());
  EXPECT_THAT(folder_.Names(), testing::IsEmpty());
}

// In each round several processes find the lock of an ended process at the same time. Those that
// get the lock keep it for a while and end without releasing it; a file shows whether two had it.
TEST_F(FolderLockWithoutLocks, IsTakenOverByOneProcessOnly) {
  TakeAndDie();
  for (int round = 0; round < 40; ++round) {
    int start[2];
    ASSERT_EQ(::pipe(start), 0);
    std::vector<pid_t> children;
    for (int i = 0; i < 8; ++i) {
      children.push_back(fork());
      if (children.back() != 0) continue;
      ::close(start[1]);
      char byte;
      while (::read(start[0], &byte, 1) > 0) {
      }
      const auto lock = FolderLock::Take(folder_.path());
      if (!lock.ok()) _exit(0);
      const int only = ::open(folder_.Path("only").c_str(), O_CREAT | O_EXCL, 0600);
      if (only < 0) _exit(1);
      ::usleep(2000);
      _exit(::unlink(folder_.Path("only").c_str()) == 0 ? 2 : 1);
    }
    ::close(start[1]);
    ::close(start[0]);
    int taken = 0;
    for (const pid_t child : children) {
      int status = -1;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      EXPECT_NE(WEXITSTATUS(status), 1) << "two processes had the lock";
      if (WEXITSTATUS(status) == 2) ++taken;
    }
    EXPECT_GE(taken, 1);
  }
}

// A process was killed while it removed the lock of another.
TEST_F(FolderLockWithoutLocks, NamesTheGuardToDelete) {
  TakeAndDie();
  folder_.Write("lock.takeover", "");
  EXPECT_THAT(FolderLock::Take(folder_.path()),
              FailsWith(absl::StatusCode::kFailedPrecondition, "then delete"));
}

// Locks of processes whose state cannot be checked on this host.
TEST_F(FolderLockWithoutLocks, DoesNotTakeOverFromOtherProcesses) {
  TakeAndDie();
  std::string signature = folder_.Read("lock");
  signature.replace(signature.find("boot "), 9, "boot none");
  for (const std::string& other :
       {signature, std::string("host far, process 1\n"), std::string()}) {
    folder_.Write("lock", other);
    EXPECT_THAT(FolderLock::Take(folder_.path()),
                FailsWith(absl::StatusCode::kFailedPrecondition, "another run writes there"));
    EXPECT_EQ(folder_.Read("lock"), other);
    EXPECT_NE(FolderLockHolder(folder_.path()), "");
  }
}

}  // namespace
}  // namespace elman
