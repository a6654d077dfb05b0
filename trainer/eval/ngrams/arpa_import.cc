#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/format/utf8.h"
#include "data/io/paths.h"
#include "data/io/status_macros.h"
#include "data/text/line_reader.h"
#include "data/text/piece_table.h"
#include "trainer/eval/baselines/baseline_file.h"
#include "trainer/eval/ngrams/arpa.h"
#include "trainer/eval/ngrams/ngram_key.h"

namespace elman {
namespace {

template <typename Number>
bool ParseNumber(std::string_view text, Number* number) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), *number);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

void SplitFields(std::string_view line, std::vector<std::string_view>* fields) {
  fields->clear();
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.empty()) return;
    fields->push_back(line.substr(0, line.find_first_of(" \t")));
    line.remove_prefix(fields->back().size());
  }
}

struct ArpaNgram {
  std::vector<std::string_view> words;
  float probability = 0;
  float backoff = 0;  // 0 if the file has none
};

// Parses the lines of an ARPA file. Views are valid until the next line.
class ArpaReader {
 public:
  explicit ArpaReader(const std::string& path) : path_(path), lines_({path}) {}

  // Reads the header and returns the announced number of n-grams of each order.
  absl::StatusOr<std::vector<uint64_t>> ReadCounts() {
    do {
      RETURN_IF_ERROR(NextLine());
    } while (line_ != "\\data\\");
    std::vector<uint64_t> counts;
    for (;;) {
      RETURN_IF_ERROR(NextLine());
      if (line_.empty()) continue;
      const std::string announced = absl::StrCat("ngram ", counts.size() + 1, "=");
      if (!line_.starts_with(announced)) break;
      uint64_t count = 0;
      if (!ParseNumber(line_.substr(announced.size()), &count))
        return Wrong("the numbers of n-grams");
      counts.push_back(count);
    }
    if (counts.empty()) return Wrong("'ngram 1=' and a number");
    return counts;
  }

  // Expects that the current line, or the next one that is not empty, begins the section of an
  // order.
  absl::Status BeginOrder(size_t order) {
    wanted_ = absl::StrCat("\\", order, "-grams:");
    while (line_.empty()) RETURN_IF_ERROR(NextLine());
    if (line_ != wanted_) return Wrong(wanted_);
    wanted_ = "\\end\\";
    return absl::OkStatus();
  }

  absl::Status ReadNgram(size_t order, ArpaNgram* ngram) {
    RETURN_IF_ERROR(NextLine());
    SplitFields(line_, &fields_);
    const bool has_backoff = fields_.size() == order + 2;
    ngram->backoff = 0;
    if ((fields_.size() != order + 1 && !has_backoff) ||
        !ParseNumber(fields_[0], &ngram->probability) ||
        (has_backoff && !ParseNumber(fields_.back(), &ngram->backoff)) ||
        !(ngram->probability <= 0) || !(ngram->backoff <= kMaxBackoff)) {
      return Wrong(absl::StrCat("a log10 probability, ", order, order == 1 ? " word" : " words",
                                " and an optional log10 backoff"));
    }
    ngram->probability = std::max(ngram->probability, NgramTable::kNever);
    ngram->backoff = std::max(ngram->backoff, NgramTable::kNever);
    ngram->words.assign(fields_.begin() + 1, fields_.begin() + 1 + static_cast<ptrdiff_t>(order));
    return absl::OkStatus();
  }

  absl::Status End() {
    while (line_.empty()) RETURN_IF_ERROR(NextLine());
    return line_ == "\\end\\" ? absl::OkStatus() : Wrong("\\end\\");
  }
  // Ends the current section.
  void EndOrder() { line_ = {}; }

  absl::Status Wrong(std::string_view expected) const {
    return absl::DataLossError(absl::StrCat(
        path_, ": line ", lines_.line(), ": expected ", std::string(expected), ", found '",
        std::string(line_.substr(0, 80)), "'; give a file in ARPA format"));
  }

 private:
  static constexpr float kMaxBackoff = 1e3f;

  absl::Status NextLine() {
    ASSIGN_OR_RETURN(const bool more, lines_.Next(&piece_));
    line_ = more ? piece_.text : std::string_view();
    while (line_.ends_with(' ') || line_.ends_with('\t')) line_.remove_suffix(1);
    if (!more) {
      return absl::DataLossError(absl::StrCat(path_, ": line ", lines_.line(),
                                              ": the file ends too early, without ", wanted_,
                                              "; give a file in ARPA format"));
    }
    return piece_.ends && !piece_.continues ? absl::OkStatus() : Wrong("a shorter line");
  }

