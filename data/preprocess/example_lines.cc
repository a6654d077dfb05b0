#include "data/preprocess/example_lines.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "data/format/table_text.h"
#include "data/shards/dataset.h"
#include "data/shards/example_reader.h"
#include "data/text/task_fields.h"
#include "data/text/vocabulary.h"

namespace elman {
namespace {

constexpr uint64_t kExamples = 2;

std::string TokenText(const TaskField& field, const Vocabulary& vocabulary, uint32_t id) {
  if (!field.labels) {
    // Neither spaces nor control characters within a token.
    return absl::StrReplaceAll(EscapedPiece(vocabulary.piece(id)), {{" ", "_"}});
  }
  if (id == vocabulary.no_label_id()) return "-";  // the token continues a word
  return EscapedPiece(vocabulary.LabelName(id));
}

}  // namespace

std::string ExampleLines(const std::string& folder) {
  const auto dataset = Dataset::Open(folder);
  if (!dataset.ok()) return "";
  const DatasetManifest& manifest = (*dataset)->manifest();
  const std::string& split = manifest.splits(0).name();
  const auto reader = ExampleReader::Open(*dataset, split, /*cache_bytes=*/0);
  if (!reader.ok()) return "";
  const std::span<const TaskField> fields = FieldsOf(manifest.task());
  size_t widest = 0;
  for (const TaskField& field : fields) widest = std::max(widest, field.name.size());
  std::string text;
  for (uint64_t i = 0; i < std::min(kExamples, (*reader)->examples()); ++i) {
    const auto example = (*reader)->Read(i);
    if (!example.ok()) return "";
    for (size_t j = 0; j < fields.size(); ++j) {
      std::string line = absl::StrCat("  ", j == 0 ? absl::StrCat(i + 1) : " ", "  ",
                                      LeftAligned(fields[j].name, widest), " ");
      for (const int32_t id : example->fields[j]) {
        if (DisplayWidth(line) > kReportWidth) break;
        absl::StrAppend(&line, " ",
                        TokenText(fields[j], (*dataset)->vocabulary(static_cast<int>(j)),
                                  static_cast<uint32_t>(id)));
      }
      absl::StrAppend(&text, Shortened(line, kReportWidth), "\n");
    }
  }
  return text.empty() ? "" : absl::StrCat("the first examples of ", split, ", by tokens:\n", text);
}

}  // namespace elman
