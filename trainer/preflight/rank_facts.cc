#include "trainer/preflight/rank_facts.h"

#include <sys/statvfs.h>

#include <cmath>
#include <span>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "data/format/number_text.h"
#include "data/io/checksum.h"
#include "data/io/read_file.h"
#include "trainer/network/math/compute_environment.h"

namespace elman {
namespace {

constexpr char kSharedMemoryFolder[] = "/dev/shm";
constexpr uint64_t kMaxProgramBytes = uint64_t{1} << 30;
constexpr int kClockRounds = 5;

std::string ProgramFingerprint() {
  const auto program = ReadFile("/proc/self/exe", kMaxProgramBytes);
  return program.ok() ? Fingerprint().Add(*program).Hex().substr(0, 8) : "unknown";
}

// Serializes facts as lines of text. The first line is the version; an interface is a line of four
// words.
std::string Write(const RankFacts& facts) {
  std::vector<std::string> lines = {facts.version,
                                    facts.program,
                                    facts.libraries,
                                    facts.instructions,
                                    facts.dataset,
                                    facts.config,
                                    facts.host,
                                    NumberRanges(facts.processors.threads),
                                    NumberRanges(facts.processors.cores),
                                    absl::StrCat(facts.processors.cores_of_host),
                                    RoundTripText(facts.processors.quota),
                                    absl::StrCat(facts.requested_threads),
                                    absl::StrCat(facts.shared_memory)};
  for (const NetworkInterface& i : facts.interfaces)
    lines.push_back(absl::StrCat(i.name, " ", i.address, " ", i.network, " ", i.bridge ? 1 : 0));
  return absl::StrJoin(lines, "\n");
}

bool Read(const std::string& text, RankFacts* facts) {
  constexpr size_t kLines = 13;
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  if (lines.size() < kLines || lines[0] != facts->version) return false;
  facts->program = lines[1];
  facts->libraries = lines[2];
  facts->instructions = lines[3];
  facts->dataset = lines[4];
  facts->config = lines[5];
  facts->host = lines[6];
  facts->processors.threads = ParseNumberRanges(lines[7]);
  facts->processors.cores = ParseNumberRanges(lines[8]);
  bool good = absl::SimpleAtoi(lines[9], &facts->processors.cores_of_host) &&
              absl::SimpleAtod(lines[10], &facts->processors.quota) &&
              absl::SimpleAtoi(lines[11], &facts->requested_threads) &&
              absl::SimpleAtoi(lines[12], &facts->shared_memory);
  for (size_t i = kLines; i < lines.size(); ++i) {
    const std::vector<std::string> words = absl::StrSplit(lines[i], ' ');
    good = good && words.size() == 4;
    if (good) facts->interfaces.push_back({words[0], words[1], words[2], words[3] == "1"});
  }
  return good;
}

// All ranks read their clocks after a barrier, several times. The smallest difference to rank 0 is
// the one with the least disturbance.
std::vector<double> ClockOffsets(Communicator* communicator) {
  std::vector<double> now(communicator->size()), best;
  for (int round = 0; round < kClockRounds; ++round) {
    communicator->Barrier();
    const double mine = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
    communicator->AllGather(std::as_bytes(std::span(&mine, 1)),
                            std::as_writable_bytes(std::span(now)));
    if (best.empty()) best.resize(now.size(), INFINITY);
    for (size_t rank = 0; rank < now.size(); ++rank) {
      const double offset = now[rank] - now[0];
      if (std::abs(offset) < std::abs(best[rank])) best[rank] = offset;
    }
  }
  return best;
}

}  // namespace

RankFacts ThisRankFacts(const std::string& mpi_version, const std::string& dataset,
                        const std::string& config) {
  RankFacts facts;
  facts.version = ELMAN_VERSION;
  facts.program = ProgramFingerprint();
  facts.libraries =
      absl::StrCat("oneDNN ", OneDnnVersion(), ", ", mpi_version, ", ", CLibraryVersion());
  facts.instructions = absl::StrCat(InstructionSet(), "/", VectorInstructionSet());
  facts.dataset = dataset;
  facts.config = config;
  facts.host = HostName();
  facts.processors = AllowedProcessors();
  facts.requested_threads = RequestedThreads();
  struct statvfs folder = {};
  if (statvfs(kSharedMemoryFolder, &folder) == 0)
    facts.shared_memory = uint64_t{folder.f_bavail} * folder.f_frsize;
  facts.interfaces = NetworkInterfaces();
  return facts;
}

absl::StatusOr<std::vector<RankFacts>> GatherFacts(Communicator* communicator,
                                                   const RankFacts& mine) {
  const std::vector<std::string> texts = communicator->AllGather(Write(mine));
  const std::string version = texts[0].substr(0, texts[0].find('\n'));
  std::vector<RankFacts> facts(texts.size());
  for (size_t rank = 0; rank < texts.size(); ++rank) {
    facts[rank].version = version;
    if (!Read(texts[rank], &facts[rank])) {
      return absl::FailedPreconditionError(
          absl::StrCat("rank ", rank, " runs Elman ", texts[rank].substr(0, texts[rank].find('\n')),
                       " or another build of it than rank 0, which runs ", version,
                       "; give every host the same build"));
    }
  }
  const std::vector<double> offsets = ClockOffsets(communicator);
  for (size_t rank = 0; rank < facts.size(); ++rank) facts[rank].clock_offset = offsets[rank];
  return facts;
}

}  // namespace elman
