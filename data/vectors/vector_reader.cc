#include "data/vectors/vector_reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "data/io/decompression.h"
#include "data/io/file_system.h"
#include "data/io/random_access_file.h"
#include "data/io/status_macros.h"
#include "data/text/line_reader.h"
#include "data/text/text_file.h"
#include "data/vectors/safetensors.h"
#include "data/vectors/vector_line.h"

namespace elman {
namespace {

// Enough for a header and a vector of the maximum size as text.
constexpr size_t kBeginBytes = size_t{2} << 20;
constexpr size_t kMaxWordBytes = size_t{64} << 10;
constexpr std::string_view kFastTextModel = "\xba\x16\x4f\x2f";
constexpr std::string_view kWordEmbeddings = "word_embeddings.weight";

std::string WhereLine(const std::string& path, uint64_t line) {
  return absl::StrCat(path, ": line ", line, ": ");
}

absl::Status CheckSize(const std::string& path, int64_t size) {
  if (size >= 1 && size <= kMaxVectorSize) return absl::OkStatus();
  if (size < 1) {
    return absl::DataLossError(absl::StrCat(
        path,
        ": no vectors found; expected a file of word2vec (text or binary), GloVe or fastText ",
        "(.vec), or safetensors"));
  }
  return absl::DataLossError(
      absl::StrCat(path, ": vectors of ", size, " elements, the maximum is ", kMaxVectorSize));
}

absl::Status WrongCount(const std::string& path, uint64_t found, uint64_t announced) {
  return absl::DataLossError(absl::StrCat(path, ": has ", found, " vectors, but its first line ",
                                          "announces ", announced,
                                          "; the file is truncated or damaged"));
}

// Files of lines, with or without a header.
class TextVectors : public VectorReader {
 public:
  // Without a header, `header.words` is 0.
  TextVectors(const std::string& path, bool has_header, VectorHeader header)
      : path_(path), has_header_(has_header), header_(header), lines_({path}) {}

  int64_t size() const override { return header_.size; }

  absl::StatusOr<bool> Next(WordVector* vector) override {
    LinePiece piece;
    uint64_t empty = 0;  // the first of the lines skipped, which only the end may have
    while (true) {
      ASSIGN_OR_RETURN(const bool more, lines_.Next(&piece));
      if (!more) return AtEnd();
      if (lines_.line() == 1 && has_header_) continue;
      if (piece.text.find_first_not_of(" \t") != piece.text.npos) break;
      if (empty == 0) empty = lines_.line();
    }
    const auto problem = [&](uint64_t line, const std::string& what) {
      return absl::DataLossError(WhereLine(path_, line) + what);
    };
    if (empty > 0) return problem(empty, VectorLineProblem("", header_.size));
    std::string_view word;
    if (piece.continues || !piece.ends) {
      return problem(lines_.line(), absl::StrCat("expected a line of at most ", kMaxLineBytes,
                                                 " bytes, found more"));
    }
    if (!ParseVectorLine(piece.text, header_.size, &word, &elements_))
      return problem(lines_.line(), VectorLineProblem(piece.text, header_.size));
    ++read_;
    *vector = {word, elements_};
    return true;
  }

 private:
  absl::StatusOr<bool> AtEnd() const {
    if (has_header_ && read_ != header_.words) return WrongCount(path_, read_, header_.words);
    return false;
  }

  const std::string path_;
  const bool has_header_;
  const VectorHeader header_;
  LineReader lines_;
  uint64_t read_ = 0;
  std::vector<float> elements_;
};

// Buffered bytes of a source.
class Buffer {
 public:
  explicit Buffer(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  // Makes `size` bytes, or all that are left, available in rest().
  absl::Status Fill(size_t size) {
    if (rest().size() >= size) return absl::OkStatus();
    bytes_.erase(0, used_);
    used_ = 0;
    while (!ended_ && bytes_.size() < size) {
      const size_t before = bytes_.size();
      bytes_.resize(std::max(size, before + kMaxWordBytes));
      ASSIGN_OR_RETURN(const size_t count,
                       source_->Read(bytes_.data() + before, bytes_.size() - before));
      bytes_.resize(before + count);
      ended_ = count == 0;
    }
    return absl::OkStatus();
  }

  std::string_view rest() const { return std::string_view(bytes_).substr(used_); }
  void Use(size_t size) {
    used_ += size;
    offset_ += size;
  }
  uint64_t offset() const { return offset_; }  // in the decompressed bytes

 private:
  const std::unique_ptr<ByteSource> source_;
  std::string bytes_;
  size_t used_ = 0;
  uint64_t offset_ = 0;
  bool ended_ = false;
};

// The binary format of word2vec. The original program ends a vector with a line feed; others do
// not.
class BinaryVectors : public VectorReader {
 public:
  BinaryVectors(std::string path, std::unique_ptr<ByteSource> source, VectorHeader header)
      : path_(std::move(path)), header_(header), buffer_(std::move(source)) {
    elements_.resize(header.size);
  }

