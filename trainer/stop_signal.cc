#include "trainer/stop_signal.h"

#include <signal.h>

#include <initializer_list>

namespace elman {
namespace {

// The one thing a signal handler can reach.
volatile sig_atomic_t stop_requested = 0;

void RequestStop(int signal) {
  if (signal == SIGINT && stop_requested) {
    ::signal(SIGINT, SIG_DFL);
    ::raise(SIGINT);
  }
  stop_requested = 1;
}

}  // namespace

void CatchStopSignals() {
  struct sigaction action = {};
  action.sa_handler = RequestStop;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGUSR1, SIGTERM, SIGINT}) sigaction(signal, &action, nullptr);
}

bool StopRequested() { return stop_requested != 0; }

}  // namespace elman
