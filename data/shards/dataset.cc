#include "data/shards/dataset.h"

#include <filesystem>
#include <set>
#include <span>
#include <system_error>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "data/format/shell_word.h"
#include "data/io/checksum.h"
#include "data/io/contained_file.h"
#include "data/io/file_system.h"
#include "data/io/paths.h"
#include "data/io/random_access_file.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"
#include "data/shards/length_histogram.h"
#include "data/shards/manifest.h"
#include "data/shards/vocabulary_spec.h"
#include "data/text/task_fields.h"

namespace elman {
namespace {

constexpr uint64_t kMaxManifestBytes = uint64_t{64} << 20;
constexpr uint64_t kMaxVocabularyBytes = uint64_t{4} << 30;
constexpr uint64_t kMaxTokenizerBytes = uint64_t{64} << 20;  // it is parsed as one message

bool IsLabels(const FieldEntry& field) { return field.tokenizer().kind() == TokenizerSpec::LABEL; }
bool IsNumbers(const FieldEntry& field) {
  return field.tokenizer().kind() == TokenizerSpec::NUMBER;
}

// Every file that a manifest names, in order. Files of a shared vocabulary occur once.
std::vector<std::string> FilesOf(const DatasetManifest& manifest) {
  std::vector<std::string> files;
  for (int i = 0; i < manifest.fields_size(); ++i) {
    const FieldEntry& field = manifest.fields(i);
    if (VocabularyOwner(manifest, i) < i || IsNumbers(field)) continue;
    if (!field.has_vocabulary_file()) files.emplace_back();
    for (const FileEntry& entry : FilesOfField(field)) files.push_back(entry.file());
  }
  for (const SplitEntry& split : manifest.splits()) {
    for (const ShardEntry& shard : split.shards()) files.push_back(shard.file());
    for (const FileEntry& features : split.features()) files.push_back(features.file());
    for (const FileEntry& texts : split.raw_texts()) files.push_back(texts.file());
  }
  return files;
}

// Checks that the names in a manifest are different, and that files are directly in its folder.
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
  for (int i = 0; i < manifest.fields_size(); ++i) {
    const FieldEntry& field = manifest.fields(i);
    FieldEntry owner = manifest.fields(VocabularyOwner(manifest, i));
    owner.set_name(field.name());
    if (owner.SerializeAsString() != field.SerializeAsString())
      return damaged("fields with one vocabulary to agree on it", field.name());
  }
  std::set<std::string> splits;
  for (const SplitEntry& split : manifest.splits()) {
    if (!IsPlainName(split.name())) return damaged("the name of a split", split.name());
    if (!splits.insert(split.name()).second)
      return damaged("each split to be named once", split.name());
  }
  return absl::OkStatus();
}

// Checks that the task and the tokenizers are known and that the fields are those of the task.
absl::Status CheckKinds(const DatasetManifest& manifest, const std::string& path) {
  const auto damaged = [&](const std::string& what) {
    return absl::DataLossError(absl::StrCat(
        path, ": expected ", what, "; if a newer version of Elman wrote it, use that version"));
  };
  const std::span<const TaskField> fields = FieldsOf(manifest.task());
  if (fields.empty()) {
    return damaged(absl::StrCat("a known task, found task ", static_cast<int>(manifest.task())));
  }
  for (const FieldEntry& field : manifest.fields()) {
    const int kind = field.tokenizer().kind();
    if (kind == TokenizerSpec::KIND_UNSPECIFIED || !TokenizerSpec::Kind_IsValid(kind))
      return damaged(absl::StrCat("a known tokenizer, found tokenizer ", kind));
    if (!FieldEntry::LabelOrder_IsValid(field.label_order()) ||
        !FieldEntry::TagScheme_IsValid(field.tag_scheme())) {
      return damaged(absl::StrCat("a known order of labels and tag scheme of ", field.name()));
    }
    if (field.has_unseen_file() && !IsLabels(field))
      return damaged(
          absl::StrCat("unseen labels in a field of labels, found them in ", field.name()));
  }
  std::string expected;
  bool same = manifest.fields_size() == static_cast<int>(fields.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    absl::StrAppend(&expected, i > 0 ? ", " : "", std::string(fields[i].name));
    if (!same) continue;
    const FieldEntry& field = manifest.fields(static_cast<int>(i));
    same = field.name() == fields[i].name && IsLabels(field) == fields[i].labels &&
           IsNumbers(field) == fields[i].numbers;
  }
  if (same) return absl::OkStatus();
  return damaged(absl::StrCat("the fields of ", Task_Name(manifest.task()), ": ", expected));
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

// Whether a file of this size can hold its counts: an id has at least two bytes, and an example at
// least one id per field.
bool CanHold(const ShardEntry& shard) {
  for (const TextCounts& counts : shard.counts()) {
    if (counts.tokens() > shard.bytes() / 2 || counts.examples() > counts.tokens() ||
        counts.unknown() > counts.tokens() || counts.examples() != shard.counts(0).examples()) {
      return false;
    }
  }
  return true;
}

absl::Status CheckShards(const std::string& folder, const DatasetManifest& manifest,
                         const SplitEntry& split) {
  SplitEntry sums;
  for (int i = 0; i < manifest.fields_size(); ++i) sums.add_counts();
  bool possible = split.counts_size() == manifest.fields_size();
  for (const ShardEntry& shard : split.shards()) {
    const std::string path = JoinPath(folder, shard.file());
    ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
    if (file->size() != shard.bytes()) return WrongSize(path, shard.bytes(), file->size());
    possible = possible && shard.counts_size() == manifest.fields_size() && CanHold(shard);
    for (int i = 0; possible && i < manifest.fields_size(); ++i) {
      const TextCounts before = sums.counts(i);
      AddCounts(shard.counts(i), sums.mutable_counts(i));
      possible =
          sums.counts(i).words() >= before.words() && sums.counts(i).bytes() >= before.bytes();
    }
  }
  bool lengths_match = split.surveys_size() == manifest.fields_size();
  for (int i = 0; possible && lengths_match && i < manifest.fields_size(); ++i)
    lengths_match = ExamplesOf(split.surveys(i).length_counts()) == split.counts(i).examples();
  if (possible && !lengths_match) {
    return absl::DataLossError(absl::StrCat(
        JoinPath(folder, kManifestName), ": split ", split.name(),
        ": the lengths do not match the number of ", "examples; copy the data set again"));
  }
  if (possible && EqualCounts(sums.counts(), split.counts())) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(JoinPath(folder, kManifestName), ": split ", split.name(),
                                          possible
                                              ? ": the counts of the shards do not match the totals"
                                              : ": the counts of the shards are impossible",
                                          "; copy the data set again"));
}

// Checks the sizes of the other files of a split.
absl::Status CheckSizes(const std::string& folder,
                        const google::protobuf::RepeatedPtrField<FileEntry>& files) {
  for (const FileEntry& entry : files) {
    const std::string path = JoinPath(folder, entry.file());
    ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> file, RandomAccessFile::Open(path));
    if (file->size() != entry.bytes()) return WrongSize(path, entry.bytes(), file->size());
  }
  return absl::OkStatus();
}