  int64_t size() const override { return header_.size; }

  absl::StatusOr<bool> Next(WordVector* vector) override {
    if (read_ == 0) RETURN_IF_ERROR(SkipHeader());
    if (read_ == header_.words) return AtEnd();
    const size_t bytes = elements_.size() * sizeof(float);
    RETURN_IF_ERROR(buffer_.Fill(kMaxWordBytes + bytes));
    if (buffer_.rest().starts_with("\n")) buffer_.Use(1);
    const size_t space = buffer_.rest().substr(0, kMaxWordBytes).find(' ');
    if (space == std::string_view::npos || buffer_.rest().size() - space - 1 < bytes) {
      if (buffer_.rest().size() < bytes) return WrongCount(path_, read_, header_.words);
      return absl::DataLossError(absl::StrCat(path_, ": offset ", buffer_.offset(),
                                              ": expected a word, a space and ", elements_.size(),
                                              " floats of four bytes; the file is damaged"));
    }
    word_ = buffer_.rest().substr(0, space);
    std::memcpy(elements_.data(), buffer_.rest().data() + space + 1, bytes);
    if (!std::ranges::all_of(elements_, [](float element) { return std::isfinite(element); })) {
      return absl::DataLossError(absl::StrCat(path_, ": offset ", buffer_.offset(), ": the vector ",
                                              "of '", word_, "' has numbers that are not finite"));
    }
    buffer_.Use(space + 1 + bytes);
    ++read_;
    *vector = {word_, elements_};
    return true;
  }

 private:
  absl::Status SkipHeader() {
    RETURN_IF_ERROR(buffer_.Fill(kMaxWordBytes));
    buffer_.Use(buffer_.rest().find('\n') + 1);
    return absl::OkStatus();
  }

  absl::StatusOr<bool> AtEnd() {
    RETURN_IF_ERROR(buffer_.Fill(2));
    if (buffer_.rest().empty() || buffer_.rest() == "\n") return false;
    return absl::DataLossError(absl::StrCat(path_, ": offset ", buffer_.offset(), ": more bytes ",
                                            "than the ", header_.words,
                                            " vectors that its first line announces"));
  }

  const std::string path_;
  const VectorHeader header_;
  Buffer buffer_;
  uint64_t read_ = 0;
  std::string word_;
  std::vector<float> elements_;
};

// The rows of a tensor, and the lines of a file of words.
class TensorVectors : public VectorReader {
 public:
  TensorVectors(std::unique_ptr<Safetensors> file, TensorEntry tensor, const std::string& words)
      : file_(std::move(file)), tensor_(std::move(tensor)), words_path_(words), lines_({words}) {
    elements_.resize(tensor_.shape[1]);
  }

  int64_t size() const override { return tensor_.shape[1]; }

  absl::StatusOr<bool> Next(WordVector* vector) override {
    LinePiece piece;
    ASSIGN_OR_RETURN(const bool more, lines_.Next(&piece));
    const int64_t rows = tensor_.shape[0];
    if (more != (read_ < rows)) {
      return absl::DataLossError(absl::StrCat(
          words_path_, ": has ", more ? "more lines than" : absl::StrCat(read_, " lines for"),
          " the ", rows, " rows of tensor ", tensor_.name, " of ", file_->path()));
    }
    if (!more) return false;
    RETURN_IF_ERROR(file_->ReadRow(tensor_, read_, elements_));
    if (!std::ranges::all_of(elements_, [](float element) { return std::isfinite(element); })) {
      return absl::DataLossError(absl::StrCat(file_->path(), ": tensor ", tensor_.name, ": row ",
                                              read_, " has numbers that are not finite"));
    }
    ++read_;
    *vector = {piece.text, elements_};
    return true;
  }

