#include "trainer/eval/prediction/translation_predictor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/format/json_writer.h"
#include "data/format/number_text.h"
#include "data/io/status_macros.h"
#include "data/tokenizer/detokenizer.h"
#include "data/tokenizer/splitter.h"
#include "trainer/eval/evaluators/translation_text.h"

namespace elman {
namespace {

class TranslationPredictor : public Predictor {
 public:
  TranslationPredictor(TrainedModel* trained, std::unique_ptr<Tokenizer> tokenizer,
                       const PredictionSpec& spec)
      : source_(trained->vocabularies[0]),
        target_(trained->vocabularies[1]),
        source_kind_(trained->header.fields(0).tokenizer().kind()),
        target_kind_(trained->header.fields(1).tokenizer().kind()),
        tokenizer_(std::move(tokenizer)),
        features_(spec.features),
        json_(spec.json),
        n_best_(spec.translation.search.n_best),
        search_(trained->model->AsTranslator(), target_, SearchSpec(spec)) {}

  absl::StatusOr<std::vector<std::string>> Predict(std::span<const PredictionInput> inputs,
                                                   uint64_t first) override {
    std::vector<TokenSequence> sources;
    for (const PredictionInput& input : inputs) {
      TokenSequence& source = sources.emplace_back();
      tokenizer_->Encode(input.line, &source.ids);
      source.ids.push_back(source_.end_id());
      RETURN_IF_ERROR(TakeFeatures(features_, /*ends=*/true, &source));
    }
    const std::vector<std::vector<Translation>> translations = search_.Run(sources);
    std::vector<std::string> texts;
    for (size_t i = 0; i < inputs.size(); ++i) {
      const std::vector<std::string> words = SourceWords(inputs[i].line, sources[i].ids);
      texts.push_back(json_ ? Json(inputs[i].line, words, translations[i])
                            : Lines(first + i, words, translations[i]));
    }
    return texts;
  }

 private:
  static TranslationSearchSpec SearchSpec(const PredictionSpec& spec) {
    TranslationSearchSpec search = spec.translation.search;
    search.unknown_allowed = spec.translation.replace_unknown;
    search.attention_wanted = spec.json || spec.translation.replace_unknown;
    return search;
  }

  // Returns the word of the line for each id except the last one, </s>.
  std::vector<std::string> SourceWords(const std::string& line,
                                       const std::vector<uint32_t>& ids) const {
    std::vector<std::string> words;
    if (const Splitter split = SplitterOf(source_kind_)) {
      std::vector<std::string_view> pieces;
      split(line, &pieces);
      words.assign(pieces.begin(), pieces.end());
    }
    if (words.size() + 1 == ids.size()) return words;
    // Subword pieces, or lower-casing that changed the splits.
    std::vector<std::string> unknown_words;
    tokenizer_->VisitUnknown(line,
                             [&](std::string_view word) { unknown_words.emplace_back(word); });
    size_t unknown = 0;
    words.clear();
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
      words.push_back(ids[i] == source_.unknown_id() && unknown < unknown_words.size()
                          ? unknown_words[unknown++]
                          : Detokenize(source_kind_, source_, {&ids[i], 1}));
    }
    return words;
  }

  std::string Text(const Translation& translation, const std::vector<std::string>& words) const {
    std::vector<std::string> unknown_words;
    for (size_t i = 0; i < translation.tokens.size() && !translation.attention.empty(); ++i) {
      if (translation.tokens[i] != target_.unknown_id()) continue;
      // The last weight is that of </s>.
      const std::vector<float>& weights = translation.attention[i];
      unknown_words.push_back(
          words[std::max_element(weights.begin(), weights.end() - 1) - weights.begin()]);
    }
    return TranslationLine(target_kind_, target_, translation.tokens, unknown_words);
  }

  std::string Lines(uint64_t number, const std::vector<std::string>& words,
                    const std::vector<Translation>& translations) const {
    if (n_best_ == 1) return Text(translations[0], words) + "\n";
    std::string lines;
    for (const Translation& translation : translations)
      absl::StrAppend(&lines, number, "\t", RoundTripText(translation.score), "\t",
                      Text(translation, words), "\n");
    return lines;
  }

  // Formats the best translation with its attention weights, and all translations with their
  // scores.
  std::string Json(const std::string& line, const std::vector<std::string>& words,
                   const std::vector<Translation>& translations) const {
    const Translation& best = translations[0];
    JsonObject json;
    json.Add("source", line).Add("translation", Text(best, words));
    json.Add("score", best.score).Add("log_probability", best.log_probability);
    if (!best.attention.empty()) {
      std::vector<std::string> pieces = words;
      pieces.emplace_back(kEndPiece);
      json.AddJson("source_tokens", JsonArray(pieces, JsonString));
      pieces.clear();
      for (const uint32_t token : best.tokens) pieces.push_back(target_.piece(token));
      if (best.ended) pieces.emplace_back(kEndPiece);
      json.AddJson("tokens", JsonArray(pieces, JsonString));
      json.AddJson("alignment", JsonArray(best.attention, [](const std::vector<float>& weights) {
                     return JsonArray(weights, JsonNumber);
                   }));
    }
    if (n_best_ > 1) {
      json.AddJson("n_best", JsonArray(translations, [&](const Translation& translation) {
                     return JsonObject()
                         .Add("translation", Text(translation, words))
                         .Add("score", translation.score)
                         .Add("log_probability", translation.log_probability)
                         .ToString();
                   }));
    }
    return json.ToString() + "\n";
  }

  const Vocabulary& source_;
  const Vocabulary& target_;
  const TokenizerSpec::Kind source_kind_, target_kind_;
  const std::unique_ptr<Tokenizer> tokenizer_;
  FeatureSource* const features_;  // null if the model reads no features
  const bool json_;
  const int n_best_;
  TranslationSearch search_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Predictor>> CreateTranslationPredictor(
    TrainedModel* trained, std::unique_ptr<Tokenizer> tokenizer, const PredictionSpec& spec) {
  if (spec.translation.replace_unknown &&
      trained->header.config().model().translation().attention() == TranslationSpec::NONE) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--replace_unknown: the model of ", trained->path,
        " has no attention, which shows the source word of each output word; leave it out"));
  }
  return std::make_unique<TranslationPredictor>(trained, std::move(tokenizer), spec);
}

}  // namespace elman
