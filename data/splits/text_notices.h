// Lines that can be read as examples of their task, but that nobody means to be: what other tools
// leave in files.
#pragma once

#include <vector>

#include "data/splits/chunk_statistics.h"
#include "data/staging/preprocess_report.h"
#include "data/text/corpus_reader.h"
#include "proto/dataset.pb.h"

namespace elman {

// Adds what is found in a chunk: conflict markers of Git, byte order marks within the text, and in
// the first line of a file a header of a table or the begin of a web page.
void AddNotices(Task task, const TextChunk& chunk, TextNotices* notices);

// What a user is told of them, and what to do about it.
std::vector<SuspectLines> SuspectLinesOf(const TextNotices& notices);

}  // namespace elman