// Checks that every shard has a feature file of the right size, if the data set has features.
absl::Status CheckFeatureFiles(const std::string& folder, const DatasetManifest& manifest) {
  const FeatureEntry& features = manifest.features();
  const bool known = FeatureEntry::Type_IsValid(features.type()) &&
                     features.type() != FeatureEntry::TYPE_UNSPECIFIED;
  bool possible = !manifest.has_features() ||
                  (known && features.size() >= 1 && features.size() <= kMaxFeatureSize);
  for (const SplitEntry& split : manifest.splits()) {
    const int files = manifest.has_features() ? split.shards_size() : 0;
    possible = possible && split.features_size() == files;
  }
  if (!possible) {
    return absl::DataLossError(
        absl::StrCat(JoinPath(folder, kManifestName),
                     ": the entry for feature vectors is invalid; copy the data set again, or use "
                     "a newer version of Elman if one wrote it"));
  }
  for (const SplitEntry& split : manifest.splits())
    RETURN_IF_ERROR(CheckSizes(folder, split.features()));
  return absl::OkStatus();
}

// Checks that a split has a raw text file for every shard or for none and, for running text, the
// restoration counts of its lines.
absl::Status CheckRawTextFiles(const std::string& folder, const DatasetManifest& manifest) {
  for (const SplitEntry& split : manifest.splits()) {
    const RestorationCounts& restoration = split.restoration();
    const bool lines = !split.raw_texts().empty() && IsRunningText(manifest.task());
    if ((!split.raw_texts().empty() && split.raw_texts_size() != split.shards_size()) ||
        split.has_restoration() != lines ||
        (lines &&
         (restoration.operations_size() != kRestorationCounts ||
          restoration.exact_lines() > split.counts(0).examples() ||
          restoration.edited_lines() != split.counts(0).examples() - restoration.exact_lines()))) {
      return absl::DataLossError(
          absl::StrCat(JoinPath(folder, kManifestName), ": split ", split.name(),
                       ": the entry for raw text is invalid; copy the data set again, or use a "
                       "newer version of Elman if one wrote it"));
    }
    RETURN_IF_ERROR(CheckSizes(folder, split.raw_texts()));
  }
  return absl::OkStatus();
}

