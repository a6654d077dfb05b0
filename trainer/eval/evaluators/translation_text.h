// The line of text that a translation is.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/text/vocabulary.h"
#include "proto/dataset.pb.h"

namespace elman {

// As Detokenize has it, on one line: a line feed that a model of bytes may write becomes a space.
std::string TranslationLine(TokenizerSpec::Kind kind, const Vocabulary& target,
                            std::span<const uint32_t> tokens,
                            std::span<const std::string> unknown_words = {});

}  // namespace elman
