#include "trainer/eval/prediction/label_predictor.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/format/json_writer.h"
#include "data/io/status_macros.h"
#include "data/text/tagged_columns.h"
#include "trainer/eval/decoding/batch_builder.h"
#include "trainer/network/models/classifier.h"
#include "trainer/network/models/labeler.h"

namespace elman {
namespace {

class LabelPredictor : public Predictor {
 protected:
  LabelPredictor(TrainedModel* trained, std::unique_ptr<Tokenizer> tokenizer,
                 const PredictionSpec& spec)
      : text_(trained->vocabularies[0]),
        labels_(trained->vocabularies[1]),
        tokenizer_(std::move(tokenizer)),
        features_(spec.features),
        json_(spec.json) {}

  const std::string& LabelName(int32_t label) const { return labels_.piece(label); }

  const Vocabulary& text_;
  const Vocabulary& labels_;
  const std::unique_ptr<Tokenizer> tokenizer_;
  FeatureSource* const features_;  // null if the model reads no features
  const bool json_;
  Workspace workspace_;
};

class TagPredictor : public LabelPredictor {
 public:
  TagPredictor(TrainedModel* trained, std::unique_ptr<Tokenizer> tokenizer,
               const PredictionSpec& spec)
      : LabelPredictor(trained, std::move(tokenizer), spec), model_(trained->model->AsLabeler()) {}

  absl::StatusOr<std::vector<std::string>> Predict(std::span<const PredictionInput> inputs,
                                                   uint64_t /*first*/) override {
    std::vector<Sentence> sentences;
    BatchBuilder builder(text_.pad_id());
    for (const PredictionInput& input : inputs) {
      Sentence& sentence = sentences.emplace_back(Read(input));
      TokenSequence tokens{.ids = sentence.ids};
      // Lines without words at the end of a text are no sentence, so there are no vectors for them.
      if (input.columns.empty() || !input.words.empty())
        RETURN_IF_ERROR(TakeFeatures(features_, /*ends=*/false, &tokens));
      if (builder.Add(std::move(tokens))) sentence.row = rows_of(sentences) - 1;
    }
    Batch batch = builder.Build();
    batch.targets.assign(batch.inputs.size(), kNoTarget);
    for (const Sentence& sentence : sentences) {
      for (const size_t first : sentence.first_pieces)
        batch.targets[first * batch.rows + sentence.row] = 0;
    }
    std::vector<int32_t> tags(batch.targets.size());
    std::vector<float> probabilities(json_ ? batch.targets.size() : 0);
    workspace_.Reset();
    if (batch.rows > 0) model_->Predict(batch, tags, probabilities, &workspace_);

    std::vector<std::string> texts;
    for (size_t i = 0; i < sentences.size(); ++i) {
      const Sentence& sentence = sentences[i];
      std::vector<int32_t> own_tags;
      std::vector<float> own_probabilities;
      for (const size_t first : sentence.first_pieces) {
        own_tags.push_back(tags[first * batch.rows + sentence.row]);
        if (json_) own_probabilities.push_back(probabilities[first * batch.rows + sentence.row]);
      }
      if (json_ && !inputs[i].columns.empty() && sentence.words.empty()) {
        texts.emplace_back();
      } else if (json_) {
        texts.push_back(Json(sentence, own_tags, own_probabilities));
      } else {
        texts.push_back(inputs[i].columns.empty() ? Columns(sentence, own_tags)
                                                  : Tagged(inputs[i].columns, own_tags));
      }
    }
    return texts;
  }

 private:
  struct Sentence {
    std::vector<std::string> words;
    std::vector<uint32_t> ids = {};
    std::vector<size_t> first_pieces = {};  // of each word, as a position in `ids`
    int row = 0;                            // row of the batch, if there are ids
  };

  static int rows_of(const std::vector<Sentence>& sentences) {
    return static_cast<int>(
        std::ranges::count_if(sentences, [](const Sentence& s) { return !s.ids.empty(); }));
  }

  Sentence Read(const PredictionInput& input) const {
    Sentence sentence{.words = input.words};
    if (sentence.words.empty()) {
      sentence.words =
          absl::StrSplit(input.line, absl::ByAnyChar(" \t\r\n\v\f"), absl::SkipEmpty());
    }
    for (const std::string& word : sentence.words) {
      sentence.first_pieces.push_back(sentence.ids.size());
      EncodeWord(*tokenizer_, text_, word, &sentence.ids);
    }
    return sentence;
  }

