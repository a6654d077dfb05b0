#include "trainer/eval/ngrams/adjusted_counts.h"

#include <algorithm>
#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/records/number_spool.h"
#include "data/workers/in_turn.h"

namespace elman {
namespace {

// A token that follows a context.
struct Follower {
  uint32_t token = 0;
  uint32_t adjusted = 0;
  uint32_t occurrences = 0;
};

// The followers of a context are merged when there are more than this and their number has doubled.
constexpr size_t kFewFollowers = size_t{1} << 16;

// Sorts by token and adds the counts of equal tokens.
void BringTogether(std::vector<Follower>* followers) {
  std::ranges::sort(*followers, {}, &Follower::token);
  size_t kept = 0;
  for (const Follower& follower : *followers) {
    if (kept > 0 && (*followers)[kept - 1].token == follower.token) {
      (*followers)[kept - 1].adjusted += follower.adjusted;
      (*followers)[kept - 1].occurrences += follower.occurrences;
    } else {
      (*followers)[kept++] = follower;
    }
  }
  followers->resize(kept);
}

void Tally(uint64_t adjusted, CountsOfCounts* counts) {
  if (adjusted > 0 && adjusted < counts->size()) ++(*counts)[adjusted];
}

// Visits the n-grams of a part in order. The contexts of the current n-gram, from the shortest to
// the longest, are open. When a context is closed, each of its followers adds 1 to the adjusted
// count of this follower in the next shorter context.
class PartAdjuster {
 public:
  PartAdjuster(const NgramCoding& coding, const Vocabulary& vocabulary,
               const std::vector<uint64_t>& prune)
      : coding_(coding),
        start_id_(vocabulary.start_id()),
        prune_(prune),
        open_(coding.order()),
        unigrams_(vocabulary.size()),
        counts_of_counts_(coding.order()) {}

  absl::Status Begin(const std::string& prefix) {
    for (int order = 2; order <= coding_.order(); ++order) {
      Level& level = levels_.emplace_back();
      ASSIGN_OR_RETURN(level.contexts,
                       NumberSpoolWriter::Create(absl::StrCat(prefix, "contexts-", order)));
      ASSIGN_OR_RETURN(level.ngrams,
                       NumberSpoolWriter::Create(absl::StrCat(prefix, "ngrams-", order)));
    }
    return absl::OkStatus();
  }