absl::Status CheckVocabulary(const FieldEntry& field, const Vocabulary& vocabulary,
                             const std::string& fingerprint, const std::string& path) {
  const VocabularySpec& spec = field.vocabulary();
  if (spec.fingerprint() != fingerprint) {
    return absl::DataLossError(
        absl::StrCat(path, ": expected the tokenizer and vocabulary with the fingerprint ",
                     spec.fingerprint(), ", found ", fingerprint, "; copy the data set again"));
  }
  if (spec.size() != vocabulary.size() || spec.predicted_size() != vocabulary.predicted_size() ||
      spec.unknown_id() != vocabulary.unknown_id() || spec.end_id() != vocabulary.end_id() ||
      spec.start_id() != vocabulary.start_id() || spec.pad_id() != vocabulary.pad_id()) {
    return absl::DataLossError(absl::StrCat(path, ": the sizes and special ids do not match ",
                                            field.vocabulary_file().file(),
                                            "; copy the data set again"));
  }
  return absl::OkStatus();
}

// The first data set in a folder, by name; empty if there is none.
std::string DatasetIn(const std::string& folder) {
  std::string first;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::string path = JoinPath(folder, entry->path().filename().string());
    if (FileExists(JoinPath(path, kManifestName)) && (first.empty() || path < first))
      first = std::move(path);
  }
  return first;
}

