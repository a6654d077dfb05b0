#include "trainer/validation/validation_samples.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <numbers>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "data/features/feature_reader.h"
#include "data/format/utf8.h"
#include "data/io/status_macros.h"
#include "data/shards/example_reader.h"
#include "data/shards/raw_text_reader.h"
#include "data/text/task_fields.h"
#include "data/tokenizer/detokenizer.h"
#include "trainer/eval/decoding/batch_builder.h"
#include "trainer/eval/decoding/batch_decoder.h"
#include "trainer/eval/decoding/sampler.h"
#include "trainer/eval/decoding/token_sequence.h"
#include "trainer/eval/decoding/translation_search.h"
#include "trainer/eval/evaluators/translation_text.h"
#include "trainer/network/models/labeler.h"
#include "trainer/network/models/language_model.h"
#include "trainer/network/models/spec_shapes.h"
#include "trainer/validation/nearest_words.h"

namespace elman {
namespace {

constexpr uint64_t kExamplesLookedAt = 1000;
constexpr uint64_t kCacheBytes = uint64_t{2} << 20;
// Lengths of inputs in tokens. Shorter examples, and those with words that cannot be spelled, are
// shown only if there are too few others.
constexpr size_t kGoodLength = 3, kGoodLengthOfText = 8, kMaxTokens = 120;
constexpr int kMaxLines = 3;  // per text
constexpr size_t kPromptBytes = 60, kMaxBytes = 400;
// Limits of generated text: tokens, characters.
constexpr int kMaxGenerated = 60, kMaxGeneratedCharacters = 240;
constexpr double kTemperature = 0.7;
// What the report draws: number of samples, maximum number of tokens of a text, and of a sentence.
constexpr int kWordsPerSample = 4;  // of word vectors; a word takes a line in the report
constexpr size_t kDrawnSamples = 2, kDrawnTokens = 120, kDrawnWords = 30;
constexpr std::string_view kUnknownMark = "\u2047";  // of an unknown word, as in SentencePiece

// An example as ids, by field; the second is empty for tasks with one field.
struct Example {
  std::vector<uint32_t> fields[2];
  std::vector<float> features = {};  // of the first field, if the model reads features
  // If the data set has them: the spelling of words that are <unk>, or the reference.
  std::vector<std::string> raw_texts = {};
};

// The text of ids. An unknown word becomes kUnknownMark: its spelling is not in the data set.
std::string Text(TokenizerSpec::Kind kind, const Vocabulary& vocabulary,
                 std::span<const uint32_t> ids) {
  const std::vector<std::string> marks(std::ranges::count(ids, vocabulary.unknown_id()),
                                       std::string(kUnknownMark));
  return Detokenize(kind, vocabulary, ids, marks);
}

// Shortens text to valid UTF-8 of at most kMaxBytes and appends a mark if it was longer.
std::string Shown(std::string_view text) {
  if (text.size() <= kMaxBytes) return ReplaceInvalidUtf8(text);
  size_t end = kMaxBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return ReplaceInvalidUtf8(text.substr(0, end)) + " ...";
}

class TextSamples : public ValidationSamples {
 public:
  TextSamples(const Dataset& dataset, const TrainingConfig& config, std::vector<Example> examples,
              Model* model)
      : kind_(dataset.manifest().fields(0).tokenizer().kind()),
        vocabulary_(dataset.vocabulary()),
        seed_(config.seed()),
        examples_(std::move(examples)),
        end_{.max_tokens = Characters() ? kMaxGeneratedCharacters : kMaxGenerated,
             .lines = kMaxLines},
        sampler_({.temperature = kTemperature}, static_cast<int32_t>(vocabulary_.unknown_id())),
        model_(model->AsLanguageModel()),
        decoder_(model_, /*width=*/1) {}

  std::vector<Sample> Make(int64_t step) override {
    std::vector<Sample> samples;
    std::vector<BatchDecoder::Job> jobs;
    for (const Example& example : examples_) {
      const auto number = static_cast<uint64_t>(step) * examples_.size() + jobs.size();
      jobs.push_back(Begin(example, number, &samples.emplace_back()));
    }
    decoder_.Run(jobs, /*first=*/0, [](const BatchDecoder::Job&) {});
    for (size_t i = 0; i < jobs.size(); ++i)
      samples[i].output = Shown(jobs[i].decoder->text().text());
    for (size_t i = 0; i < std::min(samples.size(), kDrawnSamples); ++i)
      AddSurprisal(examples_[i], &samples[i]);
    return samples;
  }

 private:
  bool Characters() const {
    return kind_ == TokenizerSpec::CHARACTER || kind_ == TokenizerSpec::BYTE;
  }

