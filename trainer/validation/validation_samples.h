// Shows the outputs of a model for a few examples of a split, so that people see what it has
// learned:
//
// LANGUAGE_MODEL  the start of a line, its actual continuation, and a sampled one of the model
// TAGGING         a sentence, its words with their tags, and with predicted tags: "Paris/city"
// CLASSIFICATION  a text, its label, and the predicted label
// TRANSLATION     a source, its reference, and its translation (searched as by elman-predict)
// EMBEDDING       a word of the vocabulary and its nearest words; COOCCURRENCE data likewise
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "data/shards/dataset.h"
#include "proto/training.pb.h"
#include "trainer/network/models/model.h"

namespace elman {

// The texts of a sample in UTF-8, each at most a few hundred bytes. The first samples also have
// what the report draws for some tasks; other samples and tasks leave it empty.
struct Sample {
  std::string input, expected, output;
  // LANGUAGE_MODEL: the tokens of input and expected. TRANSLATION, of a model with attention: the
  // tokens of the source. Of long texts the first ones.
  std::vector<std::string> tokens = {};
  std::vector<double> surprisal = {};  // of each token, in bits (LANGUAGE_MODEL)
  // The tokens of the output and, for each of them, the weights of `tokens` (TRANSLATION).
  std::vector<std::string> output_tokens = {};
  std::vector<std::vector<float>> attention = {};
  // The words nearest to the word `input`, and their cosine similarity to it (EMBEDDING).
  std::vector<std::string> neighbors = {};
  std::vector<double> similarity = {};
};

// Generates samples. Not thread-safe.
class ValidationSamples {
 public:
  virtual ~ValidationSamples() = default;

  // Always uses the same examples. Sampled text is a function of the model's values, the
  // configuration's seed and `step`. Does not use the random numbers of training and does not
  // change the model.
  virtual std::vector<Sample> Make(int64_t step) = 0;
};

// Chooses the first examples of the split that are neither short nor long and have no unknown word
// whose spelling the data set lacks, as many as logging.samples of the configuration; if there are
// too few, also others. Such a word is shown as U+2047. Of word vectors, chooses four times as many
// words of the vocabulary. The data set and the model must outlive the samples; each call of Make
// uses the current values of the model. Returns null for language models that read features, for a
// split that has only empty or very long examples, and for a vocabulary of very few words.
absl::StatusOr<std::unique_ptr<ValidationSamples>> CreateValidationSamples(
    const std::shared_ptr<const Dataset>& dataset, std::string_view split,
    const TrainingConfig& config, Model* model);

}  // namespace elman