// The error for a `path` that does not contain a data set, with the command that makes one.
absl::Status NoDataset(const std::string& path) {
  const auto error = [&](const std::string& what) {
    return absl::NotFoundError(absl::StrCat(path, what));
  };
  const std::string unfinished = absl::StrCat(path, ".unfinished");
  if (FileExists(path) && !IsFolder(path)) {
    const std::string folder = FolderOf(path);
    if (FileExists(JoinPath(folder, kManifestName)))
      return error(absl::StrCat(": a file of a data set; name its folder: ", ShellWord(folder)));
    return error(absl::StrCat(": is a file, not a data set; make a data set of it: ",
                              "elman-preprocess --train=", ShellWord(path),
                              " --output=DATASET_DIR"));
  }
  if (IsFolder(unfinished)) {
    return error(": this data set is not complete; run its elman-preprocess command again");
  }
  if (IsFolder(JoinPath(path, "checkpoints"))) {
    return error(
        ": is a run directory, not a data set; name the data set that the run was trained on "
        "(elman-inspect shows it)");
  }
  const std::string remedy =
      "; make a data set: elman-preprocess --train=FILE --output=DATASET_DIR";
  if (!IsFolder(path)) return error(": no such data set" + remedy);
  if (const std::string inner = DatasetIn(path); !inner.empty()) {
    return error(
        absl::StrCat(": is not a data set, but a folder of data sets; name one of them, "
                     "such as ",
                     ShellWord(inner)));
  }
  return error(": is not a data set, because it contains no dataset.textproto" + remedy);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Dataset::Tables>> Dataset::ReadTables(
    const std::string& folder, const FieldEntry& field) {
  Tables tables;
  if (IsNumbers(field)) {
    tables.vocabulary = Vocabulary::Numbers();
    RETURN_IF_ERROR(CheckVocabulary(field, tables.vocabulary,
                                    VocabularyFingerprint(field.tokenizer(), "", ""),
                                    JoinPath(folder, kManifestName)));
    return std::make_shared<const Tables>(std::move(tables));
  }
  ASSIGN_OR_RETURN(tables.text, ReadEntry(folder, field.vocabulary_file(), kMaxVocabularyBytes));
  if (field.has_tokenizer_file()) {
    ASSIGN_OR_RETURN(tables.model, ReadEntry(folder, field.tokenizer_file(), kMaxTokenizerBytes));
  }
  const std::string path = JoinPath(folder, field.vocabulary_file().file());
  ASSIGN_OR_RETURN(tables.vocabulary, IsLabels(field) ? Vocabulary::ParseLabels(tables.text, path)
                                                      : Vocabulary::Parse(tables.text, path));
  if (field.has_unseen_file()) {
    ASSIGN_OR_RETURN(const std::string unseen,
                     ReadEntry(folder, field.unseen_file(), kMaxVocabularyBytes));
    RETURN_IF_ERROR(
        tables.vocabulary.ParseUnseenLabels(unseen, JoinPath(folder, field.unseen_file().file())));
  }
  RETURN_IF_ERROR(CheckVocabulary(
      field, tables.vocabulary, VocabularyFingerprint(field.tokenizer(), tables.text, tables.model),
      JoinPath(folder, kManifestName)));
  return std::make_shared<const Tables>(std::move(tables));
}

absl::StatusOr<std::shared_ptr<const Dataset>> Dataset::Open(const std::string& folder) {
  const std::string path = JoinPath(folder, kManifestName);
  RETURN_IF_ERROR(CheckStaysInside(folder, std::string(kManifestName)));
  absl::StatusOr<std::string> text = ReadFile(path, kMaxManifestBytes);
  if (absl::IsNotFound(text.status())) return NoDataset(folder);
  RETURN_IF_ERROR(text.status());
  ASSIGN_OR_RETURN(DatasetManifest manifest, ManifestFromText(*text, path));
  RETURN_IF_ERROR(CheckKinds(manifest, path));
  RETURN_IF_ERROR(CheckNames(folder, manifest));
  std::vector<std::shared_ptr<const Tables>> tables;
  for (int i = 0; i < manifest.fields_size(); ++i) {
    if (const int owner = VocabularyOwner(manifest, i); owner < i) {
      tables.push_back(tables[owner]);
      continue;
    }
    ASSIGN_OR_RETURN(std::shared_ptr<const Tables> own, ReadTables(folder, manifest.fields(i)));
    tables.push_back(std::move(own));
  }
  for (const SplitEntry& split : manifest.splits())
    RETURN_IF_ERROR(CheckShards(folder, manifest, split));
  RETURN_IF_ERROR(CheckFeatureFiles(folder, manifest));
  RETURN_IF_ERROR(CheckRawTextFiles(folder, manifest));
  return std::shared_ptr<const Dataset>(
      new Dataset(folder, std::move(manifest), std::move(tables)));
}

absl::StatusOr<const SplitEntry*> Dataset::FindSplit(std::string_view name) const {
  std::string names;
  for (const SplitEntry& split : manifest_.splits()) {
    if (split.name() == name) return &split;
    absl::StrAppend(&names, names.empty() ? "" : ", ", split.name());
  }
  return absl::NotFoundError(
      absl::StrCat(folder_, ": no split '", std::string(name), "'; choose one of: ", names));
}

absl::StatusOr<Dataset::Index> Dataset::IndexOf(
    const SplitEntry& split, const std::function<absl::StatusOr<Index>()>& read) const {
  const std::lock_guard lock(mutex_);
  Index& index = indices_[split.name()];
  if (index != nullptr) return index;
  absl::StatusOr<Index> made = read();
  if (made.ok()) index = *made;
  return made;
}

}  // namespace elman
