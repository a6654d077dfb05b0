#include "data/command_line/interruption.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/command_line/command_line.h"
#include "data/io/atomic_file.h"
#include "tests/support/scratch.h"

namespace elman {
namespace {

// Runs a process that sets an action, gets a signal, and would otherwise wait forever.
int StatusAfter(int signal, const std::string& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::freopen("/dev/null", "w", stderr);
    Interruption interruption("program");
    interruption.SetAction([&] { (void)WriteFile(path, "cleaned up"); });
    ::kill(::getpid(), signal);
    for (;;) ::pause();
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(Interruption, RunsTheActionAndEndsTheProcess) {
  Scratch scratch;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const int status = StatusAfter(signal, scratch.Path("trace"));
    ASSERT_TRUE(WIFEXITED(status)) << signal;
    EXPECT_EQ(WEXITSTATUS(status), kExitFailed) << signal;
    EXPECT_EQ(scratch.Read("trace"), "cleaned up") << signal;
    std::filesystem::remove(scratch.Path("trace"));
  }
}

TEST(Interruption, RestoresTheSignalMask) {
  sigset_t before;
  sigset_t after;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  { Interruption interruption("program"); }
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR2}) {
    EXPECT_EQ(::sigismember(&before, signal), ::sigismember(&after, signal));
  }
}

}  // namespace
}  // namespace elman
