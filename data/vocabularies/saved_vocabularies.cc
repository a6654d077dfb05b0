#include "data/vocabularies/saved_vocabularies.h"

#include <cstdint>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "data/io/atomic_file.h"
#include "data/io/checksum.h"
#include "data/io/paths.h"
#include "data/io/read_file.h"
#include "data/io/status_macros.h"

namespace elman {
namespace {

// Lists the other files; it is written last.
constexpr char kListName[] = "made";
constexpr uint64_t kMaxFileBytes = uint64_t{1} << 40;

std::string PathOf(const std::string& folder, const FieldCoding& field, const char* what) {
  return JoinPath(folder, absl::StrCat(kListName, "-", field.name, "-", what));
}

// The list of vocabularies, models and left-out words, with their checksums.
struct MadeList {
  uint64_t sampled_lines = 0;
  uint64_t training_lines = 0;
  std::string files;

  void Add(const FieldCoding& field, std::string_view vocabulary, std::string_view left_out) {
    absl::StrAppend(&files, field.name);
    for (const std::string_view file : {vocabulary, std::string_view(field.model), left_out})
      absl::StrAppend(&files, " ", file.size(), " ", Crc32c(file));
    files += '\n';
  }
  std::string ToText() const { return absl::StrCat(Numbers(), files); }
  std::string Numbers() const { return absl::StrCat(sampled_lines, " ", training_lines, "\n"); }
};

}  // namespace

absl::Status StoreVocabularies(const std::string& folder, const std::vector<FieldCoding>& fields,
                               const PreprocessReport& report) {
  MadeList list = {report.sampled_lines, report.training_lines, ""};
  for (size_t i = 0; i < fields.size(); ++i) {
    const FieldCoding& field = fields[i];
    if (field.given() || field.owner < static_cast<int>(i)) continue;
    const std::string vocabulary = field.vocabulary->ToText();
    RETURN_IF_ERROR(WriteFile(PathOf(folder, field, "vocabulary"), vocabulary));
    RETURN_IF_ERROR(WriteFile(PathOf(folder, field, "model"), field.model));
    const std::string left_out = field.left_out.SerializeAsString();
    RETURN_IF_ERROR(WriteFile(PathOf(folder, field, "left-out"), left_out));
    list.Add(field, vocabulary, left_out);
  }
  return WriteFile(JoinPath(folder, kListName), list.ToText());
}

std::optional<std::vector<absl::StatusOr<Vocabulary>>> LoadVocabularies(
    const std::string& folder, std::vector<FieldCoding>* fields, PreprocessReport* report) {
  const absl::StatusOr<std::string> stored = ReadFile(JoinPath(folder, kListName), kMaxFileBytes);
  MadeList list;
  unsigned long long sampled = 0, training = 0;
  if (!stored.ok() || std::sscanf(stored->c_str(), "%llu %llu\n", &sampled, &training) != 2) {
    return std::nullopt;
  }
  list.sampled_lines = sampled;
  list.training_lines = training;
  std::vector<FieldCoding> loaded = *fields;
  std::vector<absl::StatusOr<Vocabulary>> made(loaded.size(), absl::InternalError("none"));
  for (size_t i = 0; i < loaded.size(); ++i) {
    FieldCoding& field = loaded[i];
    if (field.given() || field.owner < static_cast<int>(i)) continue;
    const std::string path = PathOf(folder, field, "vocabulary");
    const absl::StatusOr<std::string> vocabulary = ReadFile(path, kMaxFileBytes);
    absl::StatusOr<std::string> model = ReadFile(PathOf(folder, field, "model"), kMaxFileBytes);
    const auto left_out = ReadFile(PathOf(folder, field, "left-out"), kMaxFileBytes);
    if (!vocabulary.ok() || !model.ok() || !left_out.ok()) return std::nullopt;
    field.model = *std::move(model);
    if (!field.left_out.ParseFromString(*left_out)) return std::nullopt;
    const bool labels = field.spec.kind() == TokenizerSpec::LABEL;
    made[i] =
        labels ? Vocabulary::ParseLabels(*vocabulary, path) : Vocabulary::Parse(*vocabulary, path);
    list.Add(field, *vocabulary, *left_out);
  }
  if (list.ToText() != *stored) return std::nullopt;
  *fields = std::move(loaded);
  report->sampled_lines = list.sampled_lines;
  report->training_lines = list.training_lines;
  return made;
}

}  // namespace elman
