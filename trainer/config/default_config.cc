#include "trainer/config/default_config.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/number_text.h"

namespace elman {
namespace {

// Number of passes over `size` examples or tokens that trains on about `total` of them.
int64_t Epochs(double total, uint64_t size, int64_t least, int64_t most) {
  const double epochs = total / static_cast<double>(std::max<uint64_t>(size, 1));
  return std::clamp<int64_t>(std::llround(epochs), least, most);
}

// Training metrics about fifty times per run, so that short runs have a curve too.
std::string Logging(const DataFacts& facts, int64_t batch, int64_t epochs) {
  const uint64_t steps =
      facts.examples * static_cast<uint64_t>(epochs) / static_cast<uint64_t>(batch);
  return absl::StrFormat("logging { every_steps: %d }\n", std::clamp<uint64_t>(steps / 50, 5, 100));
}

std::string Adam(double learning_rate, int clip_norm) {
  return absl::StrFormat("optimizer { kind: ADAM learning_rate: %g clip_norm: %d }\n",
                         learning_rate, clip_norm);
}

std::string_view Features(const DataFacts& facts) {
  return facts.features ? "features { use: BESIDE projected_size: 50 } " : "";
}

// Small batches are computed faster by one rank than they are exchanged between several.
constexpr std::string_view kOneLane = "lanes: 1\n";

struct Choice {
  std::string text;
  int64_t epochs = 0;
  int64_t max_steps = 0;  // 0: none
};

// Language models. The number of epochs is what fits into a number of operations, as most of them
// are those of the output layer, which grows with the vocabulary.
Choice LanguageModelChoice(const DataFacts& facts) {
  struct Size {
    uint64_t tokens;  // of smaller data
    int layers, hidden;
    double dropout;
    int batch, length;
    double rate;
    double operations;  // to train with
    int most_epochs;
  };
  constexpr Size kSizes[] = {{50'000, 1, 128, 0.5, 8, 20, 0.005, 1e12, 20},
                             {1'000'000, 1, 224, 0.3, 20, 32, 0.004, 2e13, 20},
                             {10'000'000, 1, 384, 0.2, 20, 35, 0.003, 2e14, 10},
                             {0, 2, 512, 0.1, 32, 35, 0.001, 2e15, 5}};
  const Size* size = kSizes;
  while (size->tokens > 0 && facts.tokens >= size->tokens) ++size;
  const double hidden = size->hidden;
  const double weights = hidden * facts.outputs + 8 * hidden * hidden * size->layers;
  const int64_t epochs =
      Epochs(size->operations / (6 * weights), facts.tokens, 1, size->most_epochs);
  Choice choice{.text = "", .epochs = epochs};
  // Words have long embeddings, which are those of the output layer too. Characters need neither.
  const bool tied = !facts.characters;
  absl::StrAppendFormat(&choice.text,
                        "model { cell: LSTM layers: %d hidden_size: %d embedding_size: %d "
                        "dropout: %g tied_embeddings: %s %sinitializer { range: 0.1 "
                        "forget_bias: 1 } }\n",
                        size->layers, size->hidden, tied ? size->hidden : 64, size->dropout,
                        tied ? "true" : "false", std::string(Features(facts)));
  absl::StrAppendFormat(&choice.text, "%sbatch_size: %d\nsequence_length: %d\n",
                        Adam(size->rate, 1), size->batch, size->length);
  if (size == kSizes) absl::StrAppend(&choice.text, std::string(kOneLane));
  // One pass over a very large text takes days; a part of it makes a model as good as its size lets
  // it be.
  constexpr int64_t kMaxTokens = 100'000'000;
  if (static_cast<int64_t>(facts.tokens) > kMaxTokens)
    choice.max_steps = kMaxTokens / (size->batch * size->length);
  const uint64_t steps = facts.tokens / static_cast<uint64_t>(size->batch * size->length);
  absl::StrAppend(&choice.text, "logging { every_steps: ",
                  std::clamp<uint64_t>(steps * static_cast<uint64_t>(epochs) / 50, 5, 100), " }\n");
  return choice;
}

Choice TaggerChoice(const DataFacts& facts) {
  const bool small = facts.examples < 2'000, large = facts.examples >= 100'000;
  const int batch = small ? 8 : 32;
  Choice choice{.text = "", .epochs = Epochs(100'000, facts.examples, 3, 20)};
  absl::StrAppendFormat(
      &choice.text,
      "model { cell: LSTM layers: %d hidden_size: %d embedding_size: %d bidirectional: true "
      "dropout: %g %sinitializer { range: 0.1 forget_bias: 1 orthogonal_hidden: true } "
      "tagging { output: %s } }\n",
      large ? 2 : 1, small ? 64 : (large ? 256 : 128), small ? 50 : 100, small ? 0.3 : 0.4,
      std::string(Features(facts)), facts.entities ? "CRF" : "SOFTMAX");
  absl::StrAppend(&choice.text, Adam(small ? 0.005 : 0.003, 5), "batch_size: ", batch,
                  "\nevaluation { select: SCORE }\n", Logging(facts, batch, choice.epochs),
                  small ? std::string(kOneLane) : "");
  return choice;
}

Choice ClassifierChoice(const DataFacts& facts) {
  const bool small = facts.examples < 2'000, large = facts.examples >= 200'000;
  const int batch = small ? 8 : 32;
  Choice choice{.text = "", .epochs = Epochs(60'000, facts.examples, 2, small ? 12 : 20)};
  absl::StrAppendFormat(
      &choice.text,
      "model { cell: LSTM layers: 1 hidden_size: %d embedding_size: %d bidirectional: true "
      "dropout: 0.5 embedding_dropout: %g %sinitializer { range: 0.1 forget_bias: 1 "
      "orthogonal_hidden: true } classification { pooling: MAX } }\n",
      small ? 64 : (large ? 256 : 128), small ? 64 : 100, small ? 0.3 : 0.2,
      std::string(Features(facts)));
  absl::StrAppend(&choice.text, Adam(small ? 0.002 : 0.001, 5), "batch_size: ", batch,
                  "\nevaluation { select: SCORE }\n", Logging(facts, batch, choice.epochs),
                  small ? std::string(kOneLane) : "");
  return choice;
}

Choice TranslatorChoice(const DataFacts& facts) {
  const bool small = facts.examples < 5'000, large = facts.examples >= 200'000;
  const int hidden = small ? 128 : (large ? 384 : 256);
  const int batch = small ? 8 : (large ? 128 : 64);
  Choice choice{.text = "", .epochs = Epochs(small ? 20'000 : 500'000, facts.examples, 4, 40)};
  absl::StrAppendFormat(
      &choice.text,
      "model { cell: LSTM layers: %d hidden_size: %d embedding_size: %d bidirectional: true "
      "dropout: %g embedding_dropout: %g tied_embeddings: true %sinitializer { range: %g "
      "forget_bias: 1 } "
      "translation { attention: GENERAL label_smoothing: 0.1%s } }\n",
      small ? 1 : 2, hidden, hidden, small ? 0.4 : 0.3, small ? 0.1 : 0.0,
      std::string(Features(facts)), small ? 0.1 : 0.2,
      facts.shared_vocabulary ? " shared_embeddings: true" : "");
  absl::StrAppend(&choice.text, Adam(0.002, 5), "batch_size: ", batch,
                  "\nevaluation { batch_size: ", batch, " }\n",
                  Logging(facts, batch, choice.epochs), small ? std::string(kOneLane) : "");
  return choice;
}

Choice WordVectorChoice(const DataFacts& facts) {
  const bool small = facts.tokens < 1'000'000;
  Choice choice{.text = "", .epochs = Epochs(10'000'000, facts.tokens, 3, 50)};
  absl::StrAppend(
      &choice.text, "model { embedding_size: ", small ? 50 : 100,
      " word_vectors { method: SKIP_GRAM subsample: ", small ? "1e-3" : "1e-4",
      " } }\noptimizer { kind: SGD learning_rate: 0.05 }\n"
      "schedule { kind: LINEAR_DECAY }\nloss { normalization: SUM }\n",
      small ? "batch_size: 16\nsequence_length: 250\n" : "batch_size: 64\nsequence_length: 1000\n");
  return choice;
}

Choice GloveChoice(const DataFacts& facts) {
  const bool small = facts.tokens < 1'000'000;
  Choice choice{.text = "", .epochs = Epochs(100'000'000, facts.tokens, 8, 50)};
  absl::StrAppend(&choice.text, "model { embedding_size: ", small ? 50 : 100,
                  " word_vectors { method: GLOVE x_max: 10 zeros: 2 } }\n"
                  "optimizer { kind: ADAGRAD learning_rate: 0.3 }\n"
                  "loss { normalization: SUM }\nbatch_size: 32\n");
  return choice;
}

}  // namespace

std::string DefaultSchedule(int64_t epochs) {
  const int64_t constant = std::max<int64_t>(1, epochs / 2);
  const double decays = static_cast<double>(std::max<int64_t>(1, epochs - constant));
  // More digits for long runs, whose factor is close to 1.
  return absl::StrFormat("schedule { kind: EPOCH_DECAY constant_epochs: %d factor: %.*f }\n",
                         constant, epochs > 50 ? 6 : 3, std::pow(0.1, 1 / decays));
}

std::string ChooseDefaultConfig(const DataFacts& facts, std::optional<int64_t> epochs) {
  Choice choice;
  switch (facts.task) {
    case TAGGING:
      choice = TaggerChoice(facts);
      break;
    case CLASSIFICATION:
      choice = ClassifierChoice(facts);
      break;
    case TRANSLATION:
      choice = TranslatorChoice(facts);
      break;
    case EMBEDDING:
      choice = WordVectorChoice(facts);
      break;
    case COOCCURRENCE:
      choice = GloveChoice(facts);
      break;
    default:
      choice = LanguageModelChoice(facts);
  }
  const bool layers = facts.task != EMBEDDING && facts.task != COOCCURRENCE;
  if (layers) absl::StrAppend(&choice.text, DefaultSchedule(epochs.value_or(choice.epochs)));
  absl::StrAppend(&choice.text, "max_epochs: ", epochs.value_or(choice.epochs), "\n");
  if (choice.max_steps > 0) absl::StrAppend(&choice.text, "max_steps: ", choice.max_steps, "\n");
  return choice.text;
}

std::string DescribeDefault(const DataFacts& facts) {
  return absl::StrCat("the default for ", absl::AsciiStrToLower(Task_Name(facts.task)), " with ",
                      GroupedText(facts.tokens), facts.task == COOCCURRENCE ? " pairs" : " tokens",
                      " in train");
}

std::string DescribeLength(const TrainingConfig& config) {
  std::string text = absl::StrCat("ends after ", CountText(config.max_epochs(), "epoch"));
  if (config.max_steps() > 0) {
    absl::StrAppend(&text, " or ", GroupedText(config.max_steps()), " steps, whichever is first");
  }
  return text;
}

}  // namespace elman
