// elman-predict: reads lines of text and writes one prediction per line.
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "data/command_line/flag_groups.h"
#include "data/command_line/path_lists.h"
#include "data/command_line/process_guard.h"
#include "data/command_line/program.h"
#include "data/features/feature_source.h"
#include "data/format/number_text.h"
#include "data/format/shell_word.h"
#include "data/io/file_system.h"
#include "data/io/status_macros.h"
#include "data/text/tagged_columns.h"
#include "data/text/task_fields.h"
#include "trainer/eval/loading/trained_model.h"
#include "trainer/eval/prediction/input_lines.h"
#include "trainer/eval/prediction/predictor.h"
#include "trainer/eval/prediction/predictor_factory.h"
#include "trainer/eval/prediction/tagged_sentences.h"
#include "trainer/eval/prediction/unknown_input.h"
#include "trainer/network/math/compute_scope.h"

ABSL_FLAG(std::string, checkpoint, "",
          "`RUN_DIR|FILE` The model: a run directory (its best checkpoint is used) or a "
          "checkpoint.");
ABSL_FLAG(std::string, format, "text",
          "`FORMAT` Output format: text, or json (one JSON object per prediction, with scores).");
ABSL_FLAG(int32_t, batch_size, 32,
          "Maximum number of inputs in a batch, from 1 to 4096. Smaller batches need less memory.");
ABSL_FLAG(bool, columns, false,
          "For tagging: the input has one word per line, and an empty line after each sentence. "
          "Words are read from the same column as in the data set on which the model was trained. "
          "Every line is written unchanged; if it has a word, the predicted tag is appended as a "
          "new column. Without this option, each line is a sentence.");
ABSL_FLAG(std::string, features, "",
          "`FILE[,FILE...]` For models that read feature vectors (see model.features in "
          "launch/configs/FIELDS.md): safetensors files with one vector per input token, in the "
          "order of the input. launch/guides/formats.md describes the format.");
ABSL_FLAG(int32_t, max_tokens, 100,
          "For language models: maximum number of tokens to generate per prompt. At least 1.");
ABSL_FLAG(int32_t, lines, 1,
          "For language models: maximum number of lines to generate per prompt. The line of the "
          "prompt, which is continued, is the first. At least 1.");
ABSL_FLAG(double, temperature, 1.0,
          "For language models: divides the logits by this number before sampling. Values below 1 "
          "give more likely text, values above 1 more varied text. 0: always the most likely "
          "token.");
ABSL_FLAG(int32_t, top_k, 0,
          "For language models: samples only from the N most likely tokens. 0: from all tokens.");
ABSL_FLAG(double, top_p, 1.0,
          "For language models: nucleus sampling, only from the smallest set of most likely tokens "
          "whose probabilities sum to at least X. Above 0 and at most 1. 1: from all tokens.");
ABSL_FLAG(int32_t, beam, 0,
          "For language models and translation: width of the beam search, up to 1024. The beam "
          "search looks for the most likely text. 0: for language models, sampling instead of a "
          "beam search; for translation, a width of 5.");
ABSL_FLAG(elman::RepeatedText, stop, {},
          "`TEXT` For language models: ends the output before the first occurrence of this text. "
          "The option can be repeated.");
ABSL_FLAG(bool, interactive, false,
          "Predicts for each line before the next line is read, and prints text while it is "
          "generated. On a terminal, also prints a prompt and accepts the commands help, quit and "
          "exit. To use one of these words as input, write a space before it. Ctrl-D exits.");
ABSL_FLAG(uint64_t, seed, 1,
          "For language models: seed of the random numbers for sampling. The same seed and input "
          "give the same text.");

ABSL_FLAG(double, length_penalty, elman::TranslationSearchSpec().length_penalty,
          "For translation: exponent X of the length normalization. The log-probability of a "
          "translation is divided by ((5 + tokens) / 6)^X, where tokens is its length. Higher "
          "values give longer translations. At least 0.");
ABSL_FLAG(double, max_length_ratio, elman::TranslationSearchSpec().max_length_ratio,
          "For translation: maximum length. A translation has at most 10 + X * S tokens, where S "
          "is the number of source tokens. From 0 to 1000.");
ABSL_FLAG(int32_t, n_best, 1,
          "For translation: number of translations to print per input, at most the width of the "
          "beam search. Above 1, each output line is NUMBER<TAB>SCORE<TAB>TRANSLATION, where "
          "NUMBER is the number of the input line, from 0.");