  // Turns the tokens of a line into text, with the spelling of unknown words.
  class LineText {
   public:
    LineText(TokenizerSpec::Kind kind, const Vocabulary* vocabulary, const Example& example)
        : vocabulary_(*vocabulary), detokenizer_(kind, vocabulary), unknown_(example.raw_texts) {}

    void Append(uint32_t id, std::string* text) {
      if (id != vocabulary_.unknown_id()) return detokenizer_.Append(id, text);
      detokenizer_.AppendPiece(unknown_.empty() ? std::string(kUnknownMark) : unknown_.front(),
                               text);
      if (!unknown_.empty()) unknown_ = unknown_.subspan(1);
    }

    const Detokenizer& detokenizer() const { return detokenizer_; }

   private:
    const Vocabulary& vocabulary_;
    Detokenizer detokenizer_;
    std::span<const std::string> unknown_;
  };

  // Adds the surprisal of the line's first tokens, -log2 P(token | the tokens before it).
  void AddSurprisal(const Example& example, Sample* sample) {
    const std::vector<uint32_t>& line = example.fields[0];
    const size_t tokens = std::min<size_t>(
        std::ranges::find(line, vocabulary_.end_id()) - line.begin(), kDrawnTokens);
    Batch batch;
    batch.steps = static_cast<int>(tokens);
    batch.rows = 1;
    batch.inputs = {static_cast<int32_t>(vocabulary_.end_id())};
    batch.targets.assign(line.begin(), line.begin() + static_cast<int64_t>(tokens));
    batch.inputs.insert(batch.inputs.end(), batch.targets.begin(), batch.targets.end());
    batch.inputs.pop_back();
    batch.target_count = static_cast<int64_t>(tokens);
    std::vector<double> losses(tokens);
    std::vector<float> carry(model_->carry_size(1));
    workspace_.Reset();
    model_->Begin(1, carry.data());
    model_->Evaluate(batch, carry.data(), losses, &workspace_);

    LineText text(kind_, &vocabulary_, example);
    std::string all;
    size_t shown = 0;
    double bits = 0;
    for (size_t i = 0; i < tokens; ++i) {
      text.Append(line[i], &all);
      bits += losses[i] / std::numbers::ln2;
      // A token may end within a character, for example if it is a byte.
      if (!IsValidUtf8(std::string_view(all).substr(shown)) && i + 1 < tokens) continue;
      sample->tokens.push_back(ReplaceInvalidUtf8(std::string_view(all).substr(shown)));
      sample->surprisal.push_back(bits);
      shown = all.size();
      bits = 0;
    }
  }

  // The model reads the first half of a line, or less if the line is long.
  BatchDecoder::Job Begin(const Example& example, uint64_t number, Sample* sample) const {
    const std::vector<uint32_t>& line = example.fields[0];
    LineText text(kind_, &vocabulary_, example);
    // A line starts after the end-of-line token of the previous one.
    BatchDecoder::Job job{{static_cast<int32_t>(vocabulary_.end_id())}, nullptr};
    size_t read = 0;
    std::string prompt;
    for (; read < line.size() / 2 && prompt.size() < kPromptBytes; ++read) {
      job.prompt.push_back(static_cast<int32_t>(line[read]));
      text.Append(line[read], &prompt);
    }
    job.decoder = std::make_unique<SampledText>(
        GeneratedText(&end_, &vocabulary_, text.detokenizer()), &sampler_, seed_, number);
    std::string rest;
    for (; read < line.size() && line[read] != vocabulary_.end_id(); ++read)
      text.Append(line[read], &rest);
    sample->input = Shown(prompt);
    sample->expected = Shown(rest);
    return job;
  }

  const TokenizerSpec::Kind kind_;
  const Vocabulary& vocabulary_;
  const uint64_t seed_;
  const std::vector<Example> examples_;
  const TextEnd end_;
  mutable Sampler sampler_;
  LanguageModel* const model_;
  BatchDecoder decoder_;
  Workspace workspace_;
};

class LabelSamples : public ValidationSamples {
 public:
  LabelSamples(const Dataset& dataset, std::vector<Example> examples, Model* model)
      : tags_(dataset.manifest().task() == TAGGING),
        kind_(dataset.manifest().fields(0).tokenizer().kind()),
        text_(dataset.vocabulary(0)),
        labels_(dataset.vocabulary(1)),
        examples_(std::move(examples)),
        model_(model->AsLabeler()) {
    BatchBuilder builder(text_.pad_id());
    for (const Example& example : examples_) builder.Add({example.fields[0], example.features});
    batch_ = builder.Build();
    batch_.targets.assign(tags_ ? batch_.inputs.size() : examples_.size(), kNoTarget);
    for (size_t row = 0; row < examples_.size(); ++row) {
      const std::vector<uint32_t>& targets = examples_[row].fields[1];
      for (size_t t = 0; t < targets.size(); ++t)
        if (targets[t] != labels_.no_label_id()) batch_.targets[t * examples_.size() + row] = 0;
    }
  }

