// A thread in every rank that detects when the whole job stalls and reports the rank at fault. It
// works while the main threads are blocked, so it never calls MPI.
//
// Four times per second each rank sends its activity in a datagram to a few ranks, the diagnosers.
// When no rank has made progress for the permitted time, the first diagnoser that still answers
// reports the diagnosis. So there is a report no matter which rank is stopped, even if it is rank
// 0. Diagnosers are rank 0, the first ranks of other hosts, and then other ranks.
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
#include "trainer/watchdog/process_state.h"
#include "trainer/watchdog/rank_heartbeat.h"
#include "trainer/watchdog/side_channel.h"
#include "trainer/watchdog/wait_times.h"

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

  // Starts to watch this process only, because it may hang before it has reached the other ranks.
  // Such a hang is reported only by the process with `is_reporter`. `heartbeat` must outlive the
  // watchdog.
  Watchdog(bool is_reporter, const RankHeartbeat* heartbeat, double patience_seconds,
           OnHang on_hang, Ticks ticks = Ticks::kByClock);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Watches all ranks from now on. Collective.
  void WatchAllRanks(Communicator* communicator);

  // Maximum number of seconds without progress; 0: unlimited. Reading a checkpoint at the start,
  // waiting for one to be written and the end of a run may take kSlowOperationPatience times as
  // long.
  void SetPatience(double seconds);
  static constexpr double kSlowOperationPatience = 6;

  // On rank 0, after WatchAllRanks: returns the ranks whose messages do not arrive within
  // `seconds`. If such a rank hangs, this is detected late.
  std::vector<int> UnreachableRanks(double seconds);

  // With Ticks::kByHand: receives messages of other ranks and checks for a hang, `seconds` after
  // the last call.
  void Tick(double seconds);

 private:
  struct Peer {
    ProcessIdentity process;
    std::string host;
    SideChannel::Places places;  // of its watchdog
  };
  struct Message;  // the message of a rank to the diagnosers

  void Run();
  void Listen(double seconds);
  bool Look(double elapsed);  // returns false when it must stop
  void SendMessage(const HeartbeatSample& sample, char state, bool diagnosed);
  bool IsFirstDiagnoser(double silence) const;
  Diagnosis DiagnoseJob(double silence) const;

  const bool is_reporter_;
  const ProcessIdentity self_;
  const RankHeartbeat* const heartbeat_;
  const OnHang on_hang_;
  const std::unique_ptr<SideChannel> channel_;  // null: sockets are not available

  std::mutex mutex_;
  bool stopping_ = false;    // guarded by mutex_, like all members below
  double patience_ = 0;      // seconds
  double silent_until_ = 0;  // no new diagnosis before this time of wait_times_
  uint64_t job_ = 0;  // identifies the datagrams of this job; 0: WatchAllRanks was not called yet
  int rank_ = 0;      // index in peers_
  std::vector<Peer> peers_;  // all ranks, in order; before WatchAllRanks only this process
  std::vector<int> diagnosers_;
  WaitTimes wait_times_;
  int64_t moves_ = -1;  // of the heartbeat at the last check; used by its reader only

  // Declared last, because it uses all members above. Not started with Ticks::kByHand.
  std::thread thread_;
};

}  // namespace elman