ABSL_FLAG(bool, replace_unknown, false,
          "For translation: where the model predicts <unk> (unknown word), writes the source word "
          "with the highest attention weight. Without this option, the search never chooses "
          "<unk>.");

namespace elman {
namespace {

constexpr Example kExamples[] = {
    {"Continue a text with a language model",
     "echo \"Once upon a time\" | elman-predict --checkpoint=run/mine/model \\\n"
     "    --temperature=0.7 --max_tokens=200"},
    {"Continue lines that you type", "elman-predict --checkpoint=run/mine/model --interactive"},
    {"Print the three best translations of each line, with scores",
     "elman-predict --checkpoint=run/mt/model --n_best=3 <source.txt"},
    {"Add a column of tags to a corpus with one word per line",
     "elman-predict --checkpoint=run/tags/model --columns <test.txt"}};

// Explains flags of programs that read and write files.
std::string ExplainFile(std::string_view name, std::string_view value) {
  for (const std::string_view text : {"input", "file", "src", "source", "in"}) {
    if (name != text) continue;
    return absl::StrCat("texts are read from standard input: elman-predict --checkpoint=RUN_DIR <",
                        value.empty() ? "FILE" : ShellWord(value));
  }
  for (const std::string_view text : {"text", "prompt", "sentence", "prefix"}) {
    if (name != text) continue;
    return absl::StrCat("texts are read from standard input: echo ",
                        value.empty() ? "TEXT" : ShellWord(value),
                        " | elman-predict --checkpoint=RUN_DIR");
  }
  for (const std::string_view text : {"output", "out", "o"}) {
    if (name != text) continue;
    return absl::StrCat(
        "predictions are written to standard output: elman-predict "
        "--checkpoint=RUN_DIR >",
        value.empty() ? "FILE" : ShellWord(value));
  }
  return "";
}

constexpr Program kProgram = {
    .name = "elman-predict",
    .purpose = "writes predictions of a trained model for lines of text",
    .usage = "elman-predict --checkpoint=RUN_DIR|FILE [OPTION...] <INPUTS >PREDICTIONS",
    .description =
        "Reads lines from standard input and writes a prediction for each line: a continuation, "
        "tags, a label or a translation, depending on the task of the model. Predictions are "
        "written without waiting for the end of the input. Runs in one process, without MPI.",
    .examples = kExamples,
    .main_file = __FILE__,
    .explain = ExplainFile};

absl::Status Require(bool condition, std::string_view flag, double value, std::string_view wanted) {
  if (condition) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(std::string(flag), "=", RoundedText(value),
                                                 ": it must be ", std::string(wanted)));
}

TranslationOutputSpec TranslationSpecOfFlags() {
  TranslationOutputSpec spec;
  if (absl::GetFlag(FLAGS_beam) > 0) spec.search.beam = absl::GetFlag(FLAGS_beam);
  spec.search.length_penalty = absl::GetFlag(FLAGS_length_penalty);
  spec.search.max_length_ratio = absl::GetFlag(FLAGS_max_length_ratio);
  spec.search.n_best = absl::GetFlag(FLAGS_n_best);
  spec.replace_unknown = absl::GetFlag(FLAGS_replace_unknown);
  return spec;
}

absl::Status CheckFlags(const CommandLine& command_line) {
  const std::string checkpoint = absl::GetFlag(FLAGS_checkpoint);
  RETURN_IF_ERROR(ExpectNoFlagWithoutDashes(command_line));
  if (const auto& texts = command_line.arguments; !texts.empty() && !checkpoint.empty()) {
    const std::string word = ShellWord(texts[0]);
    const std::string command = absl::StrCat("elman-predict --checkpoint=", ShellWord(checkpoint));
    return absl::InvalidArgumentError(
        absl::StrCat("'", texts[0], "' is not a flag; texts are read from standard input: ",
                     FileExists(texts[0]) ? absl::StrCat(command, " <", word)
                                          : absl::StrCat("echo ", word, " | ", command)));
  }
  RETURN_IF_ERROR(ExpectNoArguments(command_line));
  RETURN_IF_ERROR(ExpectFlag(absl::GetFlag(FLAGS_checkpoint), "--checkpoint=RUN_DIR|FILE"));
  RETURN_IF_ERROR(ExpectFormat(absl::GetFlag(FLAGS_format)));
  const double temperature = absl::GetFlag(FLAGS_temperature), top_p = absl::GetFlag(FLAGS_top_p);
  const int max_tokens = absl::GetFlag(FLAGS_max_tokens), lines = absl::GetFlag(FLAGS_lines);
  const int top_k = absl::GetFlag(FLAGS_top_k), beam = absl::GetFlag(FLAGS_beam);
  const int batch_size = absl::GetFlag(FLAGS_batch_size);
  RETURN_IF_ERROR(Require(temperature >= 0 && std::isfinite(temperature), "--temperature",
                          temperature, "at least 0"));
  RETURN_IF_ERROR(Require(top_p > 0 && top_p <= 1, "--top_p", top_p, "above 0 and at most 1"));
  RETURN_IF_ERROR(Require(top_k >= 0, "--top_k", top_k, "at least 0"));
  RETURN_IF_ERROR(Require(max_tokens >= 1, "--max_tokens", max_tokens, "at least 1"));
  RETURN_IF_ERROR(Require(lines >= 1, "--lines", lines, "at least 1"));
  for (const std::string& stop : absl::GetFlag(FLAGS_stop).texts) {
    if (stop.empty()) return absl::InvalidArgumentError("--stop=: expected a text, found none");
  }
  if (absl::GetFlag(FLAGS_interactive) && absl::GetFlag(FLAGS_columns)) {
    return absl::InvalidArgumentError(
        "--interactive reads one sentence per line, and --columns one word per line; use only one "
        "of them");
  }
  RETURN_IF_ERROR(
      Require(batch_size >= 1 && batch_size <= 4096, "--batch_size", batch_size, "from 1 to 4096"));
  const TranslationSearchSpec search = TranslationSpecOfFlags().search;
  RETURN_IF_ERROR(CheckSearchOptions(beam, /*least_beam=*/0, search.length_penalty));
  RETURN_IF_ERROR(Require(search.max_length_ratio >= 0 && search.max_length_ratio <= 1000,
                          "--max_length_ratio", search.max_length_ratio, "from 0 to 1000"));
  return Require(search.n_best >= 1 && search.n_best <= search.beam, "--n_best", search.n_best,
                 "from 1 to --beam");
}

PredictionSpec SpecOfFlags(FeatureSource* features) {
  return {.features = features,
          .json = IsJson(absl::GetFlag(FLAGS_format)),
          .generation = {.end = {.max_tokens = absl::GetFlag(FLAGS_max_tokens),
                                 .lines = absl::GetFlag(FLAGS_lines),
                                 .stops = absl::GetFlag(FLAGS_stop).texts},
                         .sampling = {absl::GetFlag(FLAGS_temperature), absl::GetFlag(FLAGS_top_k),
                                      absl::GetFlag(FLAGS_top_p)},
                         .beam = absl::GetFlag(FLAGS_beam),
                         .seed = absl::GetFlag(FLAGS_seed)},
          .translation = TranslationSpecOfFlags()};
}

// The columns of the text that the model was trained on.
TagColumns ColumnsOfModel(const CheckpointHeader& header) {
  TagColumns columns;
  if (header.fields_size() > 1) columns = header.fields(1).columns();
  if (columns.word() == 0) columns.set_word(1);
  return columns;
}

// Returns what a line of input is for a model of the task.
std::string_view InputOf(Task task) {
  switch (task) {
    case LANGUAGE_MODEL:
      return "the beginning of a text, which the model continues";
    case TAGGING:
      return absl::GetFlag(FLAGS_columns)
                 ? "one word per line, and an empty line after each sentence, which the model tags"
                 : "a sentence, which the model tags";
    case TRANSLATION:
      return "a sentence, which the model translates";
    default:
      return "a text, which the model classifies";
  }
}

// Prints at a terminal what the program waits for. Nothing is printed for other input.
void ExplainInput(Task task) {
  if (::isatty(STDIN_FILENO) == 0) return;
  std::fprintf(stderr, "Type %s, then Enter. %s.\n", std::string(InputOf(task)).c_str(),
               absl::GetFlag(FLAGS_interactive) ? "Commands: help, quit (also exit or Ctrl-D)"
                                                : "Ctrl-D ends the input");
}

// Prints at a terminal that the model knows few words of an input.
void NoteUnknown(const PredictionInput& input, uint64_t number, UnknownInput* unknown) {
  if (::isatty(STDERR_FILENO) == 0) return;
  const std::string note = unknown->Note(input, number);
  if (!note.empty()) std::fprintf(stderr, "%s\n", note.c_str());
}

// Answers each line before the next one is read, and writes the answer while it is generated.
// Commands are for people: in a pipe, every line is an input.
absl::Status Converse(Task task, Predictor* predictor, UnknownInput* unknown) {
  const bool commands = ::isatty(STDIN_FILENO) != 0;
  const bool terminal = commands && ::isatty(STDOUT_FILENO) != 0;
  const auto write = [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    FlushOutput();
  };
  InputLines source(STDIN_FILENO);
  for (uint64_t number = 0;; ++number) {
    if (terminal) write("> ");
    ASSIGN_OR_RETURN(const std::vector<std::string> lines, source.Next(1));
    if (lines.empty()) break;
    if (commands && (lines[0] == "quit" || lines[0] == "exit")) return absl::OkStatus();
    if (commands && lines[0] == "help") {
      ExplainInput(task);
      continue;
    }
    NoteUnknown({.line = lines[0]}, number, unknown);
    RETURN_IF_ERROR(predictor->Stream({.line = lines[0]}, number, write));
  }
  if (terminal) write("\n");
  return absl::OkStatus();
}

// The vectors of the inputs; null where none are given.
absl::StatusOr<std::unique_ptr<FeatureSource>> FeaturesOfFlags() {
  const std::string files = absl::GetFlag(FLAGS_features);
  if (files.empty()) return nullptr;
  ASSIGN_OR_RETURN(const std::vector<std::string> paths, SplitPaths("--features", files));
  return FeatureSource::Open(paths);
}

// Rejects options of other tasks, and of sampling with --beam.
absl::Status CheckTask(const CommandLine& command_line, const TrainedModel& trained) {
  const Task task = trained.header.task();
  const FlagGroup groups[] = {
      {"language models",
       task == LANGUAGE_MODEL,
       {"max_tokens", "lines", "temperature", "top_k", "top_p", "stop", "seed", "beam"}},
      {"taggers", task == TAGGING, {"columns"}},
      {"translators",
       task == TRANSLATION,
       {"beam", "length_penalty", "max_length_ratio", "n_best", "replace_unknown"}}};
  RETURN_IF_ERROR(
      ExpectApplicable(command_line, groups,
                       absl::StrCat(trained.path, " is ", std::string(TraitsOf(task).model_noun))));
  const FlagGroup drawing[] = {
      {"sampled texts", absl::GetFlag(FLAGS_beam) == 0, {"temperature", "top_k", "top_p", "seed"}}};
  return ExpectApplicable(command_line, drawing, "--beam searches for the most likely text");
}

absl::Status Run(const CommandLine& command_line) {
  const ComputeScope scope;
  ASSIGN_OR_RETURN(const auto trained, LoadTrainedModel(absl::GetFlag(FLAGS_checkpoint)));
  if (!trained->is_baseline) RETURN_IF_ERROR(CheckTask(command_line, *trained));
  ASSIGN_OR_RETURN(const auto features, FeaturesOfFlags());
  ASSIGN_OR_RETURN(const auto predictor,
                   CreatePredictor(trained.get(), SpecOfFlags(features.get())));
  const bool columns = absl::GetFlag(FLAGS_columns);
  const Task task = trained->header.task();
  ExplainInput(task);
  ASSIGN_OR_RETURN(const auto unknown, UnknownInput::Create(trained.get()));
  if (absl::GetFlag(FLAGS_interactive)) return Converse(task, predictor.get(), unknown.get());
  InputLines source(STDIN_FILENO);
  TaggedSentences sentences(ColumnsOfModel(trained->header));
  uint64_t done = 0;
  for (bool ended = false; !ended;) {
    ASSIGN_OR_RETURN(std::vector<std::string> lines,
                     source.Next(static_cast<size_t>(absl::GetFlag(FLAGS_batch_size))));
    ended = lines.empty();
    std::vector<PredictionInput> inputs;
    absl::Status status;
    if (columns) {
      status = sentences.Take(lines, source.taken() - lines.size() + 1, &inputs);
      if (ended) sentences.End(&inputs);
    } else {
      for (std::string& line : lines) inputs.push_back({.line = std::move(line)});
    }
    for (size_t i = 0; i < inputs.size(); ++i) NoteUnknown(inputs[i], done + i, unknown.get());
    ASSIGN_OR_RETURN(const std::vector<std::string> texts, predictor->Predict(inputs, done));
    for (const std::string& text : texts) std::fwrite(text.data(), 1, text.size(), stdout);
    FlushOutput();
    RETURN_IF_ERROR(status);
    done += inputs.size();
  }
  return features ? features->ExpectEnd() : absl::OkStatus();
}

}  // namespace
}  // namespace elman

int main(int argc, char** argv) {
  return elman::RunProgram(elman::kProgram, argc, argv, elman::CheckFlags, elman::Run);
}