 private:
  const std::unique_ptr<Safetensors> file_;
  const TensorEntry tensor_;
  const std::string words_path_;
  LineReader lines_;
  int64_t read_ = 0;
  std::vector<float> elements_;
};

absl::StatusOr<TensorEntry> FindTensor(const Safetensors& file, const std::string& name) {
  std::vector<const TensorEntry*> found;
  for (const TensorEntry& tensor : file.tensors()) {
    if (name.empty() ? tensor.name.ends_with(kWordEmbeddings) : tensor.name == name)
      found.push_back(&tensor);
  }
  if (found.size() != 1) {
    constexpr size_t kNamed = 5;
    std::string names;
    for (size_t i = 0; i < std::min(kNamed, file.tensors().size()); ++i)
      absl::StrAppend(&names, i == 0 ? "" : ", ", file.tensors()[i].name);
    if (file.tensors().size() > kNamed) names += ", ...";
    return absl::InvalidArgumentError(absl::StrCat(
        file.path(), ": has ", found.size(), " tensors ",
        name.empty() ? absl::StrCat("that end in ", std::string(kWordEmbeddings)) : name,
        "; choose one with ,tensor=NAME; there are: ", names));
  }
  const TensorEntry& tensor = *found[0];
  if (tensor.shape.size() != 2 || !IsFloatingPoint(tensor.type)) {
    return absl::InvalidArgumentError(
        absl::StrCat(file.path(), ": tensor ", tensor.name,
                     " is not a matrix of floating-point numbers with one row per word"));
  }
  RETURN_IF_ERROR(CheckSize(file.path(), tensor.shape[1]));
  return tensor;
}

absl::StatusOr<std::unique_ptr<VectorReader>> OpenTensor(const VectorFile& vectors) {
  if (vectors.words.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        vectors.path, ": a safetensors file has no words; name the file with the word of each ",
        "row, one per line, such as the vocab.txt of BERT: ", vectors.path, ",words=FILE"));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Safetensors> file, Safetensors::Open(vectors.path));
  ASSIGN_OR_RETURN(TensorEntry tensor, FindTensor(*file, vectors.tensor));
  return std::make_unique<TensorVectors>(std::move(file), std::move(tensor), vectors.words);
}

absl::StatusOr<std::string> ReadBegin(const std::string& path) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source, OpenDecompressed(path));
  std::string begin(kBeginBytes, '\0');
  size_t filled = 0, count = 1;
  while (count > 0 && filled < begin.size()) {
    ASSIGN_OR_RETURN(count, source->Read(begin.data() + filled, begin.size() - filled));
    filled += count;
  }
  begin.resize(filled);
  return begin;
}

// Of text files: no byte of the floats of a binary file stands there.
bool HasControlBytes(std::string_view text) {
  return std::ranges::any_of(text, [](char byte) {
    return static_cast<unsigned char>(byte) < ' ' && byte != '\t' && byte != '\n' && byte != '\r';
  });
}

std::string_view FirstLine(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with("\r")) line.remove_suffix(1);
  return line;
}

// What a file of text or binary vectors is, known from its begin.
struct VectorBegin {
  bool binary = false;
  bool has_header = false;
  VectorHeader header;  // without one in the file, `words` is 0
};

