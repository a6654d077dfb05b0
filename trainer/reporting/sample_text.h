// Formats a sample of a validation for the terminal, for metrics.jsonl and for TensorBoard.
#pragma once

#include <cstddef>
#include <string>

#include "data/format/json_writer.h"
#include "proto/training.pb.h"
#include "trainer/validation/validation_samples.h"

namespace elman {

// Returns a sample on one line of at most `width` columns: the input, or for taggers its words with
// their tags, and what the model makes of it. "..." marks what is left out.
std::string SampleLine(Task task, const Sample& sample, size_t width);

// Adds the texts of a sample and, if `with_drawn`, what the report draws about it, with numbers of
// as many digits as it shows.
void AddSample(const Sample& sample, bool with_drawn, JsonObject* line);

// Returns Markdown that shows the texts of a sample verbatim, each on a line of its own.
std::string SampleMarkdown(const Sample& sample);

}  // namespace elman
