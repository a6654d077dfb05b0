// Opens word vectors from files of other programs or from our checkpoints.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "data/vectors/vector_reader.h"
#include "data/vectors/vector_writer.h"

namespace elman {

// `path` is a vector file (see ParseVectorFile), a checkpoint, or a run directory (its latest
// checkpoint). For a checkpoint of any task, the vectors are the embeddings of the input text, in
// the order of the vocabulary and without <unk>, </s>, <s> and <pad>; for GloVe the sums of both
// vectors of each word. NotFound if it has none.
absl::StatusOr<std::unique_ptr<VectorReader>> OpenVectorSource(const std::string& path);

// The numbers of words written and skipped by ExportVectors.
struct ExportedVectors {
  uint64_t words = 0;
  uint64_t left_out = 0;  // words that the format cannot represent (VectorWriter::CanWrite)
};

// Writes all vectors of a source to a file.
absl::StatusOr<ExportedVectors> ExportVectors(const std::string& source, const std::string& file,
                                              VectorFormat format);

}  // namespace elman