// `whole`: there is nothing after `begin`.
absl::StatusOr<VectorBegin> ReadVectorBegin(const std::string& path, std::string_view begin,
                                            bool whole) {
  begin.remove_prefix(ByteOrderMarkBytes(begin));
  const std::string_view first = FirstLine(begin);
  const auto wrong = [&](int line, const std::string& what) {
    return absl::DataLossError(absl::StrCat(WhereLine(path, line), what,
                                            "; expected a file of word2vec (text or binary), GloVe "
                                            "or fastText (.vec), or safetensors"));
  };
  VectorBegin found;
  std::string_view word;
  std::vector<float> elements;
  if (!ParseVectorHeader(first, &found.header)) {
    RETURN_IF_ERROR(CheckTextBegin(path, begin, whole));
    const int64_t size = CountFields(first) - 1;
    if (IsConflictMarker(first))
      return absl::DataLossError(WhereLine(path, 1) + VectorLineProblem(first, size));
    RETURN_IF_ERROR(CheckSize(path, size));
    if (!ParseVectorLine(first, size, &word, &elements))
      return wrong(1, VectorLineProblem(first, size));
    if (size == 1) return wrong(1, "found a word and one number, which is a list of counts");
    found.header = {.words = 0, .size = size};
    return found;
  }
  found.has_header = true;
  const int64_t size = found.header.size;
  RETURN_IF_ERROR(CheckSize(path, size));
  const std::string_view rest = begin.substr(std::min(begin.size(), begin.find('\n') + 1));
  const std::string_view second = FirstLine(rest);
  found.binary = found.header.words > 0 && !ParseVectorLine(second, size, &word, &elements) &&
                 HasControlBytes(rest);
  // A word may have spaces in it, but not the numbers of a longer vector.
  const int64_t numbers = CountFields(second) - 1;
  if (!found.binary && numbers > size && ParseVectorLine(second, numbers, &word, &elements)) {
    return absl::DataLossError(absl::StrCat(WhereLine(path, 2), "expected ", size,
                                            " numbers, as line 1 says, found ", numbers));
  }
  return found;
}

}  // namespace

absl::StatusOr<VectorFile> ParseVectorFile(std::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(std::string(text), ',');
  VectorFile file{.path = parts[0]};
  std::string* last = &file.path;
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::pair<std::string, std::string> part =
        absl::StrSplit(parts[i], absl::MaxSplits('=', 1));
    if (part.first == "words" && !part.second.empty()) {
      file.words = part.second;
      last = &file.words;
    } else if (part.first == "tensor" && !part.second.empty()) {
      file.tensor = part.second;
      last = &file.tensor;
    } else {
      absl::StrAppend(last, ",", parts[i]);  // a comma in a path or name
    }
  }
  for (const std::string& path : {file.path, file.words}) {
    const size_t comma = path.find(',');
    if (comma == std::string::npos || FileExists(path)) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "'", path.substr(comma + 1), "' is unknown; expected FILE[,words=FILE][,tensor=NAME]"));
  }
  if (file.path.empty())
    return absl::InvalidArgumentError("expected FILE[,words=FILE][,tensor=NAME], found no FILE");
  return file;
}

bool BeginsAsVectors(std::string_view begin, bool whole) {
  const absl::StatusOr<VectorBegin> found = ReadVectorBegin("", begin, whole);
  if (!found.ok()) return false;
  if (found->binary || !found->has_header) return true;
  const std::string_view rest = begin.substr(std::min(begin.size(), begin.find('\n') + 1));
  if (rest.find('\n') == rest.npos && !whole) return true;
  std::string_view word;
  std::vector<float> elements;
  return found->header.words == 0
             ? whole && rest.empty()
             : ParseVectorLine(FirstLine(rest), found->header.size, &word, &elements);
}

absl::StatusOr<std::unique_ptr<VectorReader>> OpenVectors(const VectorFile& file) {
  RETURN_IF_ERROR(RandomAccessFile::Open(file.path).status());  // fails unless it is a regular file
  ASSIGN_OR_RETURN(const std::string begin, ReadBegin(file.path));
  if (BeginsAsSafetensors(begin)) return OpenTensor(file);
  if (!file.words.empty() || !file.tensor.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(file.path, ": words= and tensor= are for safetensors files; leave them out"));
  }
  if (begin.starts_with(kFastTextModel)) {
    return absl::InvalidArgumentError(absl::StrCat(
        file.path,
        ": found a fastText model (.bin); use the .vec file that fastText wrote next to it"));
  }
  if (begin.empty()) return absl::DataLossError(absl::StrCat(file.path, ": the file is empty"));
  ASSIGN_OR_RETURN(const VectorBegin found,
                   ReadVectorBegin(file.path, begin, begin.size() < kBeginBytes));
  if (!found.binary)
    return std::make_unique<TextVectors>(file.path, found.has_header, found.header);
  ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> source, OpenDecompressed(file.path));
  return std::make_unique<BinaryVectors>(file.path, std::move(source), found.header);
}

}  // namespace elman
