// Finds inputs of which a model knows few words.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "data/tokenizer/tokenizer.h"
#include "trainer/eval/loading/trained_model.h"
#include "trainer/eval/prediction/predictor.h"

namespace elman {

class UnknownInput {
 public:
  // `trained` must outlive the result.
  static absl::StatusOr<std::unique_ptr<UnknownInput>> Create(const TrainedModel* trained);

  // Returns a note for the user if the model knows less than half of the tokens of the input, whose
  // number counts from 0; empty otherwise. Only the first such input gets a note.
  std::string Note(const PredictionInput& input, uint64_t number);

 private:
  UnknownInput(const TrainedModel* trained, std::unique_ptr<Tokenizer> tokenizer);

  const TrainedModel* const trained_;
  const std::unique_ptr<Tokenizer> tokenizer_;
  bool noted_ = false;
};

}  // namespace elman
