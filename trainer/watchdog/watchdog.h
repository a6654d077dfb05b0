// A thread in every rank that detects when the whole job stalls and reports the rank at fault. It
// works while the main threads are blocked, so it never calls MPI.
//
// Four times per second each rank sends its activity in a datagram to a few ranks, the diagnosers
// ("doctors" in names). When no rank has made progress for the permitted time, the first diagnoser
// that still answers reports the diagnosis. So there is a report no matter which rank is stopped,
// even if it is rank 0. Diagnosers are rank 0, the first ranks of other hosts, and then other
// ranks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "trainer/comm/communicator.h"
#include "trainer/watchdog/diagnosis.h"
#include "trainer/watchdog/ledger.h"
#include "trainer/watchdog/process_state.h"
#include "trainer/watchdog/pulse.h"
#include "trainer/watchdog/side_channel.h"

namespace elman {

class Watchdog {
 public:
  // Called on the watchdog's thread; called again only if the job does not end within a minute. The
  // main thread may hold any lock.
  using OnHang = std::function<void(const Diagnosis&)>;

  enum class Ticks {
    kByClock,  // a thread checks four times per second
    kByHand    // for tests: checks when Tick is called, on the calling thread
  };

  // Starts to watch this process only, because it may hang before it has met the other ranks. Such
  // a hang is reported only by the process with `spokesman`. `pulse` must outlive the watchdog.
  Watchdog(bool spokesman, const Pulse* pulse, double patience_seconds, OnHang on_hang,
           Ticks ticks = Ticks::kByClock);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Watches all ranks from now on. Collective.
  void Meet(Communicator* communicator);

  // Maximum number of seconds without progress; 0: unlimited. Reading a checkpoint at the start,
  // waiting for one to be written and the end of a run may take kExcusedPatience times as long.
  void SetPatience(double seconds);
  static constexpr double kExcusedPatience = 6;

  // On rank 0, after Meet: returns the ranks whose messages do not arrive within `seconds`. If such
  // a rank hangs, this is detected late.
  std::vector<int> Unheard(double seconds);

  // With Ticks::kByHand: receives messages of other ranks and checks for a hang, `seconds` after
  // the last call.
  void Tick(double seconds);

 private:
  struct Peer {
    ProcessIdentity process;
    std::string host;
    SideChannel::Places places;  // of its watchdog
  };
  struct Word;  // the message of a rank to the diagnosers

  void Run();
  void Listen(double seconds);
  bool Look(double elapsed);  // returns false when it must stop
  void Tell(const PulseSample& sample, char state, bool verdict);
  bool ItIsOnMe(double silence) const;
  Diagnosis Examine(double silence) const;

  const bool spokesman_;
  const ProcessIdentity self_;
  const Pulse* const pulse_;
  const OnHang on_hang_;
  const std::unique_ptr<SideChannel> channel_;  // null: sockets are not available

  std::mutex mutex_;
  bool stopping_ = false;    // guarded by mutex_, like all members below
  double patience_ = 0;      // seconds
  double silent_until_ = 0;  // no new diagnosis before this time of the ledger
  uint64_t job_ = 0;         // identifies the datagrams of this job; 0: Meet was not called yet
  int rank_ = 0;             // index in peers_
  std::vector<Peer> peers_;  // all ranks, in order; before Meet only this process
  std::vector<int> doctors_;
  Ledger ledger_;
  int64_t moves_ = -1;  // of the pulse at the last check; used by its reader only

  // Declared last, because it uses all members above. Not started with Ticks::kByHand.
  std::thread thread_;
};

}  // namespace elman
