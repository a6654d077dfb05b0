// Benchmarks of tokenizers on one thread. The corpus is the file in ELMAN_BENCH_CORPUS or, by
// default, generated words.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/io/read_file.h"
#include "data/tokenizer/sentencepiece.h"
#include "data/tokenizer/tokenizer.h"
#include "data/tokenizer/tokenizer_factory.h"
#include "data/tokenizer/vocabulary_builder.h"

namespace elman {
namespace {

constexpr uint64_t kMaxCorpusBytes = uint64_t{1} << 30;
constexpr size_t kTrainingLines = 100'000;

[[noreturn]] void Fail(const absl::Status& status) {
  std::fprintf(stderr, "elman-bench: error: %s\n", std::string(status.message()).c_str());
  std::exit(1);
}

template <typename T>
T ValueOrFail(absl::StatusOr<T> value) {
  if (!value.ok()) Fail(value.status());
  return *std::move(value);
}

// Generates words with frequencies by Zipf's law, in lines of about 12 words with punctuation.
std::string MadeCorpus() {
  constexpr size_t kBytes = size_t{32} << 20;
  constexpr double kWords = 200'000;
  std::string text;
  uint32_t random = 1;
  const auto draw = [&] { return random = random * 1664525 + 1013904223; };
  for (int i = 1; text.size() < kBytes; ++i) {
    const double uniform = (draw() >> 8) / double{1 << 24};
    auto rank = static_cast<uint32_t>(std::pow(kWords, uniform));
    for (rank = rank * 7 + 3; rank > 0; rank /= 11) text += "etaoinshrdl"[rank % 11];
    if (draw() >> 29 == 0) text += ",.;'"[random >> 27 & 3];
    text += i % 12 == 0 ? '\n' : ' ';
  }
  return text;
}

const std::vector<std::string_view>& Lines() {
  static const auto* const lines = [] {
    const char* path = std::getenv("ELMAN_BENCH_CORPUS");
    const auto* text = new std::string(
        path == nullptr ? MadeCorpus() : ValueOrFail(ReadFile(path, kMaxCorpusBytes)));
    auto* cut = new std::vector<std::string_view>;
    for (size_t begin = 0; begin < text->size();) {
      const size_t end = std::min(text->find('\n', begin), text->size());
      cut->push_back(std::string_view(*text).substr(begin, end - begin));
      begin = end + 1;
    }
    return cut;
  }();
  return *lines;
}

TokenizerSpec SpecOf(TokenizerSpec::Kind kind) {
  TokenizerSpec spec;
  spec.set_kind(kind);
  if (IsSubword(kind)) spec.set_vocab_size(8000);
  return spec;
}

struct Trained {
  std::string model;
  std::unique_ptr<Vocabulary> vocabulary;
  std::unique_ptr<Tokenizer> tokenizer;
};

const Trained& TrainedOf(TokenizerSpec::Kind kind) {
  static auto* const all = new std::vector<Trained>(TokenizerSpec::Kind_ARRAYSIZE);
  Trained& trained = (*all)[kind];
  if (trained.tokenizer != nullptr) return trained;
  const TokenizerSpec spec = SpecOf(kind);
  absl::StatusOr<Vocabulary> vocabulary;
  if (IsSubword(kind)) {
    const auto& lines = Lines();
    std::vector<std::string> sample;
    for (size_t i = 0; i < lines.size(); i += lines.size() / kTrainingLines + 1)
      sample.emplace_back(lines[i]);
    trained.model = ValueOrFail(TrainSentencePiece(spec, sample));
    vocabulary = BuildSentencePieceVocabulary(trained.model);
  } else if (kind == TokenizerSpec::BYTE) {
    vocabulary = BuildByteVocabulary();
  } else {
    PieceCounts counts;
    for (const std::string_view line : Lines()) counts.AddLine(spec, line);
    vocabulary = BuildCountedVocabulary(spec, counts);
  }
  trained.vocabulary = std::make_unique<Vocabulary>(ValueOrFail(std::move(vocabulary)));
  trained.tokenizer = ValueOrFail(CreateTokenizer(spec, *trained.vocabulary, trained.model));
  return trained;
}

// Measures the time of `visit` for every line of the corpus.
void TimeLines(benchmark::State& state, const std::function<void(std::string_view)>& visit) {
  double bytes = 0;
  for (const std::string_view line : Lines()) bytes += static_cast<double>(line.size() + 1);
  for (auto _ : state) {
    for (const std::string_view line : Lines()) visit(line);
  }
  state.counters["MB/s"] =
      benchmark::Counter(bytes * 1e-6, benchmark::Counter::kIsIterationInvariantRate);
}

// Converts text to ids.
void Tokenize(benchmark::State& state, TokenizerSpec::Kind kind) {
  const Tokenizer& tokenizer = *TrainedOf(kind).tokenizer;
  std::vector<uint32_t> ids;
  TimeLines(state, [&](std::string_view line) {
    ids.clear();
    tokenizer.Encode(line, &ids);
    benchmark::DoNotOptimize(ids.data());
  });
}

// The same with SentencePiece directly, line by line.
void SentencePieceLines(benchmark::State& state, TokenizerSpec::Kind kind) {
  std::string error;
  const auto model = SentencePiece::Load(TrainedOf(kind).model, &error);
  std::vector<uint32_t> ids;
  TimeLines(state, [&](std::string_view line) {
    ids.clear();
    model->EncodeAtOnce(line, &ids);
    benchmark::DoNotOptimize(ids.data());
  });
}

// Counts the pieces of the text, for a vocabulary.
void CountPieces(benchmark::State& state, TokenizerSpec::Kind kind) {
  const TokenizerSpec spec = SpecOf(kind);
  PieceCounts counts;
  TimeLines(state, [&](std::string_view line) { counts.AddLine(spec, line); });
}

BENCHMARK_CAPTURE(Tokenize, word, TokenizerSpec::WORD);
BENCHMARK_CAPTURE(Tokenize, whitespace, TokenizerSpec::WHITESPACE);
BENCHMARK_CAPTURE(Tokenize, character, TokenizerSpec::CHARACTER);
BENCHMARK_CAPTURE(Tokenize, byte, TokenizerSpec::BYTE);
BENCHMARK_CAPTURE(Tokenize, bpe, TokenizerSpec::BPE);
BENCHMARK_CAPTURE(Tokenize, unigram, TokenizerSpec::UNIGRAM);
BENCHMARK_CAPTURE(SentencePieceLines, bpe, TokenizerSpec::BPE);
BENCHMARK_CAPTURE(SentencePieceLines, unigram, TokenizerSpec::UNIGRAM);
BENCHMARK_CAPTURE(CountPieces, word, TokenizerSpec::WORD);
BENCHMARK_CAPTURE(CountPieces, whitespace, TokenizerSpec::WHITESPACE);

}  // namespace
}  // namespace elman