  const std::string path_;
  LineReader lines_;
  LinePiece piece_;
  std::string_view line_;
  std::vector<std::string_view> fields_;
  std::string wanted_ = "\\data\\";  // the next line that begins a section
};

// A number for an n-gram, or for a context, which is an n-gram with the token 0.
struct KeyedNumber {
  NgramKey key = 0;
  float number = 0;
};

// Collects contexts and n-grams by length of the context, and sorts them into the order of the
// tree.
class TableMaker {
 public:
  TableMaker(const Vocabulary& vocabulary, int order)
      : vocabulary_(vocabulary),
        coding_(order, vocabulary.size()),
        unigrams_(vocabulary.size(), std::numeric_limits<float>::quiet_NaN()),
        ngrams_(order),
        contexts_(order) {
    for (uint32_t id = 0; id < vocabulary.size(); ++id)
      ids_.FindOrAdd(ArpaSpelling(vocabulary.piece(id)));
  }

  // Returns false if the n-gram has a word that is not in the vocabulary.
  bool Add(const ArpaNgram& ngram) {
    tokens_.clear();
    for (std::string_view word : ngram.words) {
      if (word == "<UNK>") word = kUnknownPiece;
      if (ngram.words.size() == 1 && word == kUnknownPiece) unknown_ = ngram.probability;
      tokens_.push_back(ids_.Find(word));
      if (tokens_.back() == PieceTable::kNone) return false;
    }
    const size_t order = tokens_.size();
    if (order == 1) {
      unigrams_[tokens_[0]] = ngram.probability;
    } else {
      ngrams_[order - 1].push_back({KeyOf(order - 1, tokens_.back()), ngram.probability});
    }
    if (ngram.backoff != 0 && order < ngrams_.size())
      contexts_[order].push_back({KeyOf(order, 0), ngram.backoff});
    return true;
  }

  // Returns false if an n-gram occurs twice.
  bool Finish() {
    for (size_t length = contexts_.size() - 1; length > 0; --length) {
      std::vector<KeyedNumber>& ngrams = ngrams_[length];
      std::ranges::sort(ngrams, {}, &KeyedNumber::key);
      if (std::ranges::adjacent_find(ngrams, {}, &KeyedNumber::key) != ngrams.end()) return false;
      // Given backoffs are sorted before others.
      std::vector<KeyedNumber>& contexts = contexts_[length];
      for (const KeyedNumber& ngram : ngrams) contexts.push_back({ngram.key - Token(ngram.key), 0});
      if (length + 1 < contexts_.size()) {
        for (const KeyedNumber& longer : contexts_[length + 1])
          contexts.push_back({Shorter(longer.key, length), 0});
      }
      std::ranges::stable_sort(contexts, {}, &KeyedNumber::key);
      const auto same = [](const KeyedNumber& a, const KeyedNumber& b) { return a.key == b.key; };
      contexts.erase(std::unique(contexts.begin(), contexts.end(), same), contexts.end());
    }
    return true;
  }

  std::vector<BaselineArraySource> Arrays(NgramModelSpec* spec) const {
    std::vector<uint32_t> unigrams, aliases;
    for (uint32_t id = 0; id < vocabulary_.size(); ++id) {
      const bool has_unknown = vocabulary_.unknown_id() < vocabulary_.size();
      const bool alias =
          std::isnan(unigrams_[id]) && id < vocabulary_.predicted_size() && has_unknown;
      aliases.push_back(alias ? vocabulary_.unknown_id() : id);
      const float missing = id < vocabulary_.predicted_size() ? unknown_ : NgramTable::kNever;
      unigrams.push_back(
          std::bit_cast<uint32_t>(std::isnan(unigrams_[id]) ? missing : unigrams_[id]));
    }
    spec->add_orders()->set_ngrams(
        static_cast<uint64_t>(std::ranges::count_if(unigrams_, [](float p) { return p <= 0; })));
    std::vector<BaselineArraySource> arrays = {SourceOf("unigrams", std::move(unigrams)),
                                               SourceOf("aliases", std::move(aliases))};
    for (size_t length = 1; length < ngrams_.size(); ++length) {
      const int order = static_cast<int>(length) + 1;
      NgramModelSpec::Order* const described = spec->add_orders();
      described->set_ngrams(ngrams_[length].size());
      described->set_contexts(contexts_[length].size());
      arrays.push_back(SourceOf(NgramTable::ContextsName(order), ContextArray(length)));
      std::vector<uint32_t> elements;
      for (const KeyedNumber& ngram : ngrams_[length]) {
        elements.push_back(Token(ngram.key));
        elements.push_back(std::bit_cast<uint32_t>(ngram.number));
      }
      arrays.push_back(SourceOf(NgramTable::NgramsName(order), std::move(elements)));
    }
    return arrays;
  }

