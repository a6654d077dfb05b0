#include "trainer/eval/prediction/text_generator.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/format/characters.h"
#include "data/format/json_writer.h"
#include "data/tokenizer/detokenizer.h"
#include "trainer/eval/decoding/batch_decoder.h"
#include "trainer/eval/decoding/beam_search.h"
#include "trainer/network/models/language_model.h"

namespace elman {
namespace {

// Returns the name in JSON of the reason why a text ended.
std::string_view NameOf(Finish finish) {
  switch (finish) {
    case Finish::kLines:
      return "lines";
    case Finish::kStop:
      return "stop";
    default:
      return "max_tokens";
  }
}

class TextGenerator : public Predictor {
 public:
  TextGenerator(TrainedModel* trained, std::unique_ptr<Tokenizer> tokenizer,
                const PredictionSpec& spec)
      : model_(trained->model->AsLanguageModel()),
        vocabulary_(trained->vocabularies[0]),
        kind_(trained->header.fields(0).tokenizer().kind()),
        tokenizer_(std::move(tokenizer)),
        json_(spec.json),
        spec_(spec.generation),
        sampler_(spec_.sampling, static_cast<int32_t>(vocabulary_.unknown_id())),
        decoder_(model_, std::max(1, spec_.beam)) {}

  absl::StatusOr<std::vector<std::string>> Predict(std::span<const PredictionInput> inputs,
                                                   uint64_t first) override {
    std::vector<BatchDecoder::Job> jobs;
    for (const PredictionInput& input : inputs)
      jobs.push_back(Begin(input.line, first + jobs.size()));
    decoder_.Run(jobs, first, [](const BatchDecoder::Job&) {});
    std::vector<std::string> texts;
    for (size_t i = 0; i < jobs.size(); ++i)
      texts.push_back(Show(inputs[i].line, jobs[i].decoder->text()));
    return texts;
  }

  absl::Status Stream(const PredictionInput& input, uint64_t number,
                      const std::function<void(std::string_view)>& write) override {
    // A beam search may still replace earlier words, so its text cannot be streamed.
    if (json_ || spec_.beam > 0) return Predictor::Stream(input, number, write);
    BatchDecoder::Job job = Begin(input.line, number);
    write(input.line);
    size_t written = 0;
    decoder_.Run({&job, 1}, number, [&](const BatchDecoder::Job& progress) {
      const GeneratedText& text = progress.decoder->text();
      if (text.settled() <= written) return;
      write(text.text().substr(written, text.settled() - written));
      written = text.settled();
    });
    write("\n");
    return absl::OkStatus();
  }

 private:
  // Makes the job that continues a line. Its text follows the line as it was typed, whatever the
  // tokenizer makes of its case, spaces and unknown words.
  BatchDecoder::Job Begin(const std::string& line, uint64_t number) {
    std::vector<uint32_t> ids;
    tokenizer_->Encode(line, &ids);
    Detokenizer detokenizer(kind_, &vocabulary_);
    // </s> of the previous line precedes the line.
    BatchDecoder::Job job{{static_cast<int32_t>(vocabulary_.end_id())}, nullptr};
    std::string read;  // the line as the model reads it
    for (const uint32_t id : ids) {
      job.prompt.push_back(static_cast<int32_t>(id));
      detokenizer.Append(id, &read);
    }
    // Where the model has read a space at the end, its next token brings none.
    const auto ends_in_space = [](const std::string& text) {
      return !text.empty() && IsAsciiSpace(text.back());
    };
    if (ends_in_space(line) && !ends_in_space(read)) detokenizer.SkipSpace();
    GeneratedText begin(&spec_.end, &vocabulary_, detokenizer);
    if (spec_.beam > 0) {
      job.decoder = std::make_unique<BeamSearch>(std::move(begin), spec_.beam,
                                                 static_cast<int32_t>(vocabulary_.unknown_id()));
    } else {
      job.decoder = std::make_unique<SampledText>(std::move(begin), &sampler_, spec_.seed, number);
    }
    return job;
  }

  std::string Show(const std::string& line, const GeneratedText& continuation) const {
    const std::string text = absl::StrCat(line, std::string(continuation.text()));
    if (!json_) return text + "\n";
    return JsonObject()
               .Add("prompt", line)
               .Add("text", text)
               .AddJson("tokens",
                        JsonArray(continuation.tokens(),
                                  [&](int32_t id) { return JsonString(vocabulary_.piece(id)); }))
               .AddJson("log_probabilities",
                        JsonArray(continuation.log_probabilities(), JsonNumber))
               .Add("log_probability", continuation.log_probability())
               .Add("ended_by", NameOf(continuation.finish()))
               .ToString() +
           "\n";
  }

  LanguageModel* const model_;
  const Vocabulary& vocabulary_;
  const TokenizerSpec::Kind kind_;
  const std::unique_ptr<Tokenizer> tokenizer_;
  const bool json_;
  const GenerationSpec spec_;
  Sampler sampler_;
  BatchDecoder decoder_;
};

}  // namespace

std::unique_ptr<Predictor> CreateTextGenerator(TrainedModel* trained,
                                               std::unique_ptr<Tokenizer> tokenizer,
                                               const PredictionSpec& spec) {
  return std::make_unique<TextGenerator>(trained, std::move(tokenizer), spec);
}

}  // namespace elman
