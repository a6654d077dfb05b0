#include "data/command_line/interruption.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/command_line/command_line.h"

namespace elman {
namespace {

// Sent to the waiting thread by the destructor.
constexpr int kStop = SIGUSR2;

const char* NameOf(int signal) {
  switch (signal) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    default:
      return "SIGHUP";
  }
}

}  // namespace

struct Interruption::State {
  std::string program;
  sigset_t signals;
  sigset_t signals_before;
  std::mutex mutex;
  std::function<void()> action;  // guarded by mutex
  std::thread thread;

  void Wait() {
    int signal = 0;
    while (::sigwait(&signals, &signal) == EINTR) {
    }
    if (signal == kStop) return;
    const std::lock_guard<std::mutex> lock(mutex);
    if (action) action();
    PrintError(program, absl::CancelledError(absl::StrCat("interrupted by ", NameOf(signal))));
    ::_exit(kExitFailed);
  }
};

Interruption::Interruption(std::string program) : state_(std::make_unique<State>()) {
  state_->program = std::move(program);
  ::sigemptyset(&state_->signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, kStop}) ::sigaddset(&state_->signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &state_->signals, &state_->signals_before);
  state_->thread = std::thread([state = state_.get()] { state->Wait(); });
}

Interruption::~Interruption() {
  ::pthread_kill(state_->thread.native_handle(), kStop);
  state_->thread.join();
  ::pthread_sigmask(SIG_SETMASK, &state_->signals_before, nullptr);
}

void Interruption::SetAction(std::function<void()> action) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->action = std::move(action);
}

}  // namespace elman
