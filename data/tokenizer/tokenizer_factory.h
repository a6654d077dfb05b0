// Creates the tokenizer of a specification. Add new tokenizers here.
#pragma once

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "data/text/vocabulary.h"
#include "data/tokenizer/tokenizer.h"
#include "proto/dataset.pb.h"

namespace elman {

// Creates the tokenizer described by `spec`, which must not be of labels. `model` has the bytes of
// tokenizer.model for BPE, UNIGRAM and SENTENCEPIECE and is empty otherwise. `vocabulary` must
// outlive the tokenizer.
absl::StatusOr<std::unique_ptr<Tokenizer>> CreateTokenizer(const TokenizerSpec& spec,
                                                           const Vocabulary& vocabulary,
                                                           std::string_view model);

}  // namespace elman
