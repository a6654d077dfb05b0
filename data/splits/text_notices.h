// Finds lines that are valid examples of their task but are probably mistakes, such as remains of
// other tools.
#pragma once

#include <vector>

#include "data/splits/chunk_statistics.h"
#include "data/staging/preprocess_report.h"
#include "data/text/corpus_reader.h"
#include "proto/dataset.pb.h"

namespace elman {

// Adds the notices of a chunk: conflict markers of Git, byte order marks inside the text and, in
// the first line of a file, a table header (with tabs or commas), JSON or the begin of a web page.
void AddNotices(Task task, const TextChunk& chunk, TextNotices* notices);

// The messages for the user, with remedies.
std::vector<SuspectLines> SuspectLinesOf(const TextNotices& notices);

}  // namespace elman
