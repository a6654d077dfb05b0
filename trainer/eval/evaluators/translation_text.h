// Converts the tokens of a translation to a line of text.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/text/vocabulary.h"
#include "proto/dataset.pb.h"

namespace elman {

// Detokenizes to a single line: a line feed, which a byte-level model may generate, becomes a
// space.
std::string TranslationLine(TokenizerSpec::Kind kind, const Vocabulary& target,
                            std::span<const uint32_t> tokens,
                            std::span<const std::string> unknown_words = {});

}  // namespace elman
