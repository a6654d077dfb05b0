// Word vectors wherever they are: in files of other programs, or in our checkpoints.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "data/vectors/vector_reader.h"
#include "data/vectors/vector_writer.h"

namespace elman {

// `path` is a file as ParseVectorFile has it, a checkpoint, or a run directory, which stands for
// its latest one. Of a checkpoint, of any task, these are the embeddings of the text that is read,
// in the order of the vocabulary and without <unk>, </s>, <s> and <pad>; of GloVe the sums of both
// vectors of each word. NotFound if it has none.
absl::StatusOr<std::unique_ptr<VectorReader>> OpenVectorSource(const std::string& path);

struct ExportedVectors {
  uint64_t words = 0;
  uint64_t left_out = 0;  // VectorWriter::CanWrite says no
};

// Writes all vectors of a source to a file.
absl::StatusOr<ExportedVectors> ExportVectors(const std::string& source, const std::string& file,
                                              VectorFormat format);

}  // namespace elman
