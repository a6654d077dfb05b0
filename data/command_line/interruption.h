// A last word before SIGINT, SIGTERM or SIGHUP ends the program.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace elman {

// From its construction on, the first such signal makes a thread of its own call the action of the
// moment, print "PROGRAM: error: interrupted by SIGNAL" and end the process with kExitFailed,
// whatever the other threads are doing. Construct it before any other thread is started: these
// inherit that the signals are blocked.
class Interruption {
 public:
  explicit Interruption(std::string program);
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  // What is to be done first: what it uses must stay alive until another action is set. Null:
  // nothing.
  void SetAction(std::function<void()> action);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace elman
