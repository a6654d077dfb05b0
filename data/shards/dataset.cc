#include "data/shards/dataset.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <sys/stat.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/io/checksum.h"
#include "data/io/file.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr uint64_t kMaxManifestBytes = uint64_t{64} << 20;
constexpr uint64_t kMaxVocabularyBytes = uint64_t{4} << 30;
constexpr uint64_t kMaxTokenizerBytes = uint64_t{1} << 30;
constexpr std::string_view kChecksumPrefix = "# crc32c: ";
constexpr size_t kChecksumLineBytes = 10 + 8 + 1;

std::string ChecksumLine(std::string_view text) {
  return absl::StrFormat("# crc32c: %08x\n", Crc32c(text));
}

// Keeps the first error instead of printing them all.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text_.empty())
      text_ = absl::StrCat("line ", line + 1, ", column ", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// The path of a file that the manifest names, which must be a plain name of something inside the
// folder.
absl::StatusOr<std::string> PathInside(const std::string& folder, const std::string& name) {
  bool plain = !name.empty() && name[0] != '.' && name.size() <= 255;
  for (const char c : name) plain = plain && c != '/' && static_cast<unsigned char>(c) >= 0x20;
  if (!plain) {
    return absl::DataLossError(absl::StrCat(JoinPath(folder, kManifestName),
                                            ": expected the name of a file in the folder, found '",
                                            name, "'"));
  }
  const std::string path = JoinPath(folder, name);
  struct stat facts;
  if (::lstat(path.c_str(), &facts) != 0 || !S_ISLNK(facts.st_mode)) return path;

  char* real_folder = ::realpath(folder.c_str(), nullptr);
  char* real_path = ::realpath(path.c_str(), nullptr);
  const bool inside =
      real_folder != nullptr && real_path != nullptr &&
      std::string_view(real_path).substr(0, std::string_view(real_folder).size() + 1) ==
          JoinPath(real_folder, "/").substr(0, std::string_view(real_folder).size() + 1);
  std::free(real_folder);
  std::free(real_path);
  if (inside) return path;
  return absl::DataLossError(
      absl::StrCat(path, ": a symbolic link that leads out of the data set"));
}

absl::StatusOr<std::string> ReadEntry(const std::string& folder, const FileEntry& entry,
                                      uint64_t max_bytes) {
  ASSIGN_OR_RETURN(const std::string path, PathInside(folder, entry.file()));
  ASSIGN_OR_RETURN(std::string contents, ReadFile(path, max_bytes));
  if (contents.size() != entry.bytes()) {
    return absl::DataLossError(
        absl::StrCat(path, ": expected ", entry.bytes(), " bytes, found ", contents.size()));
  }
  if (const uint32_t crc = Crc32c(contents); crc != entry.crc32c()) {
    return absl::DataLossError(absl::StrFormat(
        "%s: corrupted: expected the checksum %08x, found %08x", path, entry.crc32c(), crc));
  }
  return contents;
}

bool Equal(const TextCounts& a, const TextCounts& b) {
  return a.examples() == b.examples() && a.tokens() == b.tokens() && a.unknown() == b.unknown() &&
         a.words() == b.words() && a.bytes() == b.bytes();
}

absl::Status CheckShards(const std::string& folder, const SplitEntry& split) {
  TextCounts sums;
  for (const ShardEntry& shard : split.shards()) {
    ASSIGN_OR_RETURN(const std::string path, PathInside(folder, shard.file()));
    ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
    if (file->size() != shard.bytes()) {
      return absl::DataLossError(absl::StrCat(path, ": expected ", shard.bytes(), " bytes, found ",
                                              file->size(), "; copy the data set again"));
    }
    AddCounts(shard.counts(), &sums);
  }
  if (Equal(sums, split.counts())) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(JoinPath(folder, kManifestName), ": split ", split.name(),
                                          ": the counts of its shards do not add up"));
}

absl::Status CheckVocabulary(const DatasetManifest& manifest, const Vocabulary& vocabulary,
                             const std::string& fingerprint, const std::string& path) {
  const VocabularySpec& spec = manifest.vocabulary();
  if (spec.fingerprint() != fingerprint) {
    return absl::DataLossError(
        absl::StrCat(path, ": expected the tokenizer and vocabulary with the fingerprint ",
                     spec.fingerprint(), ", found ", fingerprint));
  }
  if (spec.size() != vocabulary.size() || spec.predicted_size() != vocabulary.predicted_size() ||
      spec.unknown_id() != vocabulary.unknown_id() || spec.end_id() != vocabulary.end_id() ||
      spec.start_id() != vocabulary.start_id() || spec.pad_id() != vocabulary.pad_id()) {
    return absl::DataLossError(absl::StrCat(path, ": the sizes and special ids are not those of ",
                                            manifest.vocabulary_file().file()));
  }
  return absl::OkStatus();
}

}  // namespace

void AddCounts(const TextCounts& counts, TextCounts* sums) {
  sums->set_examples(sums->examples() + counts.examples());
  sums->set_tokens(sums->tokens() + counts.tokens());
  sums->set_unknown(sums->unknown() + counts.unknown());
  sums->set_words(sums->words() + counts.words());
  sums->set_bytes(sums->bytes() + counts.bytes());
}

