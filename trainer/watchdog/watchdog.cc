#include "trainer/watchdog/watchdog.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <random>
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
constexpr int kDoctors = 4;
constexpr int kVerdictWords = 3;
constexpr double kPatienceAfterVerdict = 60;  // seconds to wait for the job to end

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

// Chooses rank 0, the first rank of every other host, then other ranks, up to kDoctors.
std::vector<int> ChooseDoctors(const std::vector<std::string>& hosts) {
  std::vector<int> doctors, others;
  for (int rank = 0; rank < static_cast<int>(hosts.size()); ++rank) {
    const bool first =
        std::find(hosts.begin(), hosts.begin() + rank, hosts[rank]) == hosts.begin() + rank;
    (first ? doctors : others).push_back(rank);
  }
  doctors.insert(doctors.end(), others.begin(), others.end());
  doctors.resize(std::min<size_t>(doctors.size(), kDoctors));
  return doctors;
}

}  // namespace

struct Watchdog::Word {
  uint64_t job;
  int32_t rank;
  char state;
  char verdict;  // not 0: the sender has reported a diagnosis, so others must not
  PulseSample sample;
};

Watchdog::Watchdog(bool spokesman, const Pulse* pulse, double patience_seconds, OnHang on_hang,
                   Ticks ticks)
    : spokesman_(spokesman),
      self_(ThisProcess()),
      pulse_(pulse),
      on_hang_(std::move(on_hang)),
      channel_(OpenChannel()),
      patience_(patience_seconds),
      peers_({{self_, HostName(), {}}}),
      ledger_(1) {
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

void Watchdog::Meet(Communicator* communicator) {
  std::random_device random;
  uint64_t job = (uint64_t{random()} << 32 | random()) | 1;
  communicator->Broadcast(std::as_writable_bytes(std::span(&job, 1)), 0);
  const std::vector<std::string> cards = communicator->AllGather(
      absl::StrJoin({HostName(), self_.system, std::to_string(self_.process), self_.started,
                     channel_ ? channel_->address() : std::string()},
                    "\n"));

  std::vector<Peer> peers(cards.size());
  std::vector<std::string> hosts;
  for (size_t rank = 0; rank < cards.size(); ++rank) {
    const std::vector<std::string> lines = absl::StrSplit(cards[rank], '\n');
    Peer& peer = peers[rank];
    if (lines.size() == 5) {
      peer.host = lines[0];
      peer.process.system = lines[1];
      (void)absl::SimpleAtoi(lines[2], &peer.process.process);
      peer.process.started = lines[3];
      if (channel_) peer.places = channel_->Resolve(lines[4]);
    }
    hosts.push_back(peer.host);
  }
  {
    const std::lock_guard lock(mutex_);
    job_ = job;
    rank_ = communicator->rank();
    ledger_ = Ledger(communicator->size());
    peers_ = std::move(peers);
    doctors_ = ChooseDoctors(hosts);
  }
  if (channel_) channel_->Wake();  // sends the first message at once
}

void Watchdog::SetPatience(double seconds) {
  const std::lock_guard lock(mutex_);
  patience_ = seconds;
}

std::vector<int> Watchdog::Unheard(double seconds) {
  const Clock::time_point end = Later(seconds);
  while (true) {
    std::vector<int> unheard;
    {
      const std::lock_guard lock(mutex_);
      for (int rank = 0; rank < static_cast<int>(ledger_.entries().size()); ++rank)
        if (!ledger_.entries()[rank].heard) unheard.push_back(rank);
    }
    if (unheard.empty() || Clock::now() >= end) return unheard;
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
  const PulseSample sample = pulse_->Look();
  // The state is needed only if the rank makes no progress.
  const char state = sample.moves == moves_ ? MainThreadState(self_) : char{0};
  moves_ = sample.moves;

  std::unique_lock lock(mutex_);
  if (stopping_) return false;
  ledger_.Advance(std::min(elapsed, kLongestTick));
  ledger_.Hear(rank_, sample, state);
  Tell(sample, state, /*verdict=*/false);
  if (patience_ <= 0 || ledger_.now() < silent_until_) return true;
  const double silence = SilenceOf(patience_);
  const bool excused = job_ != 0 && ledger_.HasExcuse(silence);
  const double patience = patience_ * (excused ? kExcusedPatience : 1);
  if (ledger_.quiet() < patience || !ItIsOnMe(silence)) return true;
  const Diagnosis diagnosis = Examine(silence);
  // Repeated, so that one arrives: until the job has ended, other diagnosers must not report too.
  for (int i = 0; i < kVerdictWords; ++i) Tell(sample, state, /*verdict=*/true);
  silent_until_ = ledger_.now() + kPatienceAfterVerdict;
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
    Word word;
    static_assert(std::is_trivially_copyable_v<Word>);
    std::array<std::byte, sizeof(Word) + 1> bytes;
    if (!channel_) {
      std::this_thread::sleep_for(std::chrono::duration<double>(left));
      return;
    }
    const size_t size = channel_->Receive(bytes, absl::Seconds(std::max(left, 0.0)));
    if (size == 0) return;
    if (size != sizeof(Word)) continue;
    std::memcpy(&word, bytes.data(), sizeof(Word));
    const auto within = [](auto value, int end) {
      return static_cast<int>(value) >= 0 && static_cast<int>(value) < end;
    };
    if (!within(word.sample.activity, kActivities) || !within(word.sample.phase, kPhases) ||
        !within(word.sample.meeting, kMeetingKinds)) {
      continue;
    }
    const std::lock_guard lock(mutex_);
    if (word.job != job_ || job_ == 0) continue;
    ledger_.Hear(word.rank, word.sample, word.state);
    if (word.verdict != 0) silent_until_ = ledger_.now() + kPatienceAfterVerdict;
  }
}

void Watchdog::Tell(const PulseSample& sample, char state, bool verdict) {
  if (!channel_ || job_ == 0) return;
  Word word = {};
  word.job = job_;
  word.rank = rank_;
  word.state = state;
  word.verdict = verdict ? 1 : 0;
  word.sample = sample;
  for (const int doctor : doctors_) {
    if (doctor != rank_) channel_->Send(peers_[doctor].places, std::as_bytes(std::span(&word, 1)));
  }
}

// Returns whether this rank is the first diagnoser that still answers.
bool Watchdog::ItIsOnMe(double silence) const {
  if (job_ == 0) return spokesman_;
  for (const int doctor : doctors_) {
    if (doctor == rank_) return true;
    if (ledger_.entries()[doctor].heard && ledger_.silent_for(doctor) <= silence) return false;
  }
  return false;
}

Diagnosis Watchdog::Examine(double silence) const {
  std::vector<Suspect> suspects;
  for (int rank = 0; rank < static_cast<int>(peers_.size()); ++rank) {
    const Ledger::Entry& entry = ledger_.entries()[rank];
    const bool silent = ledger_.silent_for(rank) > silence;
    suspects.push_back({.host = peers_[rank].host,
                        .process = peers_[rank].process.process,
                        .heard = entry.heard,
                        .silent = silent,
                        .state = silent ? MainThreadState(peers_[rank].process) : entry.state,
                        .quiet_for = ledger_.quiet_for(rank),
                        .sample = entry.sample});
  }
  return Diagnose(suspects, rank_, ledger_.quiet());
}

}  // namespace elman
