#include "trainer/eval/metrics/translation_score.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "data/format/utf8.h"

namespace elman {
namespace {

// Number of occurrences per n-gram. N-grams are views of a text that must outlive them.
using Counts = absl::flat_hash_map<std::string_view, int64_t>;

// Units of a text (words or characters): the start and end of each.
struct Units {
  std::vector<size_t> begins, ends;
  int64_t count() const { return static_cast<int64_t>(begins.size()); }
};

Units Words(std::string_view text) {
  Units units;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    units.begins.push_back(begin);
    units.ends.push_back(end);
    begin = end + 1;
  }
  return units;
}

Units Characters(std::string_view text) {
  Units units;
  for (size_t begin = 0; begin < text.size();) {
    units.begins.push_back(begin);
    begin += DecodeUtf8(text.substr(begin)).size;
    units.ends.push_back(begin);
  }
  return units;
}

Counts CountNgrams(std::string_view text, const Units& units, int n) {
  Counts counts;
  for (int64_t i = 0; i + n <= units.count(); ++i) {
    const size_t begin = units.begins[i];
    ++counts[text.substr(begin, units.ends[i + n - 1] - begin)];
  }
  return counts;
}

int64_t CountMatches(const Counts& translated, const Counts& referred) {
  int64_t matches = 0;
  for (const auto& [ngram, count] : translated) {
    if (const auto found = referred.find(ngram); found != referred.end())
      matches += std::min(count, found->second);
  }
  return matches;
}

int64_t NgramsOf(const Units& units, int n) { return std::max<int64_t>(0, units.count() - n + 1); }

std::string Cased(std::string_view line, bool lowercase) {
  return lowercase ? LowerCaseForScore(line) : std::string(line);
}

const char* CaseName(bool lowercase) { return lowercase ? "case:lc" : "case:mixed"; }

template <size_t kSize>
void AddAll(const std::array<int64_t, kSize>& terms, std::array<int64_t, kSize>* sums) {
  for (size_t i = 0; i < kSize; ++i) (*sums)[i] += terms[i];
}

}  // namespace

void Bleu::Add(std::string_view translation, std::string_view reference) {
  const std::string translated = TokenizeForScore(tokenization_, Cased(translation, lowercase_));
  const std::string referred = TokenizeForScore(tokenization_, Cased(reference, lowercase_));
  const Units ours = Words(translated), theirs = Words(referred);
  length_ += ours.count();
  reference_length_ += theirs.count();
  for (int n = 1; n <= kOrders; ++n) {
    total_[n - 1] += NgramsOf(ours, n);
    correct_[n - 1] +=
        CountMatches(CountNgrams(translated, ours, n), CountNgrams(referred, theirs, n));
  }
}

Bleu& Bleu::operator+=(const Bleu& other) {
  AddAll(other.correct_, &correct_);
  AddAll(other.total_, &total_);
  length_ += other.length_;
  reference_length_ += other.reference_length_;
  return *this;
}

double Bleu::BrevityPenalty() const {
  if (length_ >= reference_length_) return 1;
  if (length_ == 0) return 0;
  return std::exp(1 - static_cast<double>(reference_length_) / static_cast<double>(length_));
}

double Bleu::Score() const {
  if (correct_[0] == 0) return 0;
  double smoothing = 1, log_precisions = 0;
  for (int n = 0; n < kOrders; ++n) {
    // No translation is long enough for n-grams of this order.
    if (total_[n] == 0) return 0;
    if (correct_[n] == 0) smoothing *= 2;
    const double correct = correct_[n] == 0 ? 1 / smoothing : static_cast<double>(correct_[n]);
    log_precisions += std::log(correct / static_cast<double>(total_[n]));
  }
  return 100 * BrevityPenalty() * std::exp(log_precisions / kOrders);
}

std::string Bleu::Signature() const {
  return absl::StrCat("nrefs:1|", CaseName(lowercase_),
                      "|eff:no|tok:", std::string(NameOf(tokenization_)), "|smooth:exp");
}

void Chrf::Add(std::string_view translation, std::string_view reference) {
  const std::string translated = WithoutSpaces(Cased(translation, lowercase_));
  const std::string referred = WithoutSpaces(Cased(reference, lowercase_));
  const Units ours = Characters(translated), theirs = Characters(referred);
  for (int n = 1; n <= kOrders; ++n) {
    // If the reference has no n-grams of this order, the translation does not count for precision.
    if (NgramsOf(theirs, n) > 0) translated_[n - 1] += NgramsOf(ours, n);
    referred_[n - 1] += NgramsOf(theirs, n);
    matched_[n - 1] +=
        CountMatches(CountNgrams(translated, ours, n), CountNgrams(referred, theirs, n));
  }
}

Chrf& Chrf::operator+=(const Chrf& other) {
  AddAll(other.translated_, &translated_);
  AddAll(other.referred_, &referred_);
  AddAll(other.matched_, &matched_);
  return *this;
}

double Chrf::Score() const {
  constexpr double kRecallFactor = 4;  // beta^2, beta = 2
  double precision = 0, recall = 0;
  int orders = 0;
  for (int n = 0; n < kOrders; ++n) {
    if (translated_[n] == 0 || referred_[n] == 0) continue;
    const auto matched = static_cast<double>(matched_[n]);
    precision += matched / static_cast<double>(translated_[n]);
    recall += matched / static_cast<double>(referred_[n]);
    ++orders;
  }
  if (precision + recall == 0) return 0;
  precision /= orders;
  recall /= orders;
  return 100 * (1 + kRecallFactor) * precision * recall / (kRecallFactor * precision + recall);
}

std::string Chrf::Signature() const {
  return absl::StrCat("nrefs:1|", CaseName(lowercase_), "|eff:yes|nc:6|nw:0|space:no");
}

}  // namespace elman