 private:
  uint32_t Token(NgramKey key) const { return coding_.Token(key); }

  // Returns the key of the first `length` tokens of tokens_ as context, followed by a token.
  NgramKey KeyOf(size_t length, uint32_t token) const {
    NgramKey context = coding_.Context(vocabulary_.pad_id(), vocabulary_.pad_id());
    for (size_t i = 0; i < length; ++i) context = coding_.Extend(context, tokens_[i]);
    return coding_.Ngram(context, token);
  }

  // Returns the `length` newest tokens of a context.
  NgramKey Shorter(NgramKey context, size_t length) const {
    NgramKey shorter = coding_.Context(vocabulary_.pad_id(), vocabulary_.pad_id());
    for (size_t age = length; age > 0; --age)
      shorter = coding_.Extend(shorter, coding_.ContextToken(context, static_cast<int>(age)));
    return coding_.Ngram(shorter, 0);
  }

  std::vector<uint32_t> ContextArray(size_t length) const {
    std::vector<uint32_t> elements;
    auto ngram = ngrams_[length].begin();
    const std::vector<KeyedNumber> none;
    const std::vector<KeyedNumber>& longer =
        length + 1 < contexts_.size() ? contexts_[length + 1] : none;
    auto next = longer.begin();
    for (const KeyedNumber& context : contexts_[length]) {
      uint32_t followers = 0, extensions = 0;
      for (; ngram != ngrams_[length].end() && ngram->key - Token(ngram->key) == context.key;
           ++ngram)
        ++followers;
      for (; next != longer.end() && Shorter(next->key, length) == context.key; ++next)
        ++extensions;
      elements.insert(elements.end(),
                      {coding_.ContextToken(context.key, static_cast<int>(length)), followers,
                       extensions, std::bit_cast<uint32_t>(context.number)});
    }
    return elements;
  }

  const Vocabulary& vocabulary_;
  const NgramCoding coding_;
  PieceTable ids_;  // maps spellings to tokens
  float unknown_ = NgramTable::kNoUnknown;
  std::vector<float> unigrams_;                     // by token; NaN if missing
  std::vector<std::vector<KeyedNumber>> ngrams_;    // by length of the context
  std::vector<std::vector<KeyedNumber>> contexts_;  // by length
  std::vector<uint32_t> tokens_;                    // of the current n-gram
};

}  // namespace

absl::Status ImportArpa(const Dataset& dataset, const std::string& arpa, const std::string& path) {
  ArpaReader reader(arpa);
  ASSIGN_OR_RETURN(const std::vector<uint64_t> counts, reader.ReadCounts());
  const Vocabulary& vocabulary = dataset.vocabulary();
  const int order = static_cast<int>(std::min<size_t>(counts.size(), 1000));
  RETURN_IF_ERROR(NgramCoding::Check(order, vocabulary.size()));
  TableMaker maker(vocabulary, order);
  ArpaNgram ngram;
  for (size_t n = 1; n <= counts.size(); ++n) {
    RETURN_IF_ERROR(reader.BeginOrder(n));
    for (uint64_t i = 0; i < counts[n - 1]; ++i) {
      RETURN_IF_ERROR(reader.ReadNgram(n, &ngram));
      maker.Add(ngram);
    }
    reader.EndOrder();
  }
  RETURN_IF_ERROR(reader.End());
  if (!maker.Finish()) return absl::DataLossError(arpa + ": contains an n-gram twice");
  ASSIGN_OR_RETURN(BaselineHeader header, HeaderFor(dataset));
  header.clear_examples();
  header.clear_tokens();
  header.mutable_ngram()->set_source(ReplaceInvalidUtf8(FileNameOf(arpa)));
  const std::vector<BaselineArraySource> arrays = maker.Arrays(header.mutable_ngram());
  return WriteBaseline(dataset, std::move(header), arrays, path);
}

}  // namespace elman
