#include "data/vectors/vector_writer.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/format/named_values.h"
#include "data/format/number_text.h"
#include "data/io/bytes.h"
#include "data/io/status_macros.h"

namespace elman {

static_assert(std::endian::native == std::endian::little);

absl::StatusOr<VectorFormat> ParseVectorFormat(std::string_view name) {
  constexpr NamedValue<VectorFormat> kFormats[] = {
      {"word2vec", VectorFormat::kWord2Vec},
      {"word2vec_binary", VectorFormat::kWord2VecBinary},
      {"glove", VectorFormat::kGlove}};
  return ParseNamed("--vectors_format", name, kFormats);
}

absl::StatusOr<std::unique_ptr<VectorWriter>> VectorWriter::Create(const std::string& path,
                                                                   VectorFormat format,
                                                                   uint64_t words, int64_t size) {
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  if (format != VectorFormat::kGlove)
    RETURN_IF_ERROR(file->Append(absl::StrCat(words, " ", size, "\n")));
  return std::unique_ptr<VectorWriter>(new VectorWriter(std::move(file), format, words, size));
}

bool VectorWriter::CanWrite(std::string_view word) {
  return !word.empty() && std::ranges::none_of(word, [](char byte) {
    return static_cast<unsigned char>(byte) <= ' ' || byte == '\x7f';
  });
}

absl::Status VectorWriter::Add(std::string_view word, std::span<const float> vector) {
  if (words_left_ == 0 || std::ssize(vector) != size_ || !CanWrite(word)) {
    return absl::InternalError(absl::StrCat(file_->path(), ": expected no vector with ",
                                            vector.size(), " elements of ", std::string(word)));
  }
  --words_left_;
  line_.assign(word);
  if (format_ == VectorFormat::kWord2VecBinary) {
    line_ += ' ';
    line_.append(AsBytes(vector));
  } else {
    for (const float element : vector) {
      line_ += ' ';
      line_ += RoundTripText(element);
    }
  }
  line_ += '\n';
  return file_->Append(line_);
}

absl::Status VectorWriter::Publish() {
  if (words_left_ == 0) return file_->Publish();
  return absl::InternalError(
      absl::StrCat(file_->path(), ": ", words_left_, " vectors were not written"));
}

}  // namespace elman
