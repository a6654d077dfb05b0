#include "trainer/watchdog/watchdog.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <random>
#include <set>
#include <type_traits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "trainer/comm/host.h"

namespace elman {
namespace {

using Clock = std::chrono::steady_clock;  // on Linux it does not advance while the machine sleeps

constexpr double kTick = 0.25;      // seconds between messages
constexpr double kLongestTick = 1;  // time beyond this does not count: the thread was not running
constexpr int kDiagnosers = 4;
constexpr int kDiagnosisMessages = 3;
constexpr double kPatienceAfterDiagnosis = 60;  // seconds to wait for the job to end

Clock::time_point Later(double seconds) {
  return Clock::now() +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

// A rank is silent if it has sent nothing for this time.
double SilenceOf(double patience) { return std::clamp(patience / 2, 1.0, 5.0); }

std::unique_ptr<SideChannel> OpenChannel() {
  auto channel = SideChannel::Open();
  return channel.ok() ? *std::move(channel) : nullptr;
}

// Chooses rank 0, the first rank of every other host, then other ranks, up to kDiagnosers.
std::vector<int> ChooseDiagnosers(const std::vector<std::string>& hosts) {
  std::vector<int> diagnosers, others;
  std::set<std::string> seen;
  for (int rank = 0; rank < static_cast<int>(hosts.size()); ++rank) {
    const bool first = seen.insert(hosts[rank]).second;
    (first ? diagnosers : others).push_back(rank);
  }
  diagnosers.insert(diagnosers.end(), others.begin(), others.end());
  diagnosers.resize(std::min<size_t>(diagnosers.size(), kDiagnosers));
  return diagnosers;
}

}  // namespace

struct Watchdog::Message {
  uint64_t job;
  int32_t rank;
  char state;
  char diagnosed;  // not 0: the sender has reported a diagnosis, so others must not
  HeartbeatSample sample;
};

Watchdog::Watchdog(bool is_reporter, const RankHeartbeat* heartbeat, double patience_seconds,
                   OnHang on_hang, Ticks ticks)
    : is_reporter_(is_reporter),
      self_(ThisProcess()),
      heartbeat_(heartbeat),
      on_hang_(std::move(on_hang)),
      channel_(OpenChannel()),
      patience_(patience_seconds),
      peers_({{self_, HostName(), {}}}),
      wait_times_(1) {
  if (ticks == Ticks::kByHand) return;
  // Signals are handled by the main thread.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { Run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  if (channel_) channel_->Wake();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::WatchAllRanks(Communicator* communicator) {
  std::random_device random;
  uint64_t job = (uint64_t{random()} << 32 | random()) | 1;
  communicator->Broadcast(std::as_writable_bytes(std::span(&job, 1)), 0);
  const std::vector<std::string> cards = communicator->AllGather(
      absl::StrJoin({HostName(), self_.system, std::to_string(self_.process), self_.started,
                     channel_ ? channel_->address() : std::string()},
                    "\n"));

  std::vector<Peer> peers(cards.size());
  std::vector<std::string> hosts, addresses(cards.size());
  for (size_t rank = 0; rank < cards.size(); ++rank) {
    const std::vector<std::string> lines = absl::StrSplit(cards[rank], '\n');
    Peer& peer = peers[rank];
    if (lines.size() == 5) {
      peer.host = lines[0];
      peer.process.system = lines[1];
      (void)absl::SimpleAtoi(lines[2], &peer.process.process);
      peer.process.started = lines[3];
      addresses[rank] = lines[4];
    }
    hosts.push_back(peer.host);
  }
  // Messages are sent to diagnosers only.
  const std::vector<int> diagnosers = ChooseDiagnosers(hosts);
  for (const int rank : diagnosers) {
    if (channel_ && !addresses[rank].empty())
      peers[rank].places = channel_->Resolve(addresses[rank]);
  }
  {
    const std::lock_guard lock(mutex_);
    job_ = job;
    rank_ = communicator->rank();
    wait_times_ = WaitTimes(communicator->size());
    peers_ = std::move(peers);
    diagnosers_ = diagnosers;
  }
  if (channel_) channel_->Wake();  // sends the first message at once
}

void Watchdog::SetPatience(double seconds) {
  const std::lock_guard lock(mutex_);
  patience_ = seconds;
}

std::vector<int> Watchdog::UnreachableRanks(double seconds) {
  const Clock::time_point end = Later(seconds);
  while (true) {
    std::vector<int> unreachable;
    {
      const std::lock_guard lock(mutex_);
      for (int rank = 0; rank < static_cast<int>(wait_times_.entries().size()); ++rank)
        if (!wait_times_.entries()[rank].heard) unreachable.push_back(rank);
    }
    if (unreachable.empty() || Clock::now() >= end) return unreachable;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void Watchdog::Run() {
  Clock::time_point last = Clock::now();
  while (true) {
    Listen(kTick);
    const Clock::time_point now = Clock::now();
    const double elapsed = std::chrono::duration<double>(now - last).count();
    last = now;
    if (!Look(elapsed)) return;
  }
}

void Watchdog::Tick(double seconds) {
  Listen(0);
  Look(seconds);
}

bool Watchdog::Look(double elapsed) {
  const HeartbeatSample sample = heartbeat_->Look();
  // The state is needed only if the rank makes no progress.
  const char state = sample.moves == moves_ ? MainThreadState(self_) : char{0};
  moves_ = sample.moves;

  std::unique_lock lock(mutex_);
  if (stopping_) return false;
  wait_times_.Advance(std::min(elapsed, kLongestTick));
  wait_times_.RecordMessage(rank_, sample, state);
  SendMessage(sample, state, /*diagnosed=*/false);
  if (patience_ <= 0 || wait_times_.now() < silent_until_) return true;
  const double silence = SilenceOf(patience_);
  const bool slow_operation = job_ != 0 && wait_times_.HasSlowOperation(silence);
  const double patience = patience_ * (slow_operation ? kSlowOperationPatience : 1);
  if (wait_times_.quiet() < patience || !IsFirstDiagnoser(silence)) return true;
  const Diagnosis diagnosis = DiagnoseJob(silence);
  // Repeated, so that one arrives: until the job has ended, other diagnosers must not report too.
  for (int i = 0; i < kDiagnosisMessages; ++i) SendMessage(sample, state, /*diagnosed=*/true);
  silent_until_ = wait_times_.now() + kPatienceAfterDiagnosis;
  lock.unlock();
  on_hang_(diagnosis);
  return true;
}

// Receives messages for this time or until woken; with 0, only those that have already arrived.
void Watchdog::Listen(double seconds) {
  const Clock::time_point end = Later(seconds);
  while (true) {
    const double left = std::chrono::duration<double>(end - Clock::now()).count();
    if (left <= 0 && seconds > 0) return;
    Message message;
    static_assert(std::is_trivially_copyable_v<Message>);
    std::array<std::byte, sizeof(Message) + 1> bytes;
    if (!channel_) {
      std::this_thread::sleep_for(std::chrono::duration<double>(left));
      return;
    }
    const size_t size = channel_->Receive(bytes, absl::Seconds(std::max(left, 0.0)));
    if (size == 0) return;
    if (size != sizeof(Message)) continue;
    std::memcpy(&message, bytes.data(), sizeof(Message));
    const auto within = [](auto value, int end) {
      return static_cast<int>(value) >= 0 && static_cast<int>(value) < end;
    };
    if (!within(message.sample.activity, kActivities) || !within(message.sample.phase, kPhases) ||
        !within(message.sample.rendezvous, kRendezvousKinds)) {
      continue;
    }
    const std::lock_guard lock(mutex_);
    if (message.job != job_ || job_ == 0) continue;
    wait_times_.RecordMessage(message.rank, message.sample, message.state);
    if (message.diagnosed != 0) silent_until_ = wait_times_.now() + kPatienceAfterDiagnosis;
  }
}

void Watchdog::SendMessage(const HeartbeatSample& sample, char state, bool diagnosed) {
  if (!channel_ || job_ == 0) return;
  Message message = {};
  message.job = job_;
  message.rank = rank_;
  message.state = state;
  message.diagnosed = diagnosed ? 1 : 0;
  message.sample = sample;
  for (const int diagnoser : diagnosers_) {
    if (diagnoser != rank_)
      channel_->Send(peers_[diagnoser].places, std::as_bytes(std::span(&message, 1)));
  }
}

// Returns whether this rank is the first diagnoser that still answers.
bool Watchdog::IsFirstDiagnoser(double silence) const {
  if (job_ == 0) return is_reporter_;
  for (const int diagnoser : diagnosers_) {
    if (diagnoser == rank_) return true;
    if (wait_times_.entries()[diagnoser].heard && wait_times_.silent_for(diagnoser) <= silence)
      return false;
  }
  return false;
}

Diagnosis Watchdog::DiagnoseJob(double silence) const {
  std::vector<Suspect> suspects;
  for (int rank = 0; rank < static_cast<int>(peers_.size()); ++rank) {
    const WaitTimes::Entry& entry = wait_times_.entries()[rank];
    const bool silent = wait_times_.silent_for(rank) > silence;
    suspects.push_back({.host = peers_[rank].host,
                        .process = peers_[rank].process.process,
                        .heard = entry.heard,
                        .silent = silent,
                        .state = silent ? MainThreadState(peers_[rank].process) : entry.state,
                        .quiet_for = wait_times_.quiet_for(rank),
                        .sample = entry.sample});
  }
  return Diagnose(suspects, rank_, wait_times_.quiet());
}

}  // namespace elman