  std::vector<Sample> Make(int64_t /*step*/) override {
    std::vector<int32_t> predicted(batch_.targets.size());
    workspace_.Reset();
    model_->Predict(batch_, predicted, /*probabilities=*/{}, &workspace_);
    std::vector<Sample> samples;
    for (size_t row = 0; row < examples_.size(); ++row) {
      const auto& [text, gold] = examples_[row].fields;
      std::vector<uint32_t> found(gold.size());
      for (size_t t = 0; t < gold.size(); ++t) {
        const int32_t label = predicted[t * examples_.size() + row];
        found[t] = label == kNoTarget ? labels_.no_label_id() : static_cast<uint32_t>(label);
      }
      samples.push_back(
          {Shown(Text(kind_, text_, text)), Labeled(text, gold), Labeled(text, found)});
    }
    return samples;
  }

 private:
  std::string Labeled(const std::vector<uint32_t>& text,
                      const std::vector<uint32_t>& labels) const {
    if (!tags_) return labels_.LabelName(labels[0]);
    std::string words;
    for (size_t begin = 0, end = 0; begin < text.size(); begin = end) {
      for (end = begin + 1; end < text.size() && labels[end] == labels_.no_label_id();) ++end;
      std::string word = Text(kind_, text_, std::span(text).subspan(begin, end - begin));
      while (word.starts_with(' ')) word.erase(0, 1);
      absl::StrAppend(&words, begin > 0 ? " " : "", word, "/", labels_.LabelName(labels[begin]));
    }
    return Shown(words);
  }

  const bool tags_;
  const TokenizerSpec::Kind kind_;
  const Vocabulary& text_;
  const Vocabulary& labels_;
  const std::vector<Example> examples_;
  Labeler* const model_;
  Batch batch_;
  Workspace workspace_;
};

class TranslationSamples : public ValidationSamples {
 public:
  TranslationSamples(const Dataset& dataset, const std::vector<Example>& examples, Model* model)
      : target_kind_(dataset.manifest().fields(1).tokenizer().kind()),
        target_(dataset.vocabulary(1)),
        search_(model->AsTranslator(), target_, {.attention_wanted = true}) {
    const TokenizerSpec::Kind kind = dataset.manifest().fields(0).tokenizer().kind();
    for (const Example& example : examples) {
      source_tokens_.push_back(Pieces(dataset.vocabulary(0), example.fields[0]));
      sources_.push_back({example.fields[0], example.features});
      known_.push_back({Line(kind, dataset.vocabulary(0), example.fields[0]),
                        example.raw_texts.empty() ? Line(target_kind_, target_, example.fields[1])
                                                  : Shown(example.raw_texts[0]),
                        ""});
    }
  }

  std::vector<Sample> Make(int64_t /*step*/) override {
    const std::vector<std::vector<Translation>> translations = search_.Run(sources_);
    std::vector<Sample> samples = known_;
    for (size_t i = 0; i < samples.size(); ++i)
      samples[i].output = Shown(TranslationLine(target_kind_, target_, translations[i][0].tokens));
    for (size_t i = 0; i < std::min(samples.size(), kDrawnSamples); ++i)
      AddAttention(source_tokens_[i], translations[i][0], &samples[i]);
    return samples;
  }

 private:
  // Returns the first tokens of a sentence.
  static std::vector<std::string> Pieces(const Vocabulary& vocabulary,
                                         const std::vector<uint32_t>& tokens) {
    std::vector<std::string> pieces;
    for (const uint32_t token : tokens) {
      if (pieces.size() == kDrawnWords) break;
      pieces.push_back(token == vocabulary.unknown_id()
                           ? std::string(kUnknownMark)
                           : ReplaceInvalidUtf8(vocabulary.piece(token)));
    }
    return pieces;
  }

  // Adds the attention, if the model has any.
  void AddAttention(const std::vector<std::string>& source, const Translation& translation,
                    Sample* sample) const {
    if (translation.attention.empty()) return;
    sample->tokens = source;
    std::vector<uint32_t> tokens = translation.tokens;
    if (translation.ended) tokens.push_back(target_.end_id());
    sample->output_tokens = Pieces(target_, tokens);
    for (size_t i = 0; i < sample->output_tokens.size(); ++i) {
      const std::vector<float>& weights = translation.attention[i];
      sample->attention.emplace_back(weights.begin(),
                                     weights.begin() + static_cast<int64_t>(source.size()));
    }
  }

  // Formats a sentence that ends in </s>.
  static std::string Line(TokenizerSpec::Kind kind, const Vocabulary& vocabulary,
                          std::vector<uint32_t> tokens) {
    tokens.pop_back();
    const std::vector<std::string> marks(std::ranges::count(tokens, vocabulary.unknown_id()),
                                         std::string(kUnknownMark));
    return Shown(TranslationLine(kind, vocabulary, tokens, marks));
  }