  absl::Status Add(NgramKey ngram, uint32_t count) {
    // Length of its context; of the part that is equal to the previous n-gram.
    int length = 0, same = 0;
    uint32_t tokens[128];
    while (length + 1 < coding_.order() && (length == 0 || tokens[length] != start_id_)) {
      ++length;
      tokens[length] = coding_.ContextToken(ngram, length);
    }
    while (same < std::min(length, depth_) && open_[same + 1].token == tokens[same + 1]) ++same;
    while (depth_ > same) RETURN_IF_ERROR(Close());
    while (depth_ < length) {
      ++depth_;
      open_[depth_].token = tokens[depth_];
    }
    const uint32_t token = coding_.Token(ngram);
    if (length == 0) {
      unigrams_[token] += count;
    } else {
      open_[length].followers.push_back({token, count, count});
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<LevelSpools>> Finish() {
    while (depth_ > 0) RETURN_IF_ERROR(Close());
    std::vector<LevelSpools> paths;
    for (Level& level : levels_) {
      RETURN_IF_ERROR(level.contexts->Flush());
      RETURN_IF_ERROR(level.ngrams->Flush());
      paths.push_back({level.contexts->path(), level.ngrams->path()});
    }
    return paths;
  }

  const std::vector<uint64_t>& unigrams() const { return unigrams_; }
  const std::vector<CountsOfCounts>& counts_of_counts() const { return counts_of_counts_; }

 private:
  struct Context {
    uint32_t token = 0;  // its oldest token
    uint32_t longer = 0;
    std::vector<Follower> followers;
    size_t enough = kFewFollowers;
  };
  struct Level {
    std::unique_ptr<NumberSpoolWriter> contexts, ngrams;
  };

  // Closes the longest open context.
  absl::Status Close() {
    Context& context = open_[depth_];
    Level& level = levels_[depth_ - 1];
    const bool counted_itself = depth_ + 1 == coding_.order() || context.token == start_id_;
    if (!counted_itself) BringTogether(&context.followers);
    for (const Follower& follower : context.followers) {
      Tally(follower.adjusted, &counts_of_counts_[depth_]);
      const uint32_t pruned = follower.occurrences <= prune_[depth_];
      RETURN_IF_ERROR(
          level.ngrams->Append(std::array{follower.token, follower.adjusted << 1 | pruned}));
      AddToShorter(follower);
    }
    RETURN_IF_ERROR(level.contexts->Append(std::array{
        context.token, static_cast<uint32_t>(context.followers.size()), context.longer}));
    context.followers.clear();
    context.longer = 0;
    context.enough = kFewFollowers;
    --depth_;
    Context& shorter = open_[depth_];
    ++shorter.longer;
    if (shorter.followers.size() >= shorter.enough) {
      BringTogether(&shorter.followers);
      shorter.enough = std::max(kFewFollowers, 2 * shorter.followers.size());
    }
    return absl::OkStatus();
  }

  void AddToShorter(const Follower& follower) {
    if (depth_ == 1) {
      ++unigrams_[follower.token];
    } else {
      open_[depth_ - 1].followers.push_back({follower.token, 1, follower.occurrences});
    }
  }

  const NgramCoding coding_;
  const uint32_t start_id_;
  const std::vector<uint64_t>& prune_;
  std::vector<Context> open_;  // by length
  int depth_ = 0;              // length of the longest open context
  std::vector<Level> levels_;
  std::vector<uint64_t> unigrams_;
  std::vector<CountsOfCounts> counts_of_counts_;
};

}  // namespace

absl::StatusOr<AdjustedCounts> AdjustCounts(const std::vector<NgramRun>& runs,
                                            const NgramCoding& coding, const Vocabulary& vocabulary,
                                            const NgramParts& parts,
                                            const std::vector<uint64_t>& prune,
                                            const NgramCountingSpec& spec) {
  AdjustedCounts adjusted{.unigrams = std::vector<uint64_t>(vocabulary.size()),
                          .counts_of_counts = std::vector<CountsOfCounts>(coding.order()),
                          .levels = std::vector<std::vector<LevelSpools>>(parts.size())};
  std::mutex mutex;  // guards the sums in adjusted
  RETURN_IF_ERROR(WorkInTurn<int>(
      spec.threads,
      [&, next = 0](int* part) mutable -> absl::StatusOr<bool> {
        *part = next++;
        return *part < parts.size();
      },
      [&](int, int* part) -> absl::Status {
        PartAdjuster adjuster(coding, vocabulary, prune);
        RETURN_IF_ERROR(
            adjuster.Begin(JoinPath(spec.folder, absl::StrCat("adjusted-", *part, "-"))));
        RETURN_IF_ERROR(MergeNgramRuns(runs, *part, coding, [&](NgramKey ngram, uint32_t count) {
          return adjuster.Add(ngram, count);
        }));
        ASSIGN_OR_RETURN(adjusted.levels[*part], adjuster.Finish());
        const std::lock_guard<std::mutex> lock(mutex);
        for (size_t token = 0; token < adjusted.unigrams.size(); ++token)
          adjusted.unigrams[token] += adjuster.unigrams()[token];
        for (int order = 1; order <= coding.order(); ++order) {
          for (size_t count = 0; count < std::tuple_size_v<CountsOfCounts>; ++count)
            adjusted.counts_of_counts[order - 1][count] +=
                adjuster.counts_of_counts()[order - 1][count];
        }
        return absl::OkStatus();
      }));
  for (const uint64_t count : adjusted.unigrams) Tally(count, &adjusted.counts_of_counts[0]);
  return adjusted;
}

}  // namespace elman