  std::string Columns(const Sentence& sentence, const std::vector<int32_t>& tags) const {
    std::string text;
    for (size_t i = 0; i < tags.size(); ++i)
      absl::StrAppend(&text, sentence.words[i], "\t", LabelName(tags[i]), "\n");
    return text + "\n";
  }

  // The separator of the line's own columns keeps them columns.
  std::string Tagged(const std::vector<ColumnLine>& lines, const std::vector<int32_t>& tags) const {
    std::string text;
    size_t word = 0;
    for (const ColumnLine& line : lines) {
      text += line.text;
      if (line.word) absl::StrAppend(&text, TagSeparator(line.text), LabelName(tags[word++]));
      text += '\n';
    }
    return text;
  }

  std::string Json(const Sentence& sentence, const std::vector<int32_t>& tags,
                   const std::vector<float>& probabilities) const {
    JsonObject json;
    json.AddJson("words", JsonArray(sentence.words, JsonString));
    json.AddJson("tags", JsonArray(tags, [&](int32_t tag) { return JsonString(LabelName(tag)); }));
    json.AddJson("probabilities", JsonArray(probabilities, JsonNumber));
    return json.ToString() + "\n";
  }

  Labeler* const model_;
};

class ClassPredictor : public LabelPredictor {
 public:
  ClassPredictor(TrainedModel* trained, std::unique_ptr<Tokenizer> tokenizer,
                 const PredictionSpec& spec)
      : LabelPredictor(trained, std::move(tokenizer), spec),
        model_(trained->model->AsClassifier()) {}

  absl::StatusOr<std::vector<std::string>> Predict(std::span<const PredictionInput> inputs,
                                                   uint64_t /*first*/) override {
    BatchBuilder builder(text_.pad_id());
    std::vector<bool> has_text;
    for (const PredictionInput& input : inputs) {
      TokenSequence tokens;
      tokenizer_->Encode(input.line, &tokens.ids);
      RETURN_IF_ERROR(TakeFeatures(features_, /*ends=*/false, &tokens));
      has_text.push_back(builder.Add(std::move(tokens)));
    }
    Batch batch = builder.Build();
    batch.targets.assign(batch.rows, 0);
    std::vector<int32_t> labels(batch.rows);
    std::vector<float> probabilities(static_cast<size_t>(batch.rows) * labels_.size());
    if (batch.rows > 0) {
      workspace_.Reset();
      model_->Predict(batch, labels, {}, &workspace_);
      workspace_.Reset();
      model_->Probabilities(batch, {probabilities.data(), batch.rows, labels_.size()}, &workspace_);
    }
    std::vector<std::string> texts;
    int row = 0;
    for (size_t i = 0; i < inputs.size(); ++i) {
      const std::string& line = inputs[i].line;
      if (!has_text[i]) {  // no prediction
        texts.push_back(json_ ? JsonObject().Add("text", line).ToString() + "\n" : "\n");
        continue;
      }
      const std::string& label = LabelName(labels[row]);
      texts.push_back(json_ ? Json(line, label, probabilities.data() + row * labels_.size())
                            : absl::StrCat(label, "\t", line, "\n"));
      ++row;
    }
    return texts;
  }

 private:
  std::string Json(const std::string& line, const std::string& label,
                   const float* probabilities) const {
    JsonObject of_labels;
    for (uint32_t i = 0; i < labels_.size(); ++i)
      of_labels.Add(labels_.piece(i), static_cast<double>(probabilities[i]));
    return JsonObject()
               .Add("text", line)
               .Add("label", label)
               .Add("probabilities", of_labels)
               .ToString() +
           "\n";
  }

  Classifier* const model_;
};

}  // namespace

std::unique_ptr<Predictor> CreateTagPredictor(TrainedModel* trained,
                                              std::unique_ptr<Tokenizer> tokenizer,
                                              const PredictionSpec& spec) {
  return std::make_unique<TagPredictor>(trained, std::move(tokenizer), spec);
}

std::unique_ptr<Predictor> CreateClassPredictor(TrainedModel* trained,
                                                std::unique_ptr<Tokenizer> tokenizer,
                                                const PredictionSpec& spec) {
  return std::make_unique<ClassPredictor>(trained, std::move(tokenizer), spec);
}

}  // namespace elman
