#include "trainer/eval/embeddings/vector_source.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/io/file_system.h"
#include "data/io/status_macros.h"
#include "trainer/network/models/spec_shapes.h"
#include "trainer/record/checkpoint/checkpoint_directory.h"
#include "trainer/record/checkpoint/checkpoint_reader.h"
#include "trainer/record/checkpoint/checkpoint_vocabularies.h"
#include "trainer/record/checkpoint/finite_check.h"
#include "trainer/record/checkpoint/known_file.h"

namespace elman {
namespace {

constexpr char kEmbedding[] = "embedding";  // of the first field, in every model with embeddings
constexpr char kOutput[] = "output";        // GloVe: the second vector of each word

class CheckpointVectors : public VectorReader {
 public:
  CheckpointVectors(Vocabulary vocabulary, std::vector<float> values, const ParameterEntry& table)
      : vocabulary_(std::move(vocabulary)),
        values_(std::move(values)),
        begin_(table.offset()),
        size_(table.shape(1)) {}

  int64_t size() const override { return size_; }

  absl::StatusOr<bool> Next(WordVector* vector) override {
    while (next_ < vocabulary_.size() && vocabulary_.is_special(next_)) ++next_;
    if (next_ == vocabulary_.size()) return false;
    const float* const row = values_.data() + begin_ + next_ * size_;
    *vector = {vocabulary_.piece(next_), {row, static_cast<size_t>(size_)}};
    ++next_;
    return true;
  }

 private:
  const Vocabulary vocabulary_;
  const std::vector<float> values_;
  const int64_t begin_, size_;  // offset of the table, size of a row
  uint32_t next_ = 0;
};

// In GloVe, words and contexts are symmetric except for random initial values: adds the context
// vectors to the word vectors.
absl::Status AddOutputs(const google::protobuf::RepeatedPtrField<ParameterEntry>& parameters,
                        const ParameterEntry& table, const std::string& file,
                        std::vector<float>* values) {
  const auto outputs = std::ranges::find(parameters, kOutput, &ParameterEntry::name);
  const int64_t size = table.shape(0) * table.shape(1);
  if (outputs == parameters.end() || !std::ranges::equal(outputs->shape(), table.shape()) ||
      outputs->offset() < 0 || std::ssize(*values) - outputs->offset() < size) {
    return absl::DataLossError(absl::StrCat(
        file, ": expected two vectors per word, as GloVe has; use another checkpoint"));
  }
  float* const embeddings = values->data() + table.offset();
  for (int64_t i = 0; i < size; ++i) embeddings[i] += (*values)[outputs->offset() + i];
  return absl::OkStatus();
}

// Reads only the tables, without creating a model, so the network code is not needed.
absl::StatusOr<std::unique_ptr<VectorReader>> OpenCheckpoint(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string file, ResolveCheckpoint(path, kLatest));
  ASSIGN_OR_RETURN(Checkpoint checkpoint, ReadCheckpoint(file));
  RETURN_IF_ERROR(CheckValuesFinite(checkpoint, file));
  ASSIGN_OR_RETURN(std::vector<Vocabulary> vocabularies, ReadVocabularies(checkpoint, file));
  const auto& parameters = checkpoint.header.parameters();
  const auto table = std::ranges::find(parameters, kEmbedding, &ParameterEntry::name);
  std::vector<float>* values = checkpoint.Find(kValuesArray);
  if (table == parameters.end() || values == nullptr)
    return absl::NotFoundError(absl::StrCat(file,
                                            ": its model has no embeddings; use a checkpoint that "
                                            "was trained with model.input=EMBEDDING"));
  const int64_t rows = vocabularies[0].size(), room = std::ssize(*values) - table->offset();
  if (table->shape_size() != 2 || table->shape(0) != rows || table->shape(1) < 1 ||
      table->shape(1) > kMaxVectorSize || table->offset() < 0 || room < rows * table->shape(1)) {
    return absl::DataLossError(
        absl::StrCat(file, ": its embeddings do not match its vocabulary; use another checkpoint"));
  }
  if (IsGlove(checkpoint.header.task(), checkpoint.header.config().model()))
    RETURN_IF_ERROR(AddOutputs(parameters, *table, file, values));
  return std::make_unique<CheckpointVectors>(std::move(vocabularies[0]), std::move(*values),
                                             *table);
}

// Files of other programs may have any name, also that of a checkpoint.
bool IsCheckpoint(const std::string& path) {
  if (IsFolder(path) || path.ends_with(".ckpt")) return true;
  const absl::StatusOr<std::string> file = ResolveCheckpoint(path, kLatest);
  return file.ok() && (*file != path || ReadCheckpointHeader(path).ok());
}

}  // namespace

absl::StatusOr<std::unique_ptr<VectorReader>> OpenVectorSource(const std::string& path) {
  if (IsCheckpoint(path)) return OpenCheckpoint(path);
  if (FileExists(path)) {
    const KnownFile known = IdentifyFile(path);
    if (known.kind != KnownFile::kWordVectors && IsRecognized(known)) {
      return absl::FailedPreconditionError(
          absl::StrCat(path, ": not word vectors but ", known.what, "; ", known.reader));
    }
  }
  ASSIGN_OR_RETURN(const VectorFile file, ParseVectorFile(path));
  return OpenVectors(file);
}

absl::StatusOr<ExportedVectors> ExportVectors(const std::string& source, const std::string& file,
                                              VectorFormat format) {
  ExportedVectors exported;
  WordVector vector;
  ASSIGN_OR_RETURN(std::unique_ptr<VectorReader> reader, OpenVectorSource(source));
  while (true) {  // the first line of a format may be the number of words
    ASSIGN_OR_RETURN(const bool more, reader->Next(&vector));
    if (!more) break;
    ++(VectorWriter::CanWrite(vector.word) ? exported.words : exported.left_out);
  }
  ASSIGN_OR_RETURN(reader, OpenVectorSource(source));
  ASSIGN_OR_RETURN(const auto writer,
                   VectorWriter::Create(file, format, exported.words, reader->size()));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader->Next(&vector));
    if (!more) break;
    if (VectorWriter::CanWrite(vector.word))
      RETURN_IF_ERROR(writer->Add(vector.word, vector.elements));
  }
  RETURN_IF_ERROR(writer->Publish());
  return exported;
}

}  // namespace elman
