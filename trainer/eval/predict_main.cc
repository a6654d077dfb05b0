// elman-predict: text in, text out. Each line of standard input is a prompt; the model continues
// it.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "data/io/program.h"
#include "data/io/status_macros.h"
#include "data/tokenizer/detokenizer.h"
#include "data/tokenizer/tokenizer.h"
#include "trainer/eval/beam_search.h"
#include "trainer/eval/decoding_state.h"
#include "trainer/eval/sampler.h"
#include "trainer/eval/trained_model.h"
#include "trainer/math/compute_environment.h"
#include "trainer/math/random.h"

ABSL_FLAG(std::string, checkpoint, "",
          "a run directory (its best checkpoint) or a checkpoint file");
ABSL_FLAG(int32_t, max_tokens, 100, "tokens to generate for a prompt at most");
ABSL_FLAG(int32_t, lines, 1, "lines to generate for a prompt, the prompt's own included");
ABSL_FLAG(double, temperature, 1.0,
          "divides the logits: below 1 safer, above 1 bolder; 0 always the likeliest token");
ABSL_FLAG(int32_t, top_k, 0, "draw only from the k likeliest tokens; 0: from all");
ABSL_FLAG(double, top_p, 1.0,
          "draw only from the likeliest tokens that together reach this probability");
ABSL_FLAG(int32_t, beam, 0,
          "search the likeliest text with a beam of this width instead of drawing; 0: draw");
ABSL_FLAG(uint64_t, seed, 1, "of the random numbers; the same seed gives the same text");

namespace elman {
namespace {

constexpr Program kProgram = {
    "elman-predict",
    "Usage: elman-predict --checkpoint=RUN_DIR|FILE [flags] < prompts > text\n"
    "Continues every line of standard input with a trained language model.",
    __FILE__};

absl::Status Require(bool condition, std::string_view flag, double value, std::string_view wanted) {
  if (condition) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(flag), "=", value, ": it must be ", std::string(wanted)));
}

absl::Status CheckFlags(const CommandLine& command_line) {
  RETURN_IF_ERROR(ExpectNoArguments(command_line));
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_checkpoint), "--checkpoint=RUN_DIR|FILE"));
  const double temperature = absl::GetFlag(FLAGS_temperature), top_p = absl::GetFlag(FLAGS_top_p);
  const int max_tokens = absl::GetFlag(FLAGS_max_tokens), lines = absl::GetFlag(FLAGS_lines);
  const int top_k = absl::GetFlag(FLAGS_top_k), beam = absl::GetFlag(FLAGS_beam);
  RETURN_IF_ERROR(Require(temperature >= 0, "--temperature", temperature, "at least 0"));
  RETURN_IF_ERROR(Require(top_p > 0 && top_p <= 1, "--top_p", top_p, "above 0 and at most 1"));
  RETURN_IF_ERROR(Require(top_k >= 0, "--top_k", top_k, "at least 0"));
  RETURN_IF_ERROR(Require(max_tokens >= 1, "--max_tokens", max_tokens, "at least 1"));
  RETURN_IF_ERROR(Require(lines >= 1, "--lines", lines, "at least 1"));
  return Require(beam >= 0 && beam <= 1024, "--beam", beam, "from 0 to 1024");
}

// The continuation drawn token by token. `row` numbers the prompts: each has random numbers of its
// own.
std::vector<int32_t> Sample(TrainedModel* trained, std::span<const int32_t> prompt, uint32_t row) {
  const SamplingSpec spec{absl::GetFlag(FLAGS_temperature), absl::GetFlag(FLAGS_top_k),
                          absl::GetFlag(FLAGS_top_p)};
  const RandomKey key{absl::GetFlag(FLAGS_seed), RandomPurpose::kSampling};
  const int32_t end = trained->header.vocabulary().end_id();
  Sampler sampler(spec, trained->header.vocabulary().unknown_id());
  DecodingState state(trained->model.get(), 1);
  for (const int32_t token : prompt) state.Advance({&token, 1});
  std::vector<int32_t> tokens;
  for (int i = 0, lines = 0; i < absl::GetFlag(FLAGS_max_tokens); ++i) {
    const double uniform = UniformFloat(RandomWord(key, /*step=*/0, row, i));
    const int32_t token =
        sampler.Draw({state.logits().data, static_cast<size_t>(state.logits().cols)}, uniform);
    tokens.push_back(token);
    if (token == end && ++lines == absl::GetFlag(FLAGS_lines)) break;
    state.Advance({&token, 1});
  }
  return tokens;
}

std::vector<int32_t> Continue(TrainedModel* trained, std::span<const int32_t> prompt,
                              uint32_t row) {
  if (absl::GetFlag(FLAGS_beam) == 0) return Sample(trained, prompt, row);
  const VocabularySpec& vocabulary = trained->header.vocabulary();
  return BeamSearch(trained->model.get(), prompt,
                    {.width = absl::GetFlag(FLAGS_beam),
                     .max_tokens = absl::GetFlag(FLAGS_max_tokens),
                     .lines = absl::GetFlag(FLAGS_lines),
                     .end = static_cast<int32_t>(vocabulary.end_id()),
                     .banned = static_cast<int32_t>(vocabulary.unknown_id())});
}

absl::Status Run(const CommandLine&) {
  LimitThreads();
  ASSIGN_OR_RETURN(const auto trained, LoadTrainedModel(absl::GetFlag(FLAGS_checkpoint)));
  const TokenizerSpec& spec = trained->header.tokenizer();
  ASSIGN_OR_RETURN(const auto tokenizer,
                   CreateTokenizer(spec, trained->vocabulary, trained->tokenizer_model));
  const uint32_t end = trained->vocabulary.end_id();
  std::string line;
  for (uint32_t row = 0; std::getline(std::cin, line); ++row) {
    std::vector<uint32_t> ids;
    tokenizer->Encode(line, &ids);
    std::vector<int32_t> prompt = {
        static_cast<int32_t>(end)};  // a line begins after the end of another
    prompt.insert(prompt.end(), ids.begin(), ids.end());
    for (const int32_t id : Continue(trained.get(), prompt, row)) ids.push_back(id);
    if (!ids.empty() && ids.back() == end) ids.pop_back();
    std::printf("%s\n", Detokenize(spec.kind(), trained->vocabulary, ids).c_str());
    std::fflush(stdout);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) {
  return elman::RunProgram(elman::kProgram, argc, argv, elman::CheckFlags, elman::Run);
}
