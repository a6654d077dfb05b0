#include "trainer/eval/decoding/batch_decoder.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "tests/trainer/eval/decoding/small_language_model.h"
#include "trainer/eval/decoding/beam_search.h"
#include "trainer/eval/decoding/sampler.h"
#include "trainer/network/math/softmax.h"

namespace elman {
namespace {

constexpr int kTexts = 45;  // more than places, and not a multiple of them

// Prompts of different lengths.
std::vector<int32_t> PromptOf(uint64_t number) {
  std::vector<int32_t> prompt = {SmallLanguageModel::kEnd};
  for (uint64_t i = 0; i < number * number % 7; ++i)
    prompt.push_back(SmallLanguageModel::kA + static_cast<int32_t>((number + i) % 3));
  return prompt;
}

struct DecodedText {
  std::vector<int32_t> tokens;
  std::vector<double> log_probabilities;
  bool operator==(const DecodedText&) const = default;
};

class BatchDecoderTest : public testing::TestWithParam<int> {
 protected:
  BatchDecoderTest() : small_(37), sampler_({}, SmallLanguageModel::kUnknown) {}

  BatchDecoder::Job JobOf(uint64_t number) {
    if (GetParam() == 0) {
      return {PromptOf(number),
              std::make_unique<SampledText>(small_.Begin(end_), &sampler_, /*seed=*/5, number)};
    }
    return {PromptOf(number), std::make_unique<BeamSearch>(small_.Begin(end_), GetParam(),
                                                           SmallLanguageModel::kUnknown)};
  }

  // Decodes the texts of all numbers, `together` of them at a time.
  std::vector<DecodedText> Decode(int together) {
    BatchDecoder decoder(&small_.model, std::max(1, GetParam()));
    std::vector<DecodedText> decoded;
    for (int first = 0; first < kTexts; first += together) {
      std::vector<BatchDecoder::Job> jobs;
      for (int i = first; i < std::min(kTexts, first + together); ++i) jobs.push_back(JobOf(i));
      decoder.Run(jobs, first, [](const auto&) {});
      for (const auto& job : jobs)
        decoded.push_back({job.decoder->text().tokens(), job.decoder->text().log_probabilities()});
    }
    return decoded;
  }

  const TextEnd end_{.max_tokens = 25, .lines = 3};
  SmallLanguageModel small_;
  Sampler sampler_;
};

// 0: sampling; otherwise the beam width.
INSTANTIATE_TEST_SUITE_P(DrawnOrSearched, BatchDecoderTest, testing::Values(0, 1, 3, 20));

TEST_P(BatchDecoderTest, TextsAreIndependentOfTheGroup) {
  const std::vector<DecodedText> alone = Decode(1);
  for (const int together : {2, 7, 16, 17, kTexts}) {
    EXPECT_TRUE(Decode(together) == alone) << together << " at a time";
  }
  std::map<std::vector<int32_t>, int> different;
  for (const DecodedText& decoded : alone) ++different[decoded.tokens];
  EXPECT_GT(different.size(), 3u);
}

// The reported log-probabilities are those of the model when it reads the tokens alone.
TEST_P(BatchDecoderTest, LogProbabilitiesMatchTheModel) {
  const std::vector<DecodedText> decoded = Decode(kTexts);
  for (int number = 0; number < kTexts; ++number) {
    DecodingState state(&small_.model, 1);
    state.Restart(0, 1);
    for (const int32_t& token : PromptOf(number)) state.Advance({&token, 1});
    for (size_t i = 0; i < decoded[number].tokens.size(); ++i) {
      const int32_t token = decoded[number].tokens[i];
      const ConstMatrix logits = state.logits();
      EXPECT_NEAR(decoded[number].log_probabilities[i],
                  logits.data[token] - LogSumExp(logits.data, logits.cols), 1e-4)
          << "text " << number << ", token " << i;
      state.Advance({&token, 1});
    }
  }
}

TEST_P(BatchDecoderTest, ReportsEveryStep) {
  BatchDecoder decoder(&small_.model, std::max(1, GetParam()));
  BatchDecoder::Job job = JobOf(3);
  size_t steps = 0;
  decoder.Run({&job, 1}, 3, [&](const BatchDecoder::Job& decoded) {
    EXPECT_EQ(&decoded, &job);
    ++steps;
  });
  EXPECT_GE(steps, job.prompt.size() - 1 + job.decoder->text().tokens().size());
  EXPECT_NE(job.decoder->text().finish(), Finish::kNotYet);
}

}  // namespace
}  // namespace elman
