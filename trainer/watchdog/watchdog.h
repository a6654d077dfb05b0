// A thread beside every rank's main thread that notices when the whole job stands still, and says
// which rank holds it up. It works while the main threads are stuck, so it never calls MPI.
//
// Four times a second each rank tells a few of them, the doctors, what it is doing, in a datagram.
// When no rank has got on for as long as patience allows, the first doctor that still answers gives
// the verdict: whichever rank is stopped, rank 0 or another, somebody is left to say so. Doctors
// are rank 0, the first ranks of other hosts, and then others.
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
  // Called on the watchdog's thread, once unless the job does not end within a minute. The main
  // thread may hold any lock.
  using OnHang = std::function<void(const Diagnosis&)>;

  enum class Ticks {
    kByClock,  // a thread of its own looks four times a second
    kByHand    // for tests: it looks when Tick is called, on the thread that calls it
  };

  // Starts to watch this process alone: it may hang before it has met the others. Of such hangs
  // only one that is to be `spokesman` speaks. `pulse` must outlive the watchdog.
  Watchdog(bool spokesman, const Pulse* pulse, double patience_seconds, OnHang on_hang,
           Ticks ticks = Ticks::kByClock);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // From now on watches all ranks. Collective.
  void Meet(Communicator* communicator);

  // Nothing may move for so long; 0: for ever. Reading a checkpoint at the start, waiting for one
  // to be written and the end of a run may take kExcusedPatience times as long.
  void SetPatience(double seconds);
  static constexpr double kExcusedPatience = 6;

  // On rank 0, after Meet: the ranks whose words do not arrive within `seconds`. A hang of theirs
  // is noticed late.
  std::vector<int> Unheard(double seconds);

  // Takes what other ranks have sent and looks, `seconds` after the last time. With Ticks::kByHand.
  void Tick(double seconds);

 private:
  struct Peer {
    ProcessIdentity process;
    std::string host;
    SideChannel::Places places;  // of its watchdog
  };
  struct Word;  // what a rank tells the doctors

  void Run();
  void Listen(double seconds);
  bool Look(double elapsed);  // false: it is to stop
  void Tell(const PulseSample& sample, char state, bool verdict);
  bool ItIsOnMe(double silence) const;
  Diagnosis Examine(double silence) const;

  const bool spokesman_;
  const ProcessIdentity self_;
  const Pulse* const pulse_;
  const OnHang on_hang_;
  const std::unique_ptr<SideChannel> channel_;  // null: there are no sockets here

  std::mutex mutex_;
  bool stopping_ = false;    // guarded by mutex_, as all below
  double patience_ = 0;      // seconds
  double silent_until_ = 0;  // by the ledger's time: a verdict has been given
  uint64_t job_ = 0;         // what tells this job's datagrams from others'; 0: not met yet
  int rank_ = 0;             // among the peers
  std::vector<Peer> peers_;  // all ranks, in order; before Meet this process
  std::vector<int> doctors_;
  Ledger ledger_;
  int64_t moves_ = -1;  // of the pulse, when it was looked at last; its one reader's

  std::thread thread_;  // last: it uses all of the above; none with Ticks::kByHand
};

}  // namespace elman
