#include "trainer/eval/ngrams/ngram_table.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

// Returns the first index of [begin, end) whose token is `token`, where tokens ascend; `none` if
// there is none.
template <typename TokenAt>
uint32_t Search(uint32_t begin, uint32_t end, uint32_t token, uint32_t none,
                const TokenAt& token_at) {
  const uint32_t last = end;
  while (begin < end) {
    const uint32_t middle = begin + (end - begin) / 2;
    if (token_at(middle) < token) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin < last && token_at(begin) == token ? begin : none;
}

bool IsLog(uint32_t bits, float most) {
  const float value = std::bit_cast<float>(bits);
  return std::isfinite(value) && value <= most;
}

// Upper limit of log10 probabilities; it allows for rounding errors of other programs.
constexpr float kMaxProbability = 1e-3f;
constexpr float kMaxBackoff = 1e3f;

}  // namespace

std::string NgramTable::ContextsName(int order) { return absl::StrCat("contexts-", order); }
std::string NgramTable::NgramsName(int order) { return absl::StrCat("ngrams-", order); }

absl::StatusOr<NgramTable> NgramTable::Create(const std::string& path, Baseline* baseline) {
  const auto wrong = [&](const std::string& array) {
    return absl::DataLossError(absl::StrCat(path, ": array ", array,
                                            " does not match an n-gram model; make it again "
                                            "with elman-baseline"));
  };
  const auto take = [&](const std::string& name, std::vector<uint32_t>* elements) {
    std::vector<uint32_t>* const found = baseline->Find(name);
    if (found != nullptr) *elements = std::move(*found);
    return found != nullptr;
  };
  NgramTable table;
  const int order = baseline->header.ngram().orders_size();
  const auto ids = static_cast<uint32_t>(baseline->header.fields(0).vocabulary().size());
  if (order < 1 || !take("unigrams", &table.unigrams_) || table.unigrams_.size() != ids ||
      !std::ranges::all_of(table.unigrams_, [](uint32_t p) { return IsLog(p, kMaxProbability); }))
    return wrong("unigrams");
  if (take("aliases", &table.aliases_) &&
      (table.aliases_.size() != ids ||
       !std::ranges::all_of(table.aliases_, [ids](uint32_t token) { return token < ids; })))
    return wrong("aliases");
  table.levels_.resize(order - 1);
  for (int n = 2; n <= order; ++n) {
    Level& level = table.levels_[n - 2];
    if (!take(ContextsName(n), &level.contexts) || !take(NgramsName(n), &level.ngrams))
      return wrong(ContextsName(n));
  }
  // All contexts of length 1 extend the empty context.
  std::vector<uint32_t> extended = {
      order > 1 ? static_cast<uint32_t>(table.levels_[0].contexts.size() / kContextNumbers) : 0};
  for (int n = 2; n <= order; ++n) {
    absl::StatusOr<std::vector<uint32_t>> next = table.levels_[n - 2].Index(ids, extended);
    if (!next.ok()) return wrong(absl::StrCat(next.status().message(), n));
    extended = *std::move(next);
  }
  if (std::ranges::any_of(extended, [order](uint32_t longer) { return order > 1 && longer > 0; }))
    return wrong(ContextsName(order));
  table.context_of_token_.assign(ids, kNone);
  for (uint32_t i = 0; order > 1 && i < table.levels_[0].size(); ++i)
    table.context_of_token_[table.levels_[0].token(i)] = i;
  return table;
}

absl::StatusOr<std::vector<uint32_t>> NgramTable::Level::Index(
    uint32_t ids, const std::vector<uint32_t>& extended) {
  absl::Status bad_contexts = absl::DataLossError("contexts-");
  absl::Status bad_ngrams = absl::DataLossError("ngrams-");
  constexpr uint64_t kMax = kNone / kContextNumbers;
  if (contexts.size() % kContextNumbers != 0 || contexts.size() / kContextNumbers >= kMax)
    return bad_contexts;
  if (ngrams.size() % kNgramNumbers != 0 || ngrams.size() / kNgramNumbers >= kMax)
    return bad_ngrams;
  std::vector<uint32_t> longer(size());
  uint64_t context = 0, ngram = 0, longer_contexts = 0;
  for (const uint32_t children : extended) {
    if (children > size() - context) return bad_contexts;
    const uint64_t first = context;
    for (; context < first + children; ++context) {
      uint32_t* const numbers = &contexts[kContextNumbers * context];
      if (numbers[0] >= ids || (context > first && numbers[0] <= token(context - 1)) ||
          numbers[1] > ngram_count() - ngram || !IsLog(numbers[3], kMaxBackoff))
        return bad_contexts;
      for (uint64_t i = ngram; i < ngram + numbers[1]; ++i) {
        if (ngram_token(i) >= ids || (i > ngram && ngram_token(i) <= ngram_token(i - 1)) ||
            !IsLog(ngrams[kNgramNumbers * i + 1], kMaxProbability))
          return bad_ngrams;
      }
      longer[context] = numbers[2];
      ngram += std::exchange(numbers[1], static_cast<uint32_t>(ngram));
      longer_contexts += std::exchange(numbers[2], static_cast<uint32_t>(longer_contexts));
      if (longer_contexts >= kMax) return bad_contexts;
    }
  }
  if (context != size()) return bad_contexts;
  if (ngram != ngram_count()) return bad_ngrams;
  return longer;
}

