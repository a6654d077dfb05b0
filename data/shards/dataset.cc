#include "data/shards/dataset.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/io/checksum.h"
#include "data/io/contained_file.h"
#include "data/io/file.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr uint64_t kMaxManifestBytes = uint64_t{64} << 20;
constexpr uint64_t kMaxVocabularyBytes = uint64_t{4} << 30;
constexpr uint64_t kMaxTokenizerBytes = uint64_t{64} << 20;  // it is one message
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

// Every file that a manifest names, in order.
std::vector<std::string> FilesOf(const DatasetManifest& manifest) {
  std::vector<std::string> files = {manifest.vocabulary_file().file()};
  if (manifest.has_tokenizer_file()) files.push_back(manifest.tokenizer_file().file());
  for (const SplitEntry& split : manifest.splits()) {
    for (const ShardEntry& shard : split.shards()) files.push_back(shard.file());
  }
  return files;
}

// The names in a manifest are those of distinct files right in its folder, and of distinct splits.
absl::Status CheckNames(const std::string& folder, const DatasetManifest& manifest) {
  const auto damaged = [&](absl::string_view expected, absl::string_view found) {
    return absl::DataLossError(absl::StrCat(JoinPath(folder, kManifestName), ": expected ",
                                            expected, ", found '", absl::CHexEscape(found),
                                            "'; copy the data set again"));
  };
  std::set<std::string> files = {std::string(kManifestName)};
  for (const std::string& file : FilesOf(manifest)) {
    if (!IsPlainName(file)) return damaged("the name of a file in the folder", file);
    if (!files.insert(file).second) return damaged("each file to be named once", file);
    RETURN_IF_ERROR(CheckStaysInside(folder, file));
  }
  std::set<std::string> splits;
  for (const SplitEntry& split : manifest.splits()) {
    if (!IsPlainName(split.name())) return damaged("the name of a split", split.name());
    if (!splits.insert(split.name()).second)
      return damaged("each split to be named once", split.name());
  }
  return absl::OkStatus();
}

absl::Status CheckKinds(const DatasetManifest& manifest, const std::string& path) {
  const int task = manifest.task(), kind = manifest.tokenizer().kind();
  if (task != TASK_UNSPECIFIED && Task_IsValid(task) && kind != TokenizerSpec::KIND_UNSPECIFIED &&
      TokenizerSpec::Kind_IsValid(kind)) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat(path, ": expected a task and a tokenizer, found task ",
                                          task, " and tokenizer ", kind,
                                          "; was it written by a newer version?"));
}

absl::Status WrongSize(const std::string& path, uint64_t expected, uint64_t found) {
  return absl::DataLossError(absl::StrCat(path, ": expected ", expected, " bytes, found ", found,
                                          "; copy the data set again"));
}

absl::StatusOr<std::string> ReadEntry(const std::string& folder, const FileEntry& entry,
                                      uint64_t max_bytes) {
  const std::string path = JoinPath(folder, entry.file());
  ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
  if (file->size() != entry.bytes()) return WrongSize(path, entry.bytes(), file->size());
  if (file->size() > max_bytes) {
    return absl::DataLossError(absl::StrCat(path, ": expected at most ", max_bytes,
                                            " bytes, found ", file->size(),
                                            "; preprocess the corpus again"));
  }
  std::string contents(file->size(), '\0');
  RETURN_IF_ERROR(file->Read(0, contents.size(), contents.data()));
  if (const uint32_t crc = Crc32c(contents); crc != entry.crc32c()) {
    return absl::DataLossError(absl::StrFormat(
        "%s: corrupted: expected the checksum %08x, found %08x; copy the data set again", path,
        entry.crc32c(), crc));
  }
  return contents;
}

bool Equal(const TextCounts& a, const TextCounts& b) {
  return a.examples() == b.examples() && a.tokens() == b.tokens() && a.unknown() == b.unknown() &&
         a.words() == b.words() && a.bytes() == b.bytes();
}

// What a file of so many bytes can hold: a token has two bytes at least, an example a token.
bool CanHold(const ShardEntry& shard) {
  const TextCounts& counts = shard.counts();
  return counts.tokens() <= shard.bytes() / 2 && counts.examples() <= counts.tokens() &&
         counts.unknown() <= counts.tokens();
}

absl::Status CheckShards(const std::string& folder, const SplitEntry& split) {
  TextCounts sums;
  bool possible = true;
  for (const ShardEntry& shard : split.shards()) {
    const std::string path = JoinPath(folder, shard.file());
    ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
    if (file->size() != shard.bytes()) return WrongSize(path, shard.bytes(), file->size());
    const TextCounts before = sums;
    AddCounts(shard.counts(), &sums);
    possible = possible && CanHold(shard) && sums.words() >= before.words() &&
               sums.bytes() >= before.bytes();
  }
  if (possible && Equal(sums, split.counts())) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(JoinPath(folder, kManifestName), ": split ", split.name(),
                                          possible ? ": the counts of its shards do not add up"
                                                   : ": its shards cannot hold their counts",
                                          "; copy the data set again"));
}

absl::Status CheckVocabulary(const DatasetManifest& manifest, const Vocabulary& vocabulary,
                             const std::string& fingerprint, const std::string& path) {
  const VocabularySpec& spec = manifest.vocabulary();
  if (spec.fingerprint() != fingerprint) {
    return absl::DataLossError(
        absl::StrCat(path, ": expected the tokenizer and vocabulary with the fingerprint ",
                     spec.fingerprint(), ", found ", fingerprint, "; copy the data set again"));
  }
  if (spec.size() != vocabulary.size() || spec.predicted_size() != vocabulary.predicted_size() ||
      spec.unknown_id() != vocabulary.unknown_id() || spec.end_id() != vocabulary.end_id() ||
      spec.start_id() != vocabulary.start_id() || spec.pad_id() != vocabulary.pad_id()) {
    return absl::DataLossError(absl::StrCat(path, ": the sizes and special ids are not those of ",
                                            manifest.vocabulary_file().file(),
                                            "; copy the data set again"));
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
  RETURN_IF_ERROR(CheckStaysInside(folder, std::string(kManifestName)));
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

  RETURN_IF_ERROR(CheckKinds(manifest, path));
  RETURN_IF_ERROR(CheckNames(folder, manifest));
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
                                            "' and eight hexadecimal digits as its last line; "
                                            "copy the data set again"));
  }
  const std::string_view body = text.substr(0, text.size() - kChecksumLineBytes);
  const std::string expected = ChecksumLine(body);
  if (text.substr(body.size()) != expected) {
    return absl::DataLossError(absl::StrCat(
        path, ": corrupted or edited: expected the last line '",
        expected.substr(0, expected.size() - 1), "', found '",
        absl::CHexEscape(std::string(text.substr(body.size(), kChecksumLineBytes - 1))),
        "'; copy the data set again"));
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
