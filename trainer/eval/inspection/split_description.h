// Formats the statistics of splits in a data set's manifest as text and as JSON.
#pragma once

#include <string>

#include "data/format/json_writer.h"
#include "proto/dataset.pb.h"

namespace elman {

// Returns the fraction (0 to 1) of unknown tokens or labels of a field of a split.
double UnknownRate(const FieldEntry& field, const TextCounts& counts);

// Formats the lengths of examples: minimum, median, 95 % quantile, maximum, and a bar per octave.
// The lines are indented and end with a line feed.
std::string LengthsText(const FieldStatistics& statistics);

// Lists the most frequent unknown words; empty if there are none.
std::string UnknownWordsText(const FieldStatistics& statistics);

// Adds unknown rate, unknown words, quantiles and counts of lengths to the JSON object of a field.
void AddStatisticsJson(const FieldEntry& field, const TextCounts& counts,
                       const FieldStatistics& statistics, JsonObject* json);

// Lists the source files, and the splits that share texts with this one.
std::string SourceText(const SourceEntry& source);
void AddSourcesJson(const SplitEntry& split, JsonObject* json);

// Describes how the data set was made.
std::string PreprocessText(const PreprocessSpec& spec);
JsonObject PreprocessJson(const PreprocessSpec& spec);

}  // namespace elman
