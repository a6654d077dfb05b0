#include "trainer/eval/text_generator.h"

#include <utility>

#include "data/io/json_writer.h"
#include "data/tokenizer/detokenizer.h"
#include "trainer/eval/beam_search.h"
#include "trainer/eval/decoding_state.h"
#include "trainer/math/check.h"
#include "trainer/math/random.h"
#include "trainer/models/language_model.h"

namespace elman {
namespace {

class TextGenerator : public Predictor {
 public:
  TextGenerator(TrainedModel* trained, std::unique_ptr<Tokenizer> tokenizer,
                const PredictionSpec& spec)
      : trained_(trained),
        model_(dynamic_cast<LanguageModel*>(trained->model.get())),
        vocabulary_(trained->header.fields(0).vocabulary()),
        tokenizer_(std::move(tokenizer)),
        json_(spec.json),
        spec_(spec.generation) {
    CHECK_NE(model_, nullptr);
  }

  std::vector<std::string> Predict(std::span<const PredictionInput> inputs,
                                   uint64_t first) override {
    std::vector<std::string> texts;
    for (const PredictionInput& input : inputs)
      texts.push_back(Continue(input.line, static_cast<uint32_t>(first + texts.size())));
    return texts;
  }

 private:
  // `row` numbers the prompts: each has random numbers of its own.
  std::string Continue(const std::string& line, uint32_t row) {
    std::vector<uint32_t> ids;
    tokenizer_->Encode(line, &ids);
    // A line begins after the end of another.
    std::vector<int32_t> prompt = {static_cast<int32_t>(vocabulary_.end_id())};
    prompt.insert(prompt.end(), ids.begin(), ids.end());
    for (const int32_t id : spec_.beam == 0 ? Draw(prompt, row) : Search(prompt)) ids.push_back(id);
    if (!ids.empty() && ids.back() == vocabulary_.end_id()) ids.pop_back();
    const std::string text =
        Detokenize(trained_->header.fields(0).tokenizer().kind(), trained_->vocabularies[0], ids);
    if (!json_) return text + "\n";
    return JsonObject().Add("prompt", line).Add("text", text).ToString() + "\n";
  }

  // The continuation drawn token by token.
  std::vector<int32_t> Draw(std::span<const int32_t> prompt, uint32_t row) {
    const RandomKey key{spec_.seed, RandomPurpose::kSampling};
    Sampler sampler(spec_.sampling, vocabulary_.unknown_id());
    DecodingState state(model_, 1);
    for (const int32_t token : prompt) state.Advance({&token, 1});
    std::vector<int32_t> tokens;
    for (int i = 0, lines = 0; i < spec_.max_tokens; ++i) {
      const double uniform = UniformFloat(RandomWord(key, /*step=*/0, row, i));
      const int32_t token =
          sampler.Draw({state.logits().data, static_cast<size_t>(state.logits().cols)}, uniform);
      tokens.push_back(token);
      if (token == static_cast<int32_t>(vocabulary_.end_id()) && ++lines == spec_.lines) break;
      state.Advance({&token, 1});
    }
    return tokens;
  }

  std::vector<int32_t> Search(std::span<const int32_t> prompt) {
    return BeamSearch(model_, prompt,
                      {.width = spec_.beam,
                       .max_tokens = spec_.max_tokens,
                       .lines = spec_.lines,
                       .end = static_cast<int32_t>(vocabulary_.end_id()),
                       .banned = static_cast<int32_t>(vocabulary_.unknown_id())});
  }

  TrainedModel* const trained_;
  LanguageModel* const model_;
  const VocabularySpec& vocabulary_;
  const std::unique_ptr<Tokenizer> tokenizer_;
  const bool json_;
  const GenerationSpec spec_;
};

}  // namespace

std::unique_ptr<Predictor> CreateTextGenerator(TrainedModel* trained,
                                               std::unique_ptr<Tokenizer> tokenizer,
                                               const PredictionSpec& spec) {
  return std::make_unique<TextGenerator>(trained, std::move(tokenizer), spec);
}

}  // namespace elman