  const TokenizerSpec::Kind target_kind_;
  const Vocabulary& target_;
  std::vector<TokenSequence> sources_;
  std::vector<std::vector<std::string>> source_tokens_;
  std::vector<Sample> known_;
  TranslationSearch search_;
};

class WordSamples : public ValidationSamples {
 public:
  explicit WordSamples(NearestWordFinder finder) : finder_(std::move(finder)) {}

  std::vector<Sample> Make(int64_t /*step*/) override {
    std::vector<Sample> samples;
    for (NearestWords& nearest : finder_.Find()) {
      Sample& sample = samples.emplace_back();
      sample.input = Shown(nearest.word);
      for (const std::string& word : nearest.neighbors) sample.neighbors.push_back(Shown(word));
      sample.similarity = std::move(nearest.similarity);
      sample.output = absl::StrJoin(sample.neighbors, " ");
    }
    return samples;
  }

 private:
  const NearestWordFinder finder_;
};

absl::StatusOr<std::vector<Example>> ChooseExamples(const std::shared_ptr<const Dataset>& dataset,
                                                    std::string_view split, size_t wanted,
                                                    int feature_size) {
  const bool is_text = dataset->manifest().task() == LANGUAGE_MODEL;
  // The token that every text or source ends in does not count as content.
  const size_t end_of_line = is_text || dataset->manifest().task() == TRANSLATION ? 1 : 0;
  const size_t good_length = is_text ? kGoodLengthOfText : kGoodLength;
  std::vector<Example> chosen, others;
  ASSIGN_OR_RETURN(const auto features, FeatureReader::Open(*dataset, split, feature_size));
  ASSIGN_OR_RETURN(const auto raw_texts, RawTextReader::Open(dataset, split,
                                                             is_text ? RawTextHeader::UNKNOWN_WORDS
                                                                     : RawTextHeader::REFERENCE));
  const uint32_t unknown_id = dataset->vocabulary(0).unknown_id();
  const bool spelled = is_text && raw_texts != nullptr;
  ASSIGN_OR_RETURN(const auto reader, ExampleReader::Open(dataset, split, kCacheBytes));
  const uint64_t end = std::min(kExamplesLookedAt, reader->examples());
  for (uint64_t number = 0; number < end && chosen.size() < wanted; ++number) {
    ASSIGN_OR_RETURN(const ExampleView view, reader->Read(number));
    const size_t tokens = view.fields[0].size();
    if (tokens <= end_of_line || (tokens > kMaxTokens && !is_text)) continue;
    const bool readable = spelled || std::ranges::count(view.fields[0], unknown_id) == 0;
    const bool good = tokens >= good_length && readable;
    if (!good && chosen.size() + others.size() >= wanted) continue;
    Example& example = (good ? chosen : others).emplace_back();
    for (int field = 0; field < reader->fields(); ++field)
      example.fields[field].assign(view.fields[field].begin(), view.fields[field].end());
    ASSIGN_OR_RETURN(TokenSequence read, ReadTokens(view, features.get()));
    example.features = std::move(read.features);
    if (raw_texts == nullptr) continue;
    ASSIGN_OR_RETURN(const auto texts, raw_texts->Read(number));
    example.raw_texts.assign(texts.begin(), texts.end());
  }
  others.resize(std::min(others.size(), wanted - chosen.size()));
  std::ranges::move(others, std::back_inserter(chosen));
  return chosen;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ValidationSamples>> CreateValidationSamples(
    const std::shared_ptr<const Dataset>& dataset, std::string_view split,
    const TrainingConfig& config, Model* model) {
  if (!TraitsOf(dataset->manifest().task()).predicts) {
    NearestWordFinder finder(&dataset->vocabulary(), kWordsPerSample * config.logging().samples(),
                             model);
    if (finder.empty()) return nullptr;
    return std::make_unique<WordSamples>(std::move(finder));
  }
  const int feature_size = FeatureSize(config.model());
  // There are no features for text that the model generates.
  if (feature_size > 0 && dataset->manifest().task() == LANGUAGE_MODEL) return nullptr;
  ASSIGN_OR_RETURN(std::vector<Example> examples,
                   ChooseExamples(dataset, split, config.logging().samples(), feature_size));
  if (examples.empty()) return nullptr;  // all are empty or very long
  switch (dataset->manifest().task()) {
    case LANGUAGE_MODEL:
      return std::make_unique<TextSamples>(*dataset, config, std::move(examples), model);
    case TRANSLATION:
      return std::make_unique<TranslationSamples>(*dataset, examples, model);
    default:
      return std::make_unique<LabelSamples>(*dataset, std::move(examples), model);
  }
}

}  // namespace elman
