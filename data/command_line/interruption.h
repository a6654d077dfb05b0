// Runs a final action before SIGINT, SIGTERM or SIGHUP ends the program.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace elman {

// After construction, the first such signal makes a separate thread call the current action, print
// "PROGRAM: error: interrupted by SIGNAL" and end the process with kExitFailed, whatever other
// threads do. Construct it before any other thread is started, so that those inherit the blocked
// signals.
class Interruption {
 public:
  explicit Interruption(std::string program);
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  // Sets the action to run first. The objects that it uses must live until another action is set.
  // Null: no action.
  void SetAction(std::function<void()> action);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace elman
