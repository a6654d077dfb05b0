#include "trainer/run/stop_signal.h"

#include <signal.h>

#include <cstddef>
#include <initializer_list>

namespace elman {
namespace {

// The only variable that the signal handler writes.
volatile sig_atomic_t stop_requested = 0;

void RequestStop(int signal) {
  if (signal == SIGINT && stop_requested) {
    ::signal(SIGINT, SIG_DFL);
    ::raise(SIGINT);
  }
  stop_requested = 1;
}

// More than the registers of any processor need.
constexpr size_t kStackBytes = size_t{256} << 10;
alignas(64) char stack[kStackBytes];

}  // namespace

void CatchStopSignals() {
  const stack_t own_stack = {.ss_sp = stack, .ss_flags = 0, .ss_size = kStackBytes};
  sigaltstack(&own_stack, nullptr);
  struct sigaction action = {};
  action.sa_handler = RequestStop;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  for (const int signal : {SIGUSR1, SIGTERM, SIGINT}) sigaction(signal, &action, nullptr);
}

bool StopRequested() { return stop_requested != 0; }

}  // namespace elman