uint32_t NgramTable::FindContext(size_t length, uint32_t shorter, uint32_t token) const {
  if (length == 1) return context_of_token_[token];
  const Level& level = levels_[length - 1];
  return Search(levels_[length - 2].first_longer(shorter), end_of_longer(length - 1, shorter),
                token, kNone, [&](uint32_t context) { return level.token(context); });
}

uint32_t NgramTable::FindNgram(const Level& level, uint32_t context, uint32_t token) const {
  return Search(level.first_ngram(context), level.first_ngram(context + 1), token, kNone,
                [&](uint32_t ngram) { return level.ngram_token(ngram); });
}

double NgramTable::Log10Probability(std::span<const uint32_t> context, uint32_t token) const {
  std::array<uint32_t, 128> path;  // the contexts found, from the shortest on
  size_t length = 0;
  while (length < std::min(context.size(), levels_.size())) {
    const uint32_t found =
        FindContext(length + 1, length == 0 ? 0 : path[length - 1], alias(context[length]));
    if (found == kNone) break;
    path[length++] = found;
  }
  token = alias(token);
  double backoff = 0;
  for (; length > 0; --length) {
    const Level& level = levels_[length - 1];
    const uint32_t ngram = FindNgram(level, path[length - 1], token);
    if (ngram != kNone) return backoff + level.probability(ngram);
    backoff += level.backoff(path[length - 1]);
  }
  return backoff + std::bit_cast<float>(unigrams_[token]);
}

std::optional<float> NgramTable::BackoffOf(std::span<const uint32_t> context) const {
  if (context.size() > levels_.size()) return std::nullopt;
  uint32_t found = 0;
  for (size_t length = 1; length <= context.size(); ++length) {
    found = FindContext(length, found, context[length - 1]);
    if (found == kNone) return std::nullopt;
  }
  return levels_[context.size() - 1].backoff(found);
}

absl::Status NgramTable::ForEach(int order, const Visit& visit) const {
  std::vector<uint32_t> tokens;
  if (order == 1) {
    for (uint32_t token = 0; token < unigrams_.size(); ++token) {
      if (alias(token) != token) continue;
      tokens = {token};
      RETURN_IF_ERROR(visit(tokens, std::bit_cast<float>(unigrams_[token]), BackoffOf(tokens)));
    }
    return absl::OkStatus();
  }
  for (uint32_t context = 0; context < levels_[0].size(); ++context)
    RETURN_IF_ERROR(ForEachBehind(1, context, order, &tokens, visit));
  return absl::OkStatus();
}

// `tokens` has the context's tokens, the newest first, except the oldest one.
absl::Status NgramTable::ForEachBehind(size_t length, uint32_t context, int order,
                                       std::vector<uint32_t>* tokens, const Visit& visit) const {
  const Level& level = levels_[length - 1];
  tokens->push_back(level.token(context));
  if (length + 1 == static_cast<size_t>(order)) {
    std::vector<uint32_t> ngram(tokens->rbegin(), tokens->rend());
    ngram.push_back(0);
    for (uint32_t i = level.first_ngram(context); i < level.first_ngram(context + 1); ++i) {
      ngram.back() = level.ngram_token(i);
      const std::vector<uint32_t> as_context(ngram.rbegin(), ngram.rend());
      RETURN_IF_ERROR(visit(ngram, level.probability(i), BackoffOf(as_context)));
    }
  } else {
    const uint32_t end = end_of_longer(length, context);
    for (uint32_t longer = level.first_longer(context); longer < end; ++longer)
      RETURN_IF_ERROR(ForEachBehind(length + 1, longer, order, tokens, visit));
  }
  tokens->pop_back();
  return absl::OkStatus();
}

}  // namespace elman
