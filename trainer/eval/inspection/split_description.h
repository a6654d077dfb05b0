// What the manifest of a data set says of its splits, for people and for scripts.
#pragma once

#include <string>

#include "data/format/json_writer.h"
#include "proto/dataset.pb.h"

namespace elman {

// How much of a field of a split is unknown, 0 to 1: of its tokens, or of its labels.
double UnknownRate(const FieldEntry& field, const TextCounts& counts);

// The lengths of examples: least, median, the one that 95 % do not exceed, most, and a bar for each
// octave; indented lines, each ending in a line feed.
std::string LengthsText(const FieldSurvey& survey);

// The most frequent unknown words; empty where there is none.
std::string UnknownWordsText(const FieldSurvey& survey);

// Unknown rate and words, quantiles of lengths and their counts, added to the counts of a field.
void AddSurveyJson(const FieldEntry& field, const TextCounts& counts, const FieldSurvey& survey,
                   JsonObject* json);

// The files that were read, and the splits that share texts with this one.
std::string SourceText(const SourceEntry& source);
void AddSourcesJson(const SplitEntry& split, JsonObject* json);

// How the data set was made.
std::string PreprocessText(const PreprocessSpec& spec);
JsonObject PreprocessJson(const PreprocessSpec& spec);

}  // namespace elman
