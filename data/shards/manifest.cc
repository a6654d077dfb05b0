#include "data/shards/manifest.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/io/checksum.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

constexpr std::string_view kChecksumPrefix = "# crc32c: ";
constexpr size_t kChecksumLineBytes = 10 + 8 + 1;

std::string ChecksumLine(std::string_view text) {
  return absl::StrFormat("# crc32c: %08x\n", Crc32c(text));
}

// Keeps the first error and ignores the others.
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

// Other format versions have other fields, so the version, which is the first field, is checked
// before the rest is parsed.
absl::Status CheckVersion(std::string_view text, const std::string& path) {
  constexpr std::string_view kBegin = "format_version: ";
  uint32_t version = 0;
  if (text.substr(0, kBegin.size()) == kBegin) {
    const std::string number(text.substr(kBegin.size(), text.find('\n') - kBegin.size()));
    if (!absl::SimpleAtoi(number, &version)) version = 0;
  }
  if (version == kDatasetFormatVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(path, ": expected data set format ",
                                                    kDatasetFormatVersion, ", found ", version,
                                                    "; preprocess the corpus again"));
}

}  // namespace

void AddCounts(const TextCounts& counts, TextCounts* sums) {
  sums->set_examples(sums->examples() + counts.examples());
  sums->set_tokens(sums->tokens() + counts.tokens());
  sums->set_unknown(sums->unknown() + counts.unknown());
  sums->set_words(sums->words() + counts.words());
  sums->set_bytes(sums->bytes() + counts.bytes());
}

void AddCounts(const google::protobuf::RepeatedPtrField<TextCounts>& counts,
               google::protobuf::RepeatedPtrField<TextCounts>* sums) {
  for (int i = 0; i < counts.size(); ++i) {
    AddCounts(counts.Get(i), i < sums->size() ? sums->Mutable(i) : sums->Add());
  }
}

bool EqualCounts(const google::protobuf::RepeatedPtrField<TextCounts>& a,
                 const google::protobuf::RepeatedPtrField<TextCounts>& b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](const TextCounts& x, const TextCounts& y) {
        return x.examples() == y.examples() && x.tokens() == y.tokens() &&
               x.unknown() == y.unknown() && x.words() == y.words() && x.bytes() == y.bytes();
      });
}

int VocabularyOwner(const DatasetManifest& manifest, int field) {
  const std::string mine = manifest.fields(field).vocabulary_file().file();
  for (int i = 0; i < field; ++i) {
    if (manifest.fields(i).vocabulary_file().file() == mine) return i;
  }
  return field;
}

std::vector<FileEntry> FilesOfField(const FieldEntry& field) {
  std::vector<FileEntry> files;
  if (field.has_vocabulary_file()) files.push_back(field.vocabulary_file());
  if (field.has_tokenizer_file()) files.push_back(field.tokenizer_file());
  if (field.has_unseen_file()) files.push_back(field.unseen_file());
  return files;
}

std::string ManifestToText(const DatasetManifest& manifest) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseShortRepeatedPrimitives(true);  // histograms on one line
  std::string text;
  printer.PrintToString(manifest, &text);
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
  RETURN_IF_ERROR(CheckVersion(body, path));
  DatasetManifest manifest;
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(std::string(body), &manifest)) {
    return absl::DataLossError(
        absl::StrCat(path, ": ", error.text(),
                     "; copy the data set again, or use a newer version of Elman if one wrote it"));
  }
  return manifest;
}

}  // namespace elman