VocabularySpec SpecOf(const Vocabulary& vocabulary, const std::string& fingerprint) {
  VocabularySpec spec;
  spec.set_size(vocabulary.size());
  spec.set_predicted_size(vocabulary.predicted_size());
  spec.set_unknown_id(vocabulary.unknown_id());
  spec.set_end_id(vocabulary.end_id());
  spec.set_start_id(vocabulary.start_id());
  spec.set_pad_id(vocabulary.pad_id());
  spec.set_fingerprint(fingerprint);
  return spec;
}

Dataset::Dataset(std::string folder, DatasetManifest manifest, Vocabulary vocabulary,
                 std::string vocabulary_text, std::string tokenizer_model)
    : folder_(std::move(folder)),
      manifest_(std::move(manifest)),
      vocabulary_(std::move(vocabulary)),
      vocabulary_text_(std::move(vocabulary_text)),
      tokenizer_model_(std::move(tokenizer_model)) {}

absl::StatusOr<std::shared_ptr<const Dataset>> Dataset::Open(const std::string& folder) {
  const std::string path = JoinPath(folder, kManifestName);
  absl::StatusOr<std::string> text = ReadFile(path, kMaxManifestBytes);
  if (absl::IsNotFound(text.status())) {
    return absl::NotFoundError(absl::StrCat(
        folder,
        ": no data set: ", IsFolder(folder) ? "no dataset.textproto in it" : "no such folder",
        "; make one with elman-preprocess"));
  }
  RETURN_IF_ERROR(text.status());
  ASSIGN_OR_RETURN(DatasetManifest manifest, ManifestFromText(*text, path));
  if (manifest.format_version() != kDatasetFormatVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": expected data set format ", kDatasetFormatVersion, ", found ",
                     manifest.format_version(), "; preprocess the corpus again"));
  }

  ASSIGN_OR_RETURN(std::string vocabulary_text,
                   ReadEntry(folder, manifest.vocabulary_file(), kMaxVocabularyBytes));
  std::string tokenizer_model;
  if (manifest.has_tokenizer_file()) {
    ASSIGN_OR_RETURN(tokenizer_model,
                     ReadEntry(folder, manifest.tokenizer_file(), kMaxTokenizerBytes));
  }
  ASSIGN_OR_RETURN(
      Vocabulary vocabulary,
      Vocabulary::Parse(vocabulary_text, JoinPath(folder, manifest.vocabulary_file().file())));
  RETURN_IF_ERROR(CheckVocabulary(
      manifest, vocabulary,
      VocabularyFingerprint(manifest.tokenizer(), vocabulary_text, tokenizer_model), path));
  for (const SplitEntry& split : manifest.splits()) RETURN_IF_ERROR(CheckShards(folder, split));
  return std::shared_ptr<const Dataset>(
      new Dataset(folder, std::move(manifest), std::move(vocabulary), std::move(vocabulary_text),
                  std::move(tokenizer_model)));
}

absl::StatusOr<const SplitEntry*> Dataset::FindSplit(std::string_view name) const {
  std::string names;
  for (const SplitEntry& split : manifest_.splits()) {
    if (split.name() == name) return &split;
    absl::StrAppend(&names, names.empty() ? "" : ", ", split.name());
  }
  return absl::NotFoundError(
      absl::StrCat(folder_, ": no split '", std::string(name), "'; this data set has: ", names));
}

std::string VocabularyFingerprint(const TokenizerSpec& tokenizer, std::string_view vocabulary_text,
                                  std::string_view tokenizer_model) {
  return Fingerprint()
      .Add(static_cast<uint64_t>(tokenizer.kind()))
      .Add(static_cast<uint64_t>(tokenizer.lowercase()))
      .Add(static_cast<uint64_t>(tokenizer.keep_empty_lines()))
      .Add(tokenizer.min_count())
      .Add(tokenizer.vocab_size())
      .Add(vocabulary_text)
      .Add(tokenizer_model)
      .Hex();
}

std::string ManifestToText(const DatasetManifest& manifest) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(manifest, &text);
  return text + ChecksumLine(text);
}

absl::StatusOr<DatasetManifest> ManifestFromText(std::string_view text, const std::string& path) {
  if (text.size() < kChecksumLineBytes ||
      text.substr(text.size() - kChecksumLineBytes, kChecksumPrefix.size()) != kChecksumPrefix ||
      text.back() != '\n') {
    return absl::DataLossError(absl::StrCat(path, ": truncated or edited: expected '",
                                            std::string(kChecksumPrefix),
                                            "' and eight hexadecimal digits as its last line"));
  }
  const std::string_view body = text.substr(0, text.size() - kChecksumLineBytes);
  const std::string expected = ChecksumLine(body);
  if (text.substr(body.size()) != expected) {
    return absl::DataLossError(
        absl::StrCat(path, ": corrupted or edited: expected the last line '",
                     expected.substr(0, expected.size() - 1), "', found '",
                     std::string(text.substr(body.size(), kChecksumLineBytes - 1)), "'"));
  }
  DatasetManifest manifest;
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(std::string(body), &manifest)) {
    return absl::DataLossError(
        absl::StrCat(path, ": ", error.text(), "; was it written by a newer version?"));
  }
  return manifest;
}

}  // namespace elman
